"""Stage 3: decides what to evaluate before anything is evaluated: the point, and the lines of its charts."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .declare import Chart, Solver
from .errors import InputErrors
from .fields import Choice, Input
from .picks import is_of_overlay, overlaid
from .specs import stack, take

_POINTS = 64


@dataclass(frozen=True)
class SweepLine:
    """Rows of the batch that run along one input for one system (0 is the point's own, the rest its overlays)."""

    system: int
    x: str
    values: NDArray[np.float64]
    rows: slice


@dataclass(frozen=True)
class Plan:
    """One batch. Row 0 is the point; each line has the rows that follow."""

    solver: Solver[Any, Any]
    point: Any
    batch: Any
    lines: tuple[SweepLine, ...]
    figures: tuple[Chart, ...]
    systems: tuple[str, ...]
    left_out: tuple[str, ...]


def plan(
    solver: Solver[Any, Any], point: Any, also: tuple[Any, ...] = (), sweep: str = "", given: Collection[str] = ()
) -> Plan:
    """Return the batch for `point`, overlaid with the specs `also`, each with its own figures but for those that were
    `given`. Raise InputErrors when the point is not valid."""
    errors = tuple(solver.check(point))
    if errors:
        raise InputErrors(errors)
    figures = tuple(_swept(figure, sweep) for figure in solver.figures if _is_drawn(figure, point))
    others, left_out = _sensible(solver, point, also, given)
    lines = tuple(_lines(solver, point, figures, 1 + len(others)))
    batch = dataclasses.replace(point, **_columns(solver, point, others, lines))
    systems = tuple(spec.name for spec in _overlaid(solver, point, others))
    return Plan(solver, point, batch, lines, figures, systems, left_out)


def _is_drawn(figure: Chart, point: Any) -> bool:
    def is_at(named: tuple[str, int]) -> bool:
        return bool(getattr(point, named[0]) == named[1])

    return (figure.only_for is None or is_at(figure.only_for)) and not (figure.not_for and is_at(figure.not_for))


def _swept(figure: Chart, sweep: str) -> Chart:
    """Return the chart along the input that the question sweeps, for a curve; other charts keep their axes."""
    return dataclasses.replace(figure, x=(sweep,), x_marks=()) if sweep and figure.kind == "curve" else figure


def _sensible(
    solver: Solver[Any, Any], point: Any, also: tuple[Any, ...], given: Collection[str]
) -> tuple[list[Any], tuple[str, ...]]:
    """Return the point with each of the other specs in turn, where that is valid, and a sentence where it is not. The
    point's own spec is left out unless a figure of the point's was changed."""
    others, left_out = [], []
    changed = any(name.startswith(f"{solver.overlay}.") for name in given)
    for spec in also:
        if spec.name == getattr(point, solver.overlay).name and not changed:
            continue
        other = overlaid(solver, point, spec, given)
        errors = tuple(solver.check(other))
        if errors:
            left_out.append(f"{spec.name} is left out of the picture: {errors[0].field} {errors[0].sentence}")
        else:
            others.append(other)
    return others, tuple(left_out)


def _overlaid(solver: Solver[Any, Any], point: Any, others: list[Any]) -> list[Any]:
    return [getattr(each, solver.overlay) for each in (point, *others)] if solver.overlay else []


def _lines(solver: Solver[Any, Any], point: Any, figures: tuple[Chart, ...], systems: int) -> Iterator[SweepLine]:
    start = 1
    for along in dict.fromkeys(name for figure in figures for name in figure.x):
        values = sweep_values(solver.inputs[along], getattr(point, along))
        for system in range(systems):
            yield SweepLine(system, along, values, slice(start, start + len(values)))
            start += len(values)


def sweep_values(io: Any, value: float) -> NDArray[np.float64]:
    """Return the values of a line: every choice, or the slider's range, extended to contain the point's own value. A
    zero that stands for something else is left out where the point's value is a number."""
    if isinstance(io, Choice):
        return np.array(list(io.kind), dtype=float)
    low, high = min(io.slider[0], value), max(io.slider[1], value)
    if io.powers_of_two:
        return np.union1d(_powers_of_two(low, high), value)
    steps = _steps(io.log, io.integer, low, high)
    return steps[steps > 0] if io.zero_means and value > 0 else steps


@lru_cache(maxsize=512)  # most lines run over the slider's range
def _steps(log: bool, integer: bool, low: float, high: float) -> NDArray[np.float64]:
    spread = _spread(log, integer, low, high)
    steps = _whole(spread) if integer else spread
    steps.setflags(write=False)
    return steps


def _spread(log: bool, integer: bool, low: float, high: float) -> NDArray[np.float64]:
    if not log:
        return np.linspace(low, high, _POINTS)
    first = low if low > 0 else (1.0 if integer else high / 1e6)
    steps = np.geomspace(first, high, _POINTS)
    return steps if low > 0 else np.concatenate(([low], steps))


def _whole(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return whole steps; powers of two are kept exactly, because batch sizes usually are."""
    return np.union1d(np.round(values), _powers_of_two(values[0], values[-1]))


def _powers_of_two(low: float, high: float) -> NDArray[np.float64]:
    powers = 2.0 ** np.arange(0, 31)
    return np.asarray(powers[(powers >= low) & (powers <= high)])


def _columns(
    solver: Solver[Any, Any], point: Any, others: list[Any], lines: tuple[SweepLine, ...]
) -> Mapping[str, NDArray[Any] | Any]:
    """Return a column for each input that varies; the rest stay scalars and broadcast."""
    total = lines[-1].rows.stop if lines else 1
    system = np.zeros(total, dtype=int)
    for line in lines:
        system[line.rows] = line.system
    columns: dict[str, Any] = {}
    if others:
        columns[solver.overlay] = take(stack(_overlaid(solver, point, others)), system)
        columns |= {name: own[system] for name, own in _differing(solver, point, others)}
    for line in lines:
        column = columns.setdefault(line.x, _constant(solver, point, line.x, total))
        column[line.rows] = line.values
    return columns


def _differing(solver: Solver[Any, Any], point: Any, others: list[Any]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """The inputs that the specs know differently, or that are given for one of them, with a value for each system."""
    for name, io in solver.inputs.items():
        if isinstance(io, Input) and (io.default_from or is_of_overlay(solver, io)):
            own = np.array([getattr(each, name) for each in (point, *others)], dtype=float)
            if len(np.unique(own)) > 1:
                yield name, own


def _constant(solver: Solver[Any, Any], point: Any, name: str, total: int) -> NDArray[Any]:
    kind = int if isinstance(solver.inputs[name], Choice) else float
    return np.full(total, getattr(point, name), dtype=kind)
