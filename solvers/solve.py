"""Stage 4: one call of the wall for the whole plan, and the result that carries all that is known of it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .declare import Solver
from .fields import Choice, Flag, Found, Given, Input, Label, Output
from .plan import Line, Plan
from .result import Drawing, Result, Track, Value, Working
from .specs import columns

_SLOT = re.compile(r"@([a-z_]+\.[a-z_]+)")


def solve(plan: Plan, text: Mapping[str, str] | None = None, snapshot: Mapping[str, Any] | None = None) -> Result:
    """The answer to a plan. `text` and `snapshot` are what the question came from, kept beside its answer."""
    solver = plan.solver
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        batch = solver.function(plan.batch)
    point = row(solver, batch, 0)
    return Result(
        solver=solver.name,
        version=solver.version,
        inputs=tuple(solver.inputs),
        outputs=tuple(solver.outputs),
        headline=solver.headline,
        values=dict(_values(solver, plan.point, point)),
        verdict=solver.verdict(plan.point, point),
        notes=(*solver.notes(plan.point, point), *plan.left_out),
        working=tuple(Working(e.output, e.latex) for e in solver.equations if e.where(plan.point, point)),
        drawings=tuple(Drawing(f.kind, f.title, f.along, f.y, f.marks) for f in plan.figures),
        tracks=tuple(_tracks(plan, batch)),
        systems=plan.systems,
        text=text or {},
        snapshot=snapshot or {},
    )


def row(solver: Solver[Any, Any], batch: Any, index: int) -> Any:
    """One row of a wall's outputs as scalars: floats, codes and truths."""
    return dataclasses.replace(
        batch, **{name: _scalar(io, np.asarray(getattr(batch, name)), index) for name, io in solver.outputs.items()}
    )


def _scalar(io: Found, column: NDArray[Any], index: int) -> Any:
    value = column.item() if column.ndim == 0 else column[index].item()
    if isinstance(io, Label):
        return io.kind(int(value))
    return bool(value) if isinstance(io, Flag) else float(value)


def _values(solver: Solver[Any, Any], inputs: Any, outputs: Any) -> Iterator[tuple[str, Value]]:
    for name, taken in solver.inputs.items():
        yield name, _input_value(taken, getattr(inputs, name))
    for name, io in solver.outputs.items():
        yield name, output_value(io, getattr(outputs, name))
    for name in dict.fromkeys(slot for e in solver.equations for slot in _SLOT.findall(e.latex)):
        pick, figure = name.split(".")
        spec = getattr(inputs, pick)
        declared = columns(type(spec))[figure]
        yield name, Value(float(getattr(spec, figure)), declared.unit, declared.shown, declared.label, declared.symbol)


def _input_value(io: Given, value: Any) -> Value:
    if isinstance(io, Input):
        return Value(float(value), io.unit, io.shown, io.label, io.symbol, help=io.help)
    if isinstance(io, Choice):
        return Value(io.kind(int(value)).name.lower(), label=io.label, help=io.help)
    return Value(value.name if value is not None else "", label=io.label, help=io.help)


def output_value(io: Found, value: Any) -> Value:
    """A found scalar with its declaration's words."""
    if isinstance(io, Output):
        return Value(float(value), io.unit, io.shown, io.label, io.symbol, io.never, io.help)
    if isinstance(io, Label):
        return Value(io.kind(int(value)).name.lower(), label=io.label, help=io.help)
    return Value(bool(value), label=io.label, help=io.help)


def _tracks(plan: Plan, batch: Any) -> Iterator[Track]:
    for line in plan.lines:
        wanted = dict.fromkeys(name for f in plan.figures if line.along in f.along for name in f.y)
        found = {name: _column(plan.solver.outputs[name], getattr(batch, name), line) for name in wanted}
        yield Track(line.system, line.along, {line.along: _visited(plan.solver.inputs[line.along], line), **found})


def _visited(io: Given, line: Line) -> tuple[Any, ...]:
    if isinstance(io, Choice):
        return tuple(io.kind(int(code)).name.lower() for code in line.values)
    return tuple(line.values.tolist())


def _column(io: Found, column: Any, line: Line) -> tuple[Any, ...]:
    array = np.asarray(column)
    values = (np.broadcast_to(array, (line.rows.stop,)) if array.ndim == 0 else array)[line.rows].tolist()
    return tuple(io.kind(int(v)).name.lower() for v in values) if isinstance(io, Label) else tuple(values)
