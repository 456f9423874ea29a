"""Stage 4: evaluates the whole plan in one call of the wall, and builds the result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .declare import Solver
from .fields import Choice, Flag, Input, InputField, Label, Output, OutputField
from .plan import Plan, SweepLine
from .result import ChartSpec, Result, Series, Value, Working
from .rows import replaced
from .spec_parts import remarks
from .specs import columns

_SLOT = re.compile(r"@([a-z_]+\.[a-z_]+)")


def solve(plan: Plan, text: Mapping[str, str] | None = None, snapshot: Mapping[str, Any] | None = None) -> Result:
    """Return the result of a plan. `text` and `snapshot` are those of the question, stored with its answer."""
    solver = plan.solver
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        batch = solver.function(plan.batch)
    point = row(solver, batch, 0)
    verdict = solver.verdict(plan.point, point)
    return Result(
        solver=solver.name,
        version=solver.version,
        inputs=tuple(solver.inputs),
        outputs=tuple(solver.outputs),
        headline=solver.headline,
        values=dict(_values(solver, plan.point, point)),
        verdict=verdict.text,
        notes=(*solver.notes(plan.point, point), *remarks(solver.inputs, plan.point), *plan.left_out),
        working=tuple(Working(e.output, e.latex) for e in solver.equations if e.where(plan.point, point)),
        charts=tuple(ChartSpec(f.kind, f.title, f.x, f.y, f.x_marks) for f in plan.figures),
        series=tuple(_tracks(plan, batch)),
        systems=plan.systems,
        text=text or {},
        snapshot=snapshot or {},
        state=verdict.state,
    )


def row(solver: Solver[Any, Any], batch: Any, index: int) -> Any:
    """Return one row of a wall's outputs as scalars: floats, codes and bools."""
    values = {name: _scalar(io, np.asarray(getattr(batch, name)), index) for name, io in solver.outputs.items()}
    return replaced(batch, values)


def _scalar(io: OutputField, column: NDArray[Any], index: int) -> Any:
    value = column.item() if column.ndim == 0 else column[index].item()
    if isinstance(io, Label):
        return io.kind(int(value))
    return bool(value) if isinstance(io, Flag) else float(value)


def output_rows(io: OutputField, column: Any, rows: NDArray[np.int_]) -> list[Any]:
    """Return these rows of an output as scalars: floats, members of its enumeration, or bools."""
    array = np.asarray(column)
    values: list[Any] = (array[rows] if array.ndim else np.full(len(rows), array)).tolist()
    if isinstance(io, Label):
        members: Any = io.kind
        known = {code: members(int(code)) for code in set(values)}
        return [known[code] for code in values]
    if array.dtype.kind == ("b" if isinstance(io, Flag) else "f"):
        return values
    return list(map(bool if isinstance(io, Flag) else float, values))


def _values(solver: Solver[Any, Any], inputs: Any, outputs: Any) -> Iterator[tuple[str, Value]]:
    blank = _blank_values(solver)
    for name, taken in solver.inputs.items():
        yield name, replaced(blank[name], {"value": _plain(taken, getattr(inputs, name))})
    for name, io in solver.outputs.items():
        yield name, replaced(blank[name], {"value": _plain(io, getattr(outputs, name))})
    for name in _slots(solver):
        pick, figure = name.split(".")
        spec = getattr(inputs, pick)
        if spec is not None:  # else the equation is of those that pick one
            own, number = columns(type(spec))[figure], float(getattr(spec, figure))
            yield name, Value(number, own.unit, own.display_unit, own.label, own.symbol)


@lru_cache(maxsize=256)
def _blank_values(solver: Solver[Any, Any]) -> dict[str, Value]:
    """Return the inputs and outputs of a solver without their values, by name."""
    return {name: _blank(io) for name, io in (*solver.inputs.items(), *solver.outputs.items())}


@lru_cache(maxsize=256)
def _slots(solver: Solver[Any, Any]) -> tuple[str, ...]:
    """Return the figures of specs in a solver's equations, by dotted name."""
    return tuple(dict.fromkeys(slot for e in solver.equations for slot in _SLOT.findall(e.latex)))


def _blank(io: InputField | OutputField) -> Value:
    """Return the unit and label of a declaration, with no value yet."""
    if isinstance(io, Input | Output):
        words = (io.if_infinite, io.help, io.if_unknown) if isinstance(io, Output) else ("", io.help, "")
        return Value("", io.unit, io.display_unit, io.label, io.symbol, *words)
    return Value("", label=io.label, help=io.help)


def _plain(io: InputField | OutputField, value: Any) -> float | str | bool:
    """Return a value as it is stored: a number, a bool, or the name of a choice or row."""
    if isinstance(io, Input | Output):
        return float(value)
    if isinstance(io, Choice | Label):
        return io.kind(int(value)).name.lower()
    return bool(value) if isinstance(io, Flag) else getattr(value, "name", "")


def output_value(io: OutputField, value: Any) -> Value:
    """Return a scalar output with the unit and label of its declaration."""
    return replaced(_blank(io), {"value": _plain(io, value)})


def _tracks(plan: Plan, batch: Any) -> Iterator[Series]:
    for line in plan.lines:
        wanted = dict.fromkeys(name for f in plan.figures if line.x in f.x for name in f.y)
        found = {name: _column(plan.solver.outputs[name], getattr(batch, name), line) for name in wanted}
        yield Series(line.system, line.x, {line.x: _visited(plan.solver.inputs[line.x], line), **found})


def _visited(io: InputField, line: SweepLine) -> tuple[Any, ...]:
    if isinstance(io, Choice):
        return tuple(io.kind(int(code)).name.lower() for code in line.values)
    return tuple(line.values.tolist())


def _column(io: OutputField, column: Any, line: SweepLine) -> tuple[Any, ...]:
    array = np.asarray(column)
    values = (np.broadcast_to(array, (line.rows.stop,)) if array.ndim == 0 else array)[line.rows].tolist()
    return tuple(io.kind(int(v)).name.lower() for v in values) if isinstance(io, Label) else tuple(values)
