"""Presenter (stage 5) of the context of a wall's form and result. Does not solve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import isfinite
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mlsysweb.show.measurements.page import NearbyMeasurements
from mlsysweb.show.results.page import FallacyResult, Link, ResultPage, WallPicture
from solvers.analysis.parameters import chip_figures
from solvers.calibration import takes_calibrations
from solvers.declare import Solver
from solvers.fields import Input, Output, Pick
from solvers.formatting import format_value
from solvers.pipeline.wall_stages import DESCRIPTION, FACTORS, IRON_LAW, WALL_STAGES
from solvers.quantities import to_input_text
from solvers.read import ALSO, SWEEP
from solvers.result import Result
from solvers.taxonomy import walls_heading

from .page import DownstreamWall, SolveFor, SolveForOption, WallPage

Stage = Solver[Any, Any]
# The wall that derives a chip from the latency it has to reach.
SYNTHESIS = "synthesis"
# A name with a different meaning in each of several walls, such as the step time, does not connect them.
_TOO_COMMON = 3
# Figures that the whole system takes from the iron law, with failures; a wall of one run has them without.
_WITHOUT_FAILURES = {
    "iron_law.training_time": "parallelism.training_time",
    "iron_law.overall_efficiency": "parallelism.mfu",
}


@dataclass(frozen=True)
class WallLinks:
    """The links of a wall's page: every wall with its page, the API and the sensitivity page of this one, the page of
    uncertainty, and the address of an inverse question."""

    walls: Mapping[str, Stage]
    urls: Mapping[str, str]
    api: str
    sensitivity_url: str
    uncertainty_url: str
    solve_for_url: str


def wall_page(
    solver: Stage,
    result: Result | None,
    shown: ResultPage | None,
    told: tuple[FallacyResult, ...],
    around: WallLinks,
    picture: WallPicture | None,
    measured: NearbyMeasurements | None = None,
) -> WallPage:
    """Return the page without its form and result."""
    query = shown.link.partition("?")[2] if shown else ""
    words = " ".join(f"'{part}'" if " " in part else part for part in _arguments(query))
    before, after = _neighbours(solver, around)
    return WallPage(
        name=solver.name,
        walls_heading=walls_heading(solver.walls),
        domain=solver.domain.capitalize(),
        title=solver.title,
        question=solver.question,
        about=solver.about,
        factor=solver.factor,
        result=shown,
        command=f"manage.py solve {solver.name} {words}".strip(),
        api=f"{around.api}?{query}" if query else around.api,
        sensitivity_url=f"{around.sensitivity_url}?{query}" if query else around.sensitivity_url,
        uncertainty_url=f"{around.uncertainty_url}?{urlencode({'wall': solver.name})}{'&' if query else ''}{query}",
        fallacies=told,
        before=before,
        after=after,
        feeds=tuple(_feeds(solver, result, dict(parse_qsl(query)), around)) if result else (),
        picture=picture,
        measured=measured,
        takes_calibrations=takes_calibrations(solver.inputs),
        solve_for=_solve_for(solver, result, dict(parse_qsl(query)), around) if result else None,
    )


def _solve_for(solver: Stage, result: Result, asked: Mapping[str, str], around: WallLinks) -> SolveFor | None:
    """Return the form of an inverse question: the headline results that are numbers, and the inputs in the order of the
    charts along them, then of the form, then figures of the accelerator."""
    results = tuple(
        SolveForOption(name, io.label, format_value(result.values[name]))
        for name in result.headline
        if isinstance(io := solver.outputs.get(name), Output)
    )
    drawn = [drawing.x[0] for drawing in result.charts if drawing.x]
    inputs = _inputs_to_change(solver, tuple(drawn), "accelerator" in result.snapshot)
    kept = tuple((name, text) for name, text in result.text.items() if name not in (ALSO, SWEEP))
    if not results or not inputs:
        return None
    return SolveFor(around.solve_for_url, results, inputs, kept, _synthesis(solver, asked, around))


@lru_cache(256)
def _inputs_to_change(solver: Stage, drawn: tuple[str, ...], has_chip: bool) -> tuple[SolveForOption, ...]:
    plain = [name for name, io in solver.inputs.items() if isinstance(io, Input) and not io.advanced]
    names = [name for name in dict.fromkeys((*drawn, *plain)) if _can_vary(solver.inputs.get(name))]
    figures = chip_figures(solver) if has_chip else ()
    return (
        *(SolveForOption(name, solver.inputs[name].label) for name in names),
        *(SolveForOption(each.name, f"{each.label} of the accelerator") for each in figures),
    )


def _synthesis(solver: Stage, asked: Mapping[str, str], around: WallLinks) -> Link | None:
    """Return the link from a wall of one node that runs a model to the chip that a latency needs."""
    other = around.walls[SYNTHESIS]
    if solver.domain == "node" and {"model", "accelerator"} <= set(solver.inputs):
        query = urlencode(dict(_shared(solver, other, asked)))
        return Link(other.title, f"{around.urls[SYNTHESIS]}{'?' if query else ''}{query}")
    return None


def _can_vary(io: Any) -> bool:
    return isinstance(io, Input) and isfinite(io.slider[1]) and io.slider[0] < io.slider[1]


def _arguments(query: str) -> Iterator[str]:
    return (f"{name}={value}" for name, value in parse_qsl(query))


def _neighbours(solver: Stage, around: WallLinks) -> tuple[Link | None, Link | None]:
    """Return links to the previous and the next wall of the taxonomy; tools without a number come last."""
    ordered = _ordered(tuple(around.walls.values()))
    place = ordered.index(solver)
    near = {step: ordered[place + step] for step in (-1, 1) if 0 <= place + step < len(ordered)}
    links = {step: Link(each.title, around.urls[each.name]) for step, each in near.items()}
    return links.get(-1), links.get(1)


@cache
def _ordered(walls: tuple[Stage, ...]) -> list[Stage]:
    return sorted(walls, key=lambda each: (not each.walls, each.walls, each.title))


def _feeds(solver: Stage, result: Result, asked: Mapping[str, str], around: WallLinks) -> Iterator[DownstreamWall]:
    """Yield the walls that take outputs of this one, by name or as the whole system connects them, with the current
    values, and with the inputs of this page that they share."""
    for name, flows in _streams(tuple(around.walls.values()))[solver.name].items():
        other = around.walls[name]
        known = {end: found for end, found in flows.items() if _is_known(result, found)}
        if known:
            text = {
                end: to_input_text(float(result.values[found].value), *_units(result, found))
                for end, found in known.items()
            }
            gives = ", ".join(result.values[found].label for found in dict.fromkeys(known.values()))
            query = urlencode({**dict(_shared(solver, other, asked)), **text})
            yield DownstreamWall(Link(other.title, f"{around.urls[other.name]}?{query}"), gives)


def _shared(solver: Stage, other: Stage, asked: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the rows picked here and the inputs typed here that another wall has as well, where they differ from its
    defaults."""
    for name, io in solver.inputs.items():
        same = other.inputs.get(name)
        if isinstance(io, Pick) and isinstance(same, Pick) and io.kind is same.kind:
            text = asked.get(name) or io.default or ""
            if text and text != same.default:
                yield name, text
        elif name in asked and type(io) is type(same) and _unit(io) == _unit(same) and io.label == same.label:
            yield name, asked[name]


