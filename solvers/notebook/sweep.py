"""Sweeps: all combinations of values along some inputs, in one vectorised call, as a table."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers import rows
from solvers.declare import Solver
from solvers.errors import InputError, InputErrors
from solvers.fields import Choice, InputField, Label, Pick
from solvers.registry import find
from solvers.specs import stack, take

from .call import question, read_input, specs_of
from .table import TextTable

MOST = 10_000_000


def sweep(solver: Solver[Any, Any] | str, **values: Any) -> TextTable:
    """Return a table with a row for each combination of the lists among `values`, the last list running fastest.

    Each list or array is an axis: numbers in SI or text with units, names of choices, specs or slugs. A single
    value is the same in every row, and other inputs take their default, as in a call. The columns are the axes, then
    all outputs of the solver: numbers in SI, names for labels. The axes and the main results are printed. Rows with
    incompatible values are left out and listed in `table.left_out`. Raise InputErrors for an invalid value, and when
    no row is valid.

    >>> from solvers import roofline, sweep
    >>> table = sweep(roofline, accelerator=["a100", "h100"], batch_size=[1, 64])
    >>> print(table.select("accelerator", "batch_size", "bottleneck"))
    accelerator            batch_size  bottleneck
    NVIDIA A100 SXM4 80GB  1           memory
    NVIDIA A100 SXM4 80GB  64          memory
    NVIDIA H100 SXM5 80GB  1           memory
    NVIDIA H100 SXM5 80GB  64          memory
    """
    wall = find(solver) if isinstance(solver, str) else solver
    axes = [_axis(wall, name, value) for name, value in values.items() if _is_list(value)]
    shape = tuple(len(axis.labels) for axis in axes)
    if prod(shape) > MOST:
        raise InputErrors(
            [InputError(axes[0].name, f"and the other lists make {prod(shape):,} rows; {MOST:,} are most.")]
        )
    places = [place.ravel() for place in np.indices(shape)]
    fixed = {name: value for name, value in values.items() if not _is_list(value)}
    inputs = question(wall, fixed | {a.name: a.at(p) for a, p in zip(axes, places, strict=True)})
    kept, left_out = _sensible(wall, inputs, axes, places)
    if axes:
        inputs, places = rows.take_rows(rows.ravel(inputs), kept), [place[kept] for place in places]
    with np.errstate(all="ignore"):
        outputs = wall.function(inputs)
    return _table(wall, axes, places, outputs, len(kept), left_out)


@dataclass(frozen=True)
class _Axis:
    """The values along one input (numbers, codes, or a stacked spec) and their names in a table."""

    name: str
    declared: InputField
    column: Any
    labels: NDArray[Any]

    def at(self, places: NDArray[np.int_]) -> Any:
        return take(self.column, places) if isinstance(self.declared, Pick) else self.column[places]


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple | range) or bool(getattr(value, "shape", ()))


def _axis(wall: Solver[Any, Any], name: str, value: Any) -> _Axis:
    """Return the axis of an input. Raise InputErrors for invalid values."""
    values = list(value)
    io = wall.inputs.get(name)
    try:
        if not values:
            raise InputError(name, "needs at least one value to run along.")
        if isinstance(io, Pick):
            specs = specs_of(wall, name, values)
            return _Axis(name, io, stack(specs), np.array([spec.name for spec in specs]))
        if isinstance(io, Choice):
            codes = np.asarray(io.codes(name, values))
            return _Axis(name, io, codes, np.array([io.kind(int(code)).name.lower() for code in codes]))
        if io is None:
            raise InputError(name[:60], f"is not an input of {wall.name}, so nothing runs along it.")
        numbers = np.asarray(io.column(name, read_input(wall, name, values)))
        return _Axis(name, io, numbers, numbers)
    except InputError as error:
        raise InputErrors([error]) from None


def _sensible(
    wall: Solver[Any, Any], inputs: Any, axes: list[_Axis], places: list[NDArray[np.int_]]
) -> tuple[NDArray[np.int_], tuple[str, ...]]:
    """Return the valid rows, and a sentence for each combination that is not. Each combination of the inputs that the
    check reads is checked once, however many rows have it. Raise InputErrors when no row is valid."""
    number = len(places[0]) if places else 1
    line, read = rows.ravel(inputs), set[str]()
    while True:
        along = [k for k, axis in enumerate(axes) if axis.name in read]
        key = (
            np.ravel_multi_index([places[k] for k in along], [len(axes[k].labels) for k in along])
            if along
            else np.zeros(number, int)
        )
        _, first, which = np.unique(key, return_index=True, return_inverse=True)
        errors, more = [], set[str]()
        for place in first.tolist():
            asked = _Recording(_named(rows.take_rows(line, np.array(place)) if axes else inputs, axes, places, place))
            errors.append(tuple(wall.check(asked)))
            more |= asked.names
        if more <= read:
            break
        read |= more
    bad = np.array([bool(each) for each in errors])
    if bad.all():
        raise InputErrors(errors[0])
    told = [(place, each[0]) for place, each in zip(first.tolist(), errors, strict=True) if each]
    sentences = tuple(f"{_combination(axes, along, places, place)}: {error}" for place, error in told)
    return np.flatnonzero(~bad[which.ravel()]), sentences


class _Recording:
    """A question that records which of its inputs are read."""

    def __init__(self, inputs: Any) -> None:
        self.inputs, self.names = inputs, set[str]()

    def __getattr__(self, name: str) -> Any:
        self.names.add(name)
        return getattr(self.inputs, name)


def _named(row: Any, axes: list[_Axis], places: list[NDArray[np.int_]], place: int) -> Any:
    """Return a row whose specs have their own names."""
    own = {
        axis.name: dataclasses.replace(getattr(row, axis.name), name=str(axis.labels[where[place]]))
        for axis, where in zip(axes, places, strict=True)
        if isinstance(axis.declared, Pick)
    }
    return dataclasses.replace(row, **own)


def _combination(axes: list[_Axis], along: list[int], places: list[NDArray[np.int_]], place: int) -> str:
    return ", ".join(f"{axes[k].name} {axes[k].labels[places[k][place]]}" for k in along)


def _table(
    wall: Solver[Any, Any],
    axes: list[_Axis],
    places: list[NDArray[np.int_]],
    outputs: Any,
    number: int,
    left_out: tuple[str, ...],
) -> TextTable:
    columns = {axis.name: axis.labels[place] for axis, place in zip(axes, places, strict=True)}
    declared: dict[str, Any] = {axis.name: axis.declared for axis in axes}
    shown = list(columns)
    for name, column in _columns(wall, outputs, number):
        # An output may have the name of an input.
        key = f"{wall.name}.{name}" if name in columns else name
        columns[key], declared[key] = column, wall.outputs[name]
        shown += [key] if name in wall.headline else []
    return TextTable(columns, declared, left_out, tuple(shown))


def _columns(wall: Solver[Any, Any], outputs: Any, number: int) -> Iterator[tuple[str, NDArray[Any]]]:
    for name, io in wall.outputs.items():
        column = np.broadcast_to(np.asarray(getattr(outputs, name)), (number,))
        yield name, io.names(column) if isinstance(io, Label) else column
