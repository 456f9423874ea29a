"""Presenter (stage 5) of a result. Does not solve."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite, isnan
from typing import Any
from urllib.parse import urlencode

import orjson

from mlsysweb.show.charts.findings import finding
from mlsysweb.show.charts.kinds import draw
from mlsysweb.show.charts.series import finite_rows, is_constant
from mlsysweb.show.measurements.page import MeasuredBand, MeasuredPoint, NearbyMeasurements
from solvers.declare import Solver
from solvers.formatting import fill_slots, format_column, format_value
from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result, Series, Value
from solvers.verdict import State

from .calibrations import calibration_links, calibration_notes
from .course_rows import course_sentences
from .page import Card, Figure, FigureOrigin, Reference, ResultPage, Table
from .provenance import UsedFigures
from .working import step_anchor, steps

_ROWS = 12


def result_page(
    solver: Solver[Any, Any], result: Result, base: str, measured: NearbyMeasurements | None = None
) -> ResultPage:
    """Return the presented result of a wall; `base` is the prefix of its links. Points of `measured` are drawn on
    charts, and its bands stand beside the figures of a system that can run."""
    points = measured.points if measured else ()
    bands = {each.output: each for each in measured.bands} if measured and result.state != State.INFEASIBLE else {}
    query = urlencode(result.text)
    used = UsedFigures(solver, result)
    working = steps(result, used)
    repeated = {name: figure for name in result.outputs if (figure := used.of_output(name))}
    anchors = {step.anchor for step in working}
    cards = [_banded(_traced(name, result.values[name], anchors, repeated), bands) for name in result.outputs]
    shown = (*repeated.values(), *(figure for step in working for figure in step.figures))
    figures = [_figure(place, drawing, result, points) for place, drawing in enumerate(result.charts)]
    return ResultPage(
        verdict=fill_slots(result.verdict, result.values),
        kind=result.state,
        headline=tuple(card for name in result.headline for card in cards if card.name == name),
        cards=tuple(card for card in cards if card.name not in result.headline),
        figures=tuple(figure for figure in figures if figure),
        working=working,
        notes=(
            *course_sentences(result.snapshot),
            *calibration_notes(result),
            *_notes(result),
            *_undrawn(result, figures),
        ),
        calibrations=tuple(calibration_links(result, base)),
        assumptions=solver.assumptions,
        excludes=solver.excludes,
        sources=tuple(Reference(f"{s.authors}: {s.title}", s.url) for s in solver.sources),
        facts=tuple(used.sources(shown)),
        link=f"{base}?{query}" if query else base,
    )


def _notes(result: Result) -> Iterator[str]:
    return (fill_slots(note, result.values) for note in result.notes)


def result_figures(result: Result) -> tuple[Figure, ...]:
    """Return the charts of a result that have data."""
    drawn = (_figure(place, drawing, result) for place, drawing in enumerate(result.charts))
    return tuple(figure for figure in drawn if figure)


def card(name: str, value: Value, equation: str = "", figure: str = "") -> Card:
    """Return one output as a card."""
    told, unit, shown = format_value(value), value.unit, value.display_unit
    number = float(value.value) if isinstance(value.value, int | float) and not isinstance(value.value, bool) else None
    return Card(name, value.label, told, value.help, "", number, unit, shown, equation, figure)


def _traced(name: str, value: Value, anchors: Collection[str], repeated: Mapping[str, FigureOrigin]) -> Card:
    """Return a card with the id of its equation, or the path of the figure of a row that it repeats."""
    anchor = step_anchor(name)
    if anchor in anchors:
        return card(name, value, equation=anchor)
    return card(name, value, figure=repeated[name].path if name in repeated else "")


def _banded(card: Card, bands: Mapping[str, MeasuredBand]) -> Card:
    """Return a card with the band in which measurements lie, if there is one."""
    band = bands.get(card.name)
    return replace(card, band=band.reach, band_of=band.of) if band else card


def _figure(place: int, drawing: ChartSpec, result: Result, measured: Sequence[MeasuredPoint] = ()) -> Figure | None:
    """The figure, or None where it has not one finite point, or every point at one place of its first axis."""
    drawn = draw(drawing, result, measured)
    if not any(trace["x"] for trace in drawn["data"]) or _is_one_column(drawn):
        return None
    plot = orjson.dumps(drawn).decode()
    return Figure(
        id=f"{drawing.kind}-{place}",
        title=drawing.title,
        description=finding(drawing, result) or fill_slots(result.verdict, result.values),
        plot=embedded(plot),
        table=_table(drawing, result),
    )


def _is_one_column(drawn: Mapping[str, Any]) -> bool:
    """Whether lines and points, not bars, all stand over one value."""
    traces = drawn["data"]
    return {trace["type"] for trace in traces} == {"scatter"} and len({x for trace in traces for x in trace["x"]}) == 1


def embedded(json: str) -> str:
    """Return JSON that is safe inside a script element."""
    return json.replace("<", "\\u003c").replace("&", "\\u0026")


def _undrawn(result: Result, figures: list[Figure | None]) -> Iterator[str]:
    for drawing, figure in zip(result.charts, figures, strict=True):
        if figure is None:
            if shape := _constant_in_words(drawing, result):
                yield f"“{drawing.title}”: {shape}"
                continue
            yield f"Chart “{drawing.title}” not available: fewer than two finite values for these inputs."
        else:
            yield from (f"Chart “{drawing.title}” omits {name}: unknown values." for name in _missing(drawing, result))


def _constant_in_words(drawing: ChartSpec, result: Result) -> str:
    """Return what a curve without a picture would show: that each of its outputs is constant. Empty where one is not
    known."""
    series = [track for track in result.series if drawing.kind == "curve" and track.x == drawing.x[0]]
    columns = [[v for (v,) in finite_rows(track.columns[name])] for track in series for name in drawing.y]
    level = bool(columns) and all(len(column) > 1 and is_constant(column) for column in columns)
    return finding(drawing, result) if level else ""


def _missing(drawing: ChartSpec, result: Result) -> Iterator[str]:
    """The systems drawn beside others of which a chart has nothing to show, for want of a figure."""
    for track in result.series if len(result.systems) > 1 else ():
        if track.x in drawing.x[:1] and not any(
            isinstance(cell, int | float) and isfinite(cell) for cell in track.columns.get(drawing.y[0], ())
        ):
            yield result.systems[track.system]


def _table(drawing: ChartSpec, result: Result) -> Table:
    """Return the numbers of a chart along its first input; long series are thinned, their ends kept."""
    if not drawing.x:
        return Table(("", "Value"), tuple((result.values[n].label, format_value(result.values[n])) for n in drawing.y))
    series = [track for track in result.series if track.x == drawing.x[0]]
    names = [drawing.x[0], *(name for name in drawing.y if _varies(series, name))]
    values = [result.values[name] for name in names]
    several = len(result.systems) > 1
    rows = []
    for track in series:
        cells = _thinned(list(zip(*(track.columns[name] for name in names), strict=True)))
        if several:
            rows += [(result.systems[track.system], *row) for row in _texts(values, cells)]
        else:
            rows += _with_now([value.value for value in values], cells, values)
    return Table((*(("System",) if several else ()), *(value.label for value in values)), tuple(rows))


def _is_unknown(row: Sequence[Any]) -> bool:
    """Return whether a row has no value beside that of the input."""
    return all(isinstance(value, float) and isnan(value) for value in row[1:])


def _with_now(now: list[Any], cells: list[tuple[Any, ...]], values: list[Value]) -> list[tuple[str, ...]]:
    """Return rows of a table as text, that of the question among them and marked."""
    texts = _texts(values, cells)
    if _is_unknown(now):  # an input left open, such as an interval that the wall chooses
        return [text for text, row in zip(texts, cells, strict=True) if not _is_unknown(row)]
    mine = tuple(map(_cell, values, now))
    marked = (f"{mine[0]} (now)", *mine[1:])
    same = [place for place, row in enumerate(texts) if row[0] == mine[0]]
    if same:
        return [*texts[: same[0]], marked, *texts[same[0] + 1 :]]
    if not isinstance(now[0], float):
        return texts
    after = next((k for k, row in enumerate(cells) if isinstance(row[0], float) and row[0] > now[0]), len(cells))
    return [*texts[:after], marked, *texts[after:]]


def _varies(series: list[Series], name: str) -> bool:
    """Return whether a column varies; a constant one is left out, since a card shows it already."""
    return len({cell for track in series for cell in track.columns[name]}) > 1


def _thinned(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    step = max(1, len(rows) // _ROWS)
    return rows[::step] if rows[-1:] == rows[::step][-1:] else [*rows[::step], rows[-1]]


def _texts(values: Sequence[Value], rows: Sequence[tuple[Any, ...]]) -> list[tuple[str, ...]]:
    """Return the cells of rows as text, converted by columns."""
    return list(zip(*map(_column, values, zip(*rows, strict=True)), strict=True))


def _column(value: Value, cells: tuple[Any, ...]) -> list[str]:
    if all(isinstance(cell, float) for cell in cells):
        return format_column(cells, value.unit, value.display_unit)
    return [_cell(value, cell) for cell in cells]


def _cell(value: Value, cell: Any) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return format_quantity(cell, value.unit, value.display_unit) if isinstance(cell, float) else str(cell)
