"""Presenter (stage 5) of the uncertainty of an answer. Does not solve."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import numpy as np
import orjson

from mlsysweb.show.charts.uncertainty import (
    IndexBar,
    OutputSamples,
    RelativeBand,
    histogram,
    index_bars,
    relative_bands,
)
from mlsysweb.show.results.page import Card, Figure, Link, Table
from mlsysweb.show.results.present import card, embedded
from solvers.analysis.parameters import get_value, parameters_of
from solvers.declare import Solver
from solvers.fields import Input
from solvers.formatting import fill_slots, member_words
from solvers.quantities import format_quantity
from solvers.result import Result, Value
from solvers.uncertainty.bands import OutputBand, SystemUncertainty, Uncertainty

from .page import BandLine, RangeLine, ShareLine, UncertaintyPage
from .question import SHOW, UncertaintyQuestion
from .sentences import in_sentence, judged_text, notes, ranking, share_text, verdict, words_of

# Smaller totals than this are no share worth a bar of its own.
_TOP = 8


@dataclass(frozen=True)
class UncertaintyLinks:
    """The paths of the page and of its exports, the wall's page with the question, the question and its query."""

    page: str
    csv: str
    json: str
    wall: Link
    question: UncertaintyQuestion
    asked: str

    def showing(self, output: str) -> str:
        """Return the link that shows the charts of an output."""
        return f"{self.page}?{self._unshown}&{urlencode({SHOW: output})}"

    @cached_property
    def _unshown(self) -> str:
        return replace(self.question, show="").query


def without_ranges(solver: Solver[Any, Any], result: Result, around: UncertaintyLinks) -> UncertaintyPage:
    """Return the page of a question without ranges: the answer of the wall, and what to do."""
    figures = [card(name, result.values[name]) for name in result.headline]
    return UncertaintyPage(
        verdict=f"No range yet. Add the inputs that you know roughly. {fill_slots(result.verdict, result.values)}",
        kind=result.state,
        cards=tuple(figures),
        figures=(),
        ranges=(),
        bands=(),
        shares=(),
        rankings=(),
        notes=(),
        shown="",
        wall=around.wall,
        url=f"{around.page}{around.asked}",
        csv=f"{around.csv}{around.asked}",
        json=f"{around.json}{around.asked}",
    )


def uncertainty_page(
    solver: Solver[Any, Any], found: Uncertainty, point: Any, around: UncertaintyLinks
) -> UncertaintyPage:
    """Return the page of a sampled answer: the output that is asked for, else the first one that varies, in charts."""
    own = found.systems[0]
    shown = _shown(own, around.question.show)
    return UncertaintyPage(
        verdict=verdict(found, shown),
        kind=own.state,
        cards=tuple(_cards(own, shown)),
        figures=tuple(_figures(found, shown)),
        ranges=tuple(_range_line(solver, point, found, k, shown) for k in range(len(found.ranges))),
        bands=tuple(_band_lines(found, shown, around)),
        shares=tuple(_share_lines(found)),
        rankings=tuple(_rankings(found)),
        notes=(*_outside(solver, found, point), *notes(found, shown)),
        shown=shown.declared.label,
        wall=around.wall,
        url=f"{around.page}{around.asked}",
        csv=f"{around.csv}{around.asked}",
        json=f"{around.json}{around.asked}",
    )


def _shown(own: SystemUncertainty, name: str) -> OutputBand:
    named = (band for band in own.bands if band.name == name)
    varying = (band for band in own.bands if band.known and not band.constant)
    return next(named, None) or next(varying, own.bands[0])


def _text(value: Value, number: float) -> str:
    if value.if_infinite and math.isinf(number):
        return value.if_infinite
    return format_quantity(number, value.unit, value.display_unit)


def _cards(own: SystemUncertainty, shown: OutputBand) -> Iterator[Card]:
    """Yield the percentiles of the output shown, then the medians of the others."""
    levels = (
        ("low", "5th percentile", shown.low),
        ("median", "median", shown.median),
        ("high", "95th percentile", shown.high),
    )
    for name, words, number in levels:
        declared = shown.declared
        yield card(f"{shown.name}.{name}", replace(declared, value=number, label=f"{declared.label}: {words}", help=""))
    for band in own.bands:
        if band is not shown:
            label = f"{band.declared.label}: median"
            yield card(f"{band.name}.median", replace(band.declared, value=band.median, label=label, help=""))


def _range_line(solver: Solver[Any, Any], point: Any, found: Uncertainty, place: int, shown: OutputBand) -> RangeLine:
    asked, indices = found.ranges[place], shown.indices
    parameter = parameters_of(solver)[asked.name]
    io = parameter.declared
    now = "" if parameter.table else format_quantity(float(get_value(point, asked.name)), io.unit, io.display_unit)
    if asked.relative:
        text = f"±{format_quantity(asked.high - 1, '1', 'percent')}"
    else:
        text = " to ".join(format_quantity(end, io.unit, io.display_unit) for end in (asked.low, asked.high))
    text += ", log-uniform" if asked.log else ""
    if indices is None:
        return RangeLine(asked.name, found.labels[place], text, now)
    first, total = (_index_text(each[place]) for each in (indices.first, indices.total))
    return RangeLine(asked.name, found.labels[place], text, now, first, total)


def _outside(solver: Solver[Any, Any], found: Uncertainty, point: Any) -> Iterator[str]:
    """Yield the inputs whose value without ranges is not in their range."""
    for asked, label in zip(found.ranges, found.labels, strict=True):
        io = parameters_of(solver)[asked.name].declared
        if not asked.relative and not asked.low <= (now := float(get_value(point, asked.name))) <= asked.high:
            yield f"Without ranges {in_sentence(label)} is {_text(_value(io), now)}, which lies outside its range."


