"""Presenter (stage 5) of the calibration of a chip. Does not solve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import log
from urllib.parse import urlencode

import orjson

from mlsysweb.show.charts.residuals import Residuals, residuals
from mlsysweb.show.results.page import Card, Figure, Link, Table
from mlsysweb.show.results.present import card, embedded
from solvers.calibrate.constants import FitKind
from solvers.calibrate.fit import AT_LIMIT, ConstantsFit, FittedConstant, median_error
from solvers.calibrate.fit_laws import MeasuredQuestion
from solvers.calibrate.table_columns import QUANTITIES, TRAINING
from solvers.errors import InputError
from solvers.quantities import format_quantity, to_input_text
from solvers.result import Value
from solvers.specs import Precision
from solvers.verdict import State

from .page import TIME_COLUMNS, CalibratePage, ConstantLine, TimeLine
from .sentences import correlations, figure_text, improves, notes, verdict, warnings

# A prediction that is off by more after the fit is marked.
_FAR = 0.25
# The inputs that a question of serving shares with the roofline's.
_OF_ROOFLINE = ("model", "accelerator", "precision", "batch_size", "prompt_length")


@dataclass(frozen=True)
class CalibrateLinks:
    """The links of the page: itself and its CSV with the table, the paths of the serving wall, of the roofline and of
    the uncertainty, the question of the first row as text, and the slug of its accelerator."""

    page: str
    csv: str
    serving: str
    roofline: str
    uncertainty: str
    text: Mapping[str, str]
    chip: str


def calibrate_page(fit: ConstantsFit, around: CalibrateLinks, ignored: tuple[str, ...]) -> CalibratePage:
    """Return the page of a fit; `ignored` are the columns that were not used."""
    times = tuple(_time_lines(fit))
    return CalibratePage(
        verdict=verdict(fit),
        kind=State.OK if improves(fit) else State.MISSED,
        cards=tuple(_cards(fit)),
        figures=tuple(_figures(fit, times)),
        constants=tuple(_constant_line(each) for each in fit.constants),
        warnings=tuple(warnings(fit)),
        correlations=tuple(correlations(fit)),
        times=times,
        notes=tuple(notes(fit, ignored)),
        links=tuple(_links(fit, around)),
        url=around.page,
        csv=around.csv,
        chip=around.chip,
        settings=tuple(_settings(fit).items()),
    )


def _cards(fit: ConstantsFit) -> Iterator[Card]:
    columns = (
        ("before", "Error with today's constants", fit.before),
        ("after", "Error after the fit", fit.after),
        ("left_out", "Leave-one-out error", fit.left_out),
    )
    for name, label, ratios in columns:
        yield card(name, Value(median_error(ratios), "1", "percent", label))
    for each in fit.fitted:
        io = each.constant.declared
        yield card(each.constant.name, Value(each.value, io.unit, io.display_unit, io.label))


def _constant_line(each: FittedConstant) -> ConstantLine:
    start, value, low, high = (
        figure_text(each.constant, number) for number in (each.start, each.value, each.low, each.high)
    )
    cells = (start, value, f"{low} to {high}") if each.fitted else (start, "not fitted", "")
    return ConstantLine(each.constant.declared.label, cells, each.fitted)


def _time_lines(fit: ConstantsFit) -> Iterator[TimeLine]:
    for figure, before, after in zip(fit.figures, fit.before.tolist(), fit.after.tolist(), strict=True):
        quantity = QUANTITIES[figure.quantity]
        measured, first, second = (
            format_quantity(figure.value * ratio, quantity.unit) for ratio in (1.0, before, after)
        )
        cells = (
            str(figure.row),
            _configuration(figure),
            quantity.label,
            measured,
            f"{first} ({_times(before)})",
            f"{second} ({_times(after)})",
        )
        yield TimeLine(cells, abs(after - 1) > _FAR)


def _times(ratio: float) -> str:
    return format_quantity(ratio, "1", "times")


def _configuration(figure: MeasuredQuestion) -> str:
    point = figure.point
    precision = Precision(int(point.precision)).name
    if QUANTITIES[figure.quantity].wall == TRAINING:
        ways = {"DP": point.data_parallel, "TP": point.tensor_parallel, "PP": point.pipeline_parallel}
        ways |= {"CP": point.context_parallel, "EP": point.expert_parallel}
        split = "".join(f", {way} {devices:g}" for way, devices in ways.items() if devices > 1)
        batch = f"{point.microbatches:g} × {point.microbatch_size:g} sequences of {point.sequence_length:g}"
        return f"{point.model.name}, {precision}, {batch}{split}"
    load = f"{point.concurrency:g} concurrent" if point.concurrency > 0 else f"batch {point.batch_size:g}"
    split = f", TP {point.tensor_parallel:g}" if point.tensor_parallel > 1 else ""
    return f"{point.model.name}, {precision}, {load}, prompt {point.prompt_length:g}{split}"


def _figures(fit: ConstantsFit, times: tuple[TimeLine, ...]) -> Iterator[Figure]:
    """Yield the residuals of times and those of power, each along what was measured."""
    for place, kind in enumerate(each for each in FitKind if any(figure.kind == each for figure in fit.figures)):
        at = [k for k, figure in enumerate(fit.figures) if figure.kind == kind]
        series = []
        for quantity, declared in QUANTITIES.items():
            own = [k for k in at if fit.figures[k].quantity == quantity]
            if own:
                texts = [f"Row {fit.figures[k].row}: {_configuration(fit.figures[k])}" for k in own]
                before, after = ([float(ratios[k]) for k in own] for ratios in (fit.before, fit.after))
                series.append(Residuals(declared.label, [fit.figures[k].value for k in own], before, after, texts))
        worst = max(abs(float(fit.after[k]) - 1) for k in at)
        along = (
            Value(0.0, "s", "s", "Measured time") if kind == FitKind.TIMES else Value(0.0, "W", "W", "Measured power")
        )
        yield Figure(
            id=f"residuals-{place}",
            title=f"Predicted over measured {'time' if kind == FitKind.TIMES else 'power'}",
            description=f"After the fit every prediction is within {format_quantity(worst, '1', 'percent')}.",
            plot=embedded(orjson.dumps(residuals(series, along)).decode()),
            table=Table(TIME_COLUMNS, tuple(times[k].cells for k in at)),
        )


def _links(fit: ConstantsFit, around: CalibrateLinks) -> Iterator[Link]:
    """Yield links to the walls with the fitted constants typed in, serving for those of times and the roofline for
    those of power, and to the uncertainty of serving within their intervals; none where a constant is impossible."""
    typed = _settings(fit)
    if not typed:
        return
    text = dict(around.text)
    kinds = {each.constant.kind for each in fit.fitted}
    if FitKind.TIMES in kinds:
        yield Link("Serving with the fitted constants", f"{around.serving}?{urlencode(text | typed)}")
    if FitKind.POWER in kinds:
        own = {name: text[name] for name in _OF_ROOFLINE if name in text}
        query = urlencode(own | {"phase": "decode"} | typed)
        yield Link("Power and energy with the fitted constants", f"{around.roofline}?{query}")
    ranges = {
        f"range.accelerator.{each.constant.name}": f"{_typed(each, each.low)}..{_typed(each, _highest(each))}"
        for each in fit.fitted
        if each.constant.kind == FitKind.TIMES and each.low < _highest(each)
    }
    if ranges:
        query = urlencode({"wall": "serving", **text, **typed, **ranges})
        yield Link("Uncertainty within their intervals", f"{around.uncertainty}?{query}")


def _settings(fit: ConstantsFit) -> dict[str, str]:
    """Return the fitted constants as changed figures of the accelerator; none where one of them is impossible."""
    if any(not _possible(each, each.value) for each in fit.fitted):
        return {}
    return {f"accelerator.{each.constant.name}": _typed(each, each.value) for each in fit.fitted}


def _possible(each: FittedConstant, value: float) -> bool:
    if abs(log(each.value / each.start)) > AT_LIMIT:
        return False
    try:
        each.constant.declared.check(each.constant.name, value)
    except InputError:
        return False
    return True


def _highest(each: FittedConstant) -> float:
    return min(each.high, each.constant.declared.high)


def _typed(each: FittedConstant, value: float) -> str:
    io = each.constant.declared
    return to_input_text(value, io.unit, io.display_unit, digits=4)
