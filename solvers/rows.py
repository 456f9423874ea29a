"""Batches of questions: the number of questions in an Inputs record, selecting rows, flattening a grid.

Fields are numbers, codes of choices and specs, each a scalar where it is the same in all questions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .errors import InputError

R = TypeVar("R")

_SCALARS = (float, int)


def shape(record: Any) -> tuple[int, ...]:
    """Return the shape that the columns of the record broadcast to; () for one question."""
    shapes = {_shape(value, own) for _, value, own in _columns(record)} - {()}
    return np.broadcast_shapes(*shapes) if len(shapes) > 1 else next(iter(shapes), ())


def take_rows(record: Any, row: NDArray[np.int_]) -> Any:
    """Return the questions `row` of a one-dimensional batch; scalars stay scalars."""
    return _mapped(record, lambda column, own: column[row])


def replaced(record: R, values: dict[str, Any]) -> R:
    """Return the record with other values of some of its fields, like `dataclasses.replace` in a twentieth of the time:
    the constructor, which a record of inputs, outputs or figures leaves as generated, is not called."""
    made = object.__new__(type(record))
    object.__setattr__(made, "__dict__", vars(record) | values)  # copies all fields at once
    return made


def record_of(kind: type[R], values: dict[str, Any]) -> R:
    """Return a record of a dataclass from all of its fields, like its constructor in a tenth of the time. The record
    keeps `values` as its own."""
    made = object.__new__(kind)
    object.__setattr__(made, "__dict__", values)
    return made


def each_row(record: Any, row: NDArray[np.int_]) -> Iterator[Any]:
    """Yield each of the questions `row` of a one-dimensional batch: scalars, and numbers as Python's own."""
    same, streams = _streams(record, row)
    names = tuple(streams)
    for values in zip(*streams.values(), strict=True) if streams else ((),) * len(row):
        yield replaced(same, dict(zip(names, values, strict=True)))


def column_of(value: Any, row: NDArray[np.int_]) -> Sequence[Any]:
    """Return a field of the questions `row` of a one-dimensional batch, as `each_row` has it: a value for each."""
    if dataclasses.is_dataclass(value):
        return list(each_row(value, row)) if shape(value) else [value] * len(row)
    column = np.asarray(value)
    return column[row].tolist() if column.ndim else [value] * len(row)


def _streams(record: Any, row: NDArray[np.int_]) -> tuple[Any, dict[str, Iterable[Any]]]:
    """Return the record with what is the same in all questions `row`, as scalars, and the values of each other field.
    A figure repeated in every row, as of a spec in a batch of several, is no stream: each costs time per question."""
    same = {name: value.item() for name, value in vars(record).items() if isinstance(value, np.generic)}
    streams: dict[str, Iterable[Any]] = {}
    for name, value, own in _columns(record):
        if not _shape(value, own):
            continue
        if dataclasses.is_dataclass(value):
            spec, within = _streams(value, row)
            if within or not len(row):
                streams[name] = each_row(value, row)
            else:
                same[name] = spec
            continue
        column = np.asarray(value)[row]
        if len(row) and _is_repeated(column):
            same[name] = _elements(column[:1], own)[0]
        else:
            streams[name] = _elements(column, own)
    return replaced(record, same), streams


def _is_repeated(column: NDArray[Any]) -> bool:
    """Return whether all values along the first axis are the same, or all unknown."""
    alike = column == column[0]
    return bool(np.all(alike) or (column.dtype.kind == "f" and np.all(alike | np.isnan(column) & np.isnan(column[0]))))


def _elements(column: NDArray[Any], own: int) -> list[Any]:
    """Return the values of a column: Python's numbers, or the tables by number format."""
    return list(column) if own else column.tolist()


def ravel(record: Any) -> Any:
    """Return a grid of questions as a one-dimensional batch, like `np.ravel`."""
    every = shape(record)
    return _mapped(record, lambda column, own: _raveled(column, every, own))


def _raveled(column: Any, every: tuple[int, ...], own: int) -> Any:
    inner = column.shape[column.ndim - own :]
    if len(every) == 1 and column.shape == (*every, *inner):
        return column
    return np.broadcast_to(column, (*every, *inner)).reshape(-1, *inner)


def _mapped(record: Any, change: Any) -> Any:
    """Return the record with `change` applied to each column that is not a scalar."""
    values = {}
    for name, value, own in _columns(record):
        if dataclasses.is_dataclass(value):
            values[name] = _mapped(value, change) if _shape(value, own) else value
        elif not isinstance(value, _SCALARS) and np.ndim(value) > own:
            values[name] = change(np.asarray(value), own)
    return replaced(record, values)


def _shape(value: Any, own: int) -> tuple[int, ...]:
    if isinstance(value, _SCALARS):  # the common cases; np.ndim takes ten times as long
        return ()
    if not isinstance(value, np.ndarray) and dataclasses.is_dataclass(value):
        return shape(value)
    axes: tuple[int, ...] = np.shape(value)
    return axes[: len(axes) - own]


def _columns(record: Any) -> Iterator[tuple[str, Any, int]]:
    """Yield the fields of a record that may be columns, with the number of axes that a single value has: one where it
    is a table by number format."""
    kind: Any = type(record)
    for name, own in _fields(kind):
        value = getattr(record, name)
        if value is not None and not isinstance(value, str):
            yield name, value, own


@cache
def _fields(kind: Any) -> tuple[tuple[str, int], ...]:
    """Return the fields of a record's class, each with the number of axes of a single value."""
    return tuple((f.name, int("per" in f.metadata)) for f in dataclasses.fields(kind))


def shape_errors(values: Mapping[str, Any]) -> Iterator[InputError]:
    """Yield one error for each value whose shape does not broadcast with those before it."""
    together: dict[str, tuple[int, ...]] = {}
    for name, value in values.items():
        try:
            own = shape(value) if dataclasses.is_dataclass(value) else np.shape(value)
        except ValueError:
            yield InputError(name, f"has columns of different lengths: '{value.name}' is not one column of things.")
            continue
        other = next((n for n, known in together.items() if not _broadcast(own, known)), "")
        if other:
            sentence = f"has the shape {own}, {other} the shape {together[other]}: they do not broadcast."
            yield InputError(name, f"{sentence} Arrays of one call have equal lengths, or one axis each.")
        else:
            together[name] = own


def _broadcast(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Return whether two shapes broadcast: from the last axis on, lengths are equal or one of them is 1."""
    return all(a == b or 1 in (a, b) for a, b in zip(one[::-1], other[::-1], strict=False))