def _unit(io: Any) -> str:
    return getattr(io, "unit", "")


@cache
def _streams(walls: tuple[Stage, ...]) -> dict[str, dict[str, dict[str, str]]]:
    """Return, for each wall, the walls that take from it and which input takes which output; from declarations only."""
    named = {wall.name: wall for wall in walls}
    every = {one.name: {other.name: dict(_flows(one, other, named)) for other in walls} for one in walls}
    return {one: {other: flows for other, flows in each.items() if flows} for one, each in every.items()}


def _flows(solver: Stage, other: Stage, walls: Mapping[str, Stage]) -> Iterator[tuple[str, str]]:
    """Yield the inputs of another wall with the output of this one that each takes."""
    if other is solver or other.name == DESCRIPTION:
        return
    for name, io in other.inputs.items():
        if isinstance(io, Input) and _same(solver, name, io) and _finders(walls, name) < _TOO_COMMON:
            yield name, name
    for place in WALL_STAGES:
        for end, source in place.links.items():
            stage, _, name = source.partition(".")
            if place.stage == other.name and stage == solver.name and name in solver.outputs:
                yield end, name
            if place.stage == other.name and (own := _WITHOUT_FAILURES.get(source)):
                stage, _, name = own.partition(".")
                if stage == solver.name:
                    yield end, name
    if other.name == IRON_LAW:
        for end, source in FACTORS.items():
            stage, _, name = source.partition(".")
            if stage == solver.name:
                yield end, name


def _same(solver: Stage, name: str, taken: Input) -> bool:
    output = solver.outputs.get(name)
    return isinstance(output, Output) and output.unit == taken.unit


def _finders(walls: Mapping[str, Stage], name: str) -> int:
    return sum(name in each.outputs for each in walls.values())


def _is_known(result: Result, name: str) -> bool:
    value = result.values[name].value
    return isinstance(value, float) and 0 < value < float("inf")


def _units(result: Result, name: str) -> tuple[str, str]:
    return result.values[name].unit, result.values[name].display_unit
