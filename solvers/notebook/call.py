"""From what a person writes in a call to a checked question and its outputs.

The same values, ranges and sentences as the site's pages have: text is read by `solvers.read`, slugs are looked up in
the shipped rows, and what a page refuses a call refuses.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from solvers import rows
from solvers.declare import Solver
from solvers.errors import InputError, InputErrors
from solvers.fields import Flag, Input, Label, OutputField, Pick
from solvers.picks import with_changes, with_known_defaults
from solvers.read import read_value
from solvers.shipped import find
from solvers.spec_parts import with_parts
from solvers.specs import Changed, row_names, stack, take

# The rows of a call whose sense is checked one by one, at some 50 us each; of a longer column the first and the last.
MOST_CHECKED = 256


def answer(solver: Solver[Any, Any], values: Mapping[str, Any]) -> Any:
    """The outputs of `solver` for `values`, scalars as Python's own types. Raises InputErrors for what a page refuses;
    rows of a column that make no sense are unknown (NaN), as on a page's curves, and a warning says so."""
    inputs = question(solver, values)
    refuse(solver, inputs)
    with np.errstate(all="ignore"):  # what is infinite or unknown is said in words, by its output
        return plain(solver, solver.function(inputs))


def question(solver: Solver[Any, Any], values: Mapping[str, Any]) -> Any:
    """Inputs in SI, each in its range; whether they make sense together is for `refuse`. Raises InputErrors."""
    ready: dict[str, Any] = {}
    changed: dict[str, Changed] = {}
    errors: dict[str, InputError] = {}
    picked = {n: io.default for n, io in solver.inputs.items() if isinstance(io, Pick) and io.default}
    for name, value in {**picked, **values}.items():
        try:
            if name in solver.inputs:
                ready[name] = read_input(solver, name, value)
            else:
                changed[name] = read_value(solver, name, value)
        except InputError as error:
            errors[name] = error
    inputs = _accepted(solver, ready, errors)
    if errors:
        raise InputErrors(errors.values())
    picks = {n: getattr(inputs, n) for n, io in solver.inputs.items() if isinstance(io, Pick)}
    picks = with_changes(with_parts(solver.inputs, picks, values), changed)
    known = with_known_defaults(solver, {n: picks.get(n, getattr(inputs, n)) for n in solver.inputs}, values)
    return solver.inputs_type(**known)


def _accepted(solver: Solver[Any, Any], ready: Mapping[str, Any], errors: dict[str, InputError]) -> Any:
    """The inputs, when they are; what is wrong is added to `errors`, once for each name."""
    try:
        return solver.accept(ready)
    except InputErrors as bad:
        for error in bad.errors:
            errors.setdefault(error.field, error)


def read_input(solver: Solver[Any, Any], name: str, value: Any) -> Any:
    """One value as `Solver.accept` takes it: text as a number in SI, a slug as its spec, a list of specs as a
    column."""
    io = solver.inputs[name]
    if isinstance(io, Pick):
        return _picked(solver, name, io, value)
    return _numbers(solver, name, value) if isinstance(io, Input) else value


def _numbers(solver: Solver[Any, Any], name: str, value: Any) -> Any:
    if isinstance(value, str):
        return read_value(solver, name, value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "UO":
        value = value.tolist()
    if isinstance(value, list | tuple) and any(isinstance(each, str | list | tuple) for each in value):
        return [_numbers(solver, name, each) for each in value]
    return value


def _picked(solver: Solver[Any, Any], name: str, io: Pick, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return take(stack(specs_of(solver, name, value)), np.arange(len(value)))
    if isinstance(value, str | Mapping):
        read = read_value(solver, name, value)
        return find(io.kind, read, name) if isinstance(read, str) else read
    return value


def specs_of(solver: Solver[Any, Any], name: str, values: Sequence[Any]) -> list[Any]:
    """The specs of a list of them, of slugs or of both. Raises InputError."""
    io = solver.inputs[name]
    kind: Any = io.kind if isinstance(io, Pick) else None
    if not values:
        raise InputError(name, f"needs at least one {kind.__name__}.")
    specs = [_picked(solver, name, io, value) for value in values]  # type: ignore[arg-type]
    wrong = [value for value in specs if not isinstance(value, kind)]
    if wrong:
        raise InputError(name, f"needs a {kind.__name__} in each place; {wrong[0]!r} is none.")
    return specs


def refuse(solver: Solver[Any, Any], inputs: Any) -> None:
    """Raises InputErrors when a question makes no sense, or no row of a column does; warns when some rows do not. Of a
    column longer than `MOST_CHECKED` only the first row and the last are asked, and nothing is warned of."""
    shape = rows.shape(inputs)
    number = prod(shape)
    if number <= MOST_CHECKED:
        asked = questions(inputs, range(number)) if shape else iter([inputs])
        refused = [errors for each in asked if (errors := tuple(solver.check(each)))]
        all_refused = len(refused) == number
    else:
        line = inputs if len(shape) == 1 else rows.ravel(inputs)
        refused = [tuple(solver.check(rows.take_rows(line, np.array(0))))]
        all_refused = bool(refused[0]) and any(solver.check(next(questions(inputs, [number - 1]))))
    if refused and all_refused:
        raise InputErrors(refused[0])
    if refused and number <= MOST_CHECKED:
        message = f"{len(refused)} of {number} rows make no sense and are unknown (NaN); the first: {refused[0][0]}"
        warnings.warn(message, stacklevel=4)  # the line that called the solver


def questions(inputs: Any, places: Sequence[int]) -> Iterator[Any]:
    """Some questions of a column of them, by their places, each with its specs under their own names."""
    shape = rows.shape(inputs)
    line = rows.ravel(inputs)
    names = {
        f.name: np.broadcast_to(np.reshape(each, own), shape).ravel()
        for f in dataclasses.fields(inputs)
        if dataclasses.is_dataclass(spec := getattr(inputs, f.name))
        and (own := rows.shape(spec))
        and (each := row_names(spec, own))
    }
    for place in places:
        row = rows.take_rows(line, np.array(place))
        specs = {n: dataclasses.replace(getattr(row, n), name=str(own[place])) for n, own in names.items()}
        yield dataclasses.replace(row, **specs)


def plain(solver: Solver[Any, Any], outputs: Any) -> Any:
    """The outputs with scalars as float, bool or member; columns as they are."""
    single = {n: v for n in solver.outputs if not getattr(v := getattr(outputs, n), "ndim", 0)}
    return dataclasses.replace(outputs, **{n: _plain(solver.outputs[n], value) for n, value in single.items()})


def _plain(io: OutputField, value: Any) -> Any:
    if isinstance(io, Label):
        return io.kind(int(value))
    return bool(value) if isinstance(io, Flag) else float(value)