def _value(io: Input) -> Value:
    return Value(0.0, io.unit, io.display_unit, io.label)


def _index_text(index: float) -> str:
    return share_text(min(max(float(index), 0.0), 1.0)) if math.isfinite(index) else ""


def _band_lines(found: Uncertainty, shown: OutputBand, around: UncertaintyLinks) -> Iterator[BandLine]:
    several = len(found.systems) > 1
    for k in range(len(found.systems[0].bands)):
        for system in found.systems:
            its = system.bands[k]
            declared = its.declared
            cells = tuple(_text(declared, number) for number in (its.point, its.low, its.median, its.high))
            error = f"±{_text(replace(declared, if_infinite=''), its.errors[1])}" if its.known else ""
            if its.constant:
                error = "no range changes it"
            yield BandLine(
                declared.label,
                system.name if several else "",
                (*cells, error),
                around.showing(its.name),
                its.name == shown.name,
            )


def _share_lines(found: Uncertainty) -> Iterator[ShareLine]:
    several = len(found.systems) > 1
    for system in found.systems:
        name = system.name if several else ""
        states = {words_of(state): share for state, share in system.states.items()}
        yield ShareLine(
            f"Verdict ({judged_text(system.judged, found.samples)})", name, _in_words(states), len(states) > 1
        )
        for label in system.labels:
            if len(label.shares) > 1 or label.name in _headline(found, system):
                yield ShareLine(label.label, name, _in_words(label.shares), len(label.shares) > 1)


def _headline(found: Uncertainty, system: SystemUncertainty) -> tuple[str, ...]:
    """Return the labels shown although they do not vary: the first two."""
    return tuple(label.name for label in system.labels[:2])


def _in_words(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{member_words(word)} {share_text(share)}" for word, share in shares.items())


def _rankings(found: Uncertainty) -> Iterator[str]:
    for pair in found.rankings:
        yield ranking(pair, found[pair.output])


def _figures(found: Uncertainty, shown: OutputBand) -> Iterator[Figure]:
    place = found.systems[0].bands.index(shown)
    if (figure := _histogram(found, place)) is not None:
        yield figure
    if shown.indices is not None:
        yield _index_figure(found, shown)
    if (figure := _band_figure(found.systems[0])) is not None:
        yield figure


def _histogram(found: Uncertainty, place: int) -> Figure | None:
    several = len(found.systems) > 1
    systems = [
        OutputSamples(
            system.name if several else "",
            band.values[np.isfinite(band.values)],
            (band.low, band.median, band.high),
            band.point,
        )
        for system in found.systems
        if (band := system.bands[place]).known
    ]
    if not systems:
        return None
    declared = found.systems[0].bands[place].declared
    texts = (
        (each.name or declared.label, *(_text(declared, number) for number in (each.point, *each.levels)))
        for each in systems
    )
    head = ("System" if several else "Output", "Without ranges", "5th percentile", "Median", "95th percentile")
    return _figure(
        "histogram-0",
        f"Distribution of {in_sentence(declared.label)}",
        f"Nine of ten samples lie between {_text(declared, systems[0].levels[0])} and "
        f"{_text(declared, systems[0].levels[2])}{f' on {systems[0].name}' if several else ''}.",
        histogram(declared, systems),
        Table(head, tuple(texts)),
    )


def _index_figure(found: Uncertainty, shown: OutputBand) -> Figure:
    indices = shown.indices
    assert indices is not None  # see `_figures`
    order = sorted(range(len(found.ranges)), key=lambda k: -indices.total[k])[:_TOP]
    bars = [
        IndexBar(
            found.labels[k],
            float(indices.first[k]),
            float(indices.total[k]),
            f"{_index_text(indices.first[k])} ± {_index_text(indices.first_error[k])}",
            f"{_index_text(indices.total[k])} ± {_index_text(indices.total_error[k])}",
        )
        for k in order
    ]
    rows = tuple((bar.label, bar.first_text, bar.total_text) for bar in bars)
    return _figure(
        "indices-1",
        f"Share of the variance by input: {in_sentence(shown.declared.label)}",
        f"{bars[0].label} accounts for most of the variance: {_index_text(indices.total[order[0]])} with its "
        "interactions.",
        index_bars(bars),
        Table(("Input", "First-order Sobol index", "Total Sobol index"), rows),
    )


def _band_figure(own: SystemUncertainty) -> Figure | None:
    """Return the bands of all outputs that have a positive value without ranges."""
    bands = [
        RelativeBand(
            band.declared.label,
            band.low / band.point,
            band.median / band.point,
            band.high / band.point,
            f"{_text(band.declared, band.low)} to {_text(band.declared, band.high)}",
        )
        for band in own.bands
        if band.known and math.isfinite(band.point) and band.point > 0 and band.low >= 0
    ]
    if not bands:
        return None
    rows = tuple((band.label, band.text, *_multiples(band)) for band in bands)
    widest = max(bands, key=lambda band: (band.high - band.low) / max(band.median, 1e-30))
    return _figure(
        "bands-2",
        "5th to 95th percentile of each output",
        f"{widest.label} has the widest band: {widest.text}.",
        relative_bands(bands),
        Table(("Output", "Band", "5th percentile", "Median", "95th percentile"), rows),
    )


def _multiples(band: RelativeBand) -> tuple[str, str, str]:
    low, median, high = (format_quantity(end, "1", "times") for end in (band.low, band.median, band.high))
    return low, median, high


def _figure(id: str, title: str, description: str, drawn: Mapping[str, Any], table: Table) -> Figure:
    return Figure(id, title, description, embedded(orjson.dumps(drawn).decode()), table)
