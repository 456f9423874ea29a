"""Calls of solvers: parses and validates the values of a call, and returns the outputs.

Values, ranges and error messages are the same as on the site's pages: text is parsed by `solvers.read`, slugs are
looked up in the shipped rows, and the same questions are rejected.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from solvers import rows
from solvers.calibration import NAMED
from solvers.declare import Solver
from solvers.errors import InputError, InputErrors
from solvers.fields import Flag, Input, Label, OutputField, Pick
from solvers.picks import with_changes, with_known_defaults
from solvers.read import check_calibration, read_value
from solvers.shipped import find
from solvers.spec_parts import with_parts
from solvers.specs import Changed, row_names, stack, take

# The most rows of a call that are checked one by one, at some 10 us each; of a longer column only the first and the
# last.
MOST_CHECKED = 256


def answer(solver: Solver[Any, Any], values: Mapping[str, Any]) -> Any:
    """Return the outputs of `solver` for `values`, scalars as Python's own types. Raise InputErrors for invalid values;
    incompatible rows of a column are NaN, as in the curves of a page, with a warning."""
    inputs = question(solver, values)
    refuse(solver, inputs)
    with np.errstate(all="ignore"):  # infinite and unknown outputs are part of the answer
        return plain(solver, solver.function(inputs))


def question(solver: Solver[Any, Any], values: Mapping[str, Any]) -> Any:
    """Return inputs in SI, each within its range; `refuse` checks whether they are compatible. Raise InputErrors."""
    ready: dict[str, Any] = {}
    changed: dict[str, Changed] = {}
    errors: dict[str, InputError] = {}
    picked = {n: io.default for n, io in solver.inputs.items() if isinstance(io, Pick) and io.default}
    values = {name: value for name, value in values.items() if not _is_left_to_a_spec(solver, name, value)}
    for name, value in {**picked, **values}.items():
        try:
            if name in solver.inputs:
                ready[name] = read_input(solver, name, value)
            elif name == NAMED:
                check_calibration(solver, value)
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


def _is_left_to_a_spec(solver: Solver[Any, Any], name: str, value: Any) -> bool:
    """Whether None stands for an input that is a figure of the spec picked, as in the solver's signature."""
    io = solver.inputs.get(name)
    return value is None and isinstance(io, Input) and bool(io.default_from)


def _accepted(solver: Solver[Any, Any], ready: Mapping[str, Any], errors: dict[str, InputError]) -> Any:
    """Return the validated inputs; errors are added to `errors`, one for each name."""
    try:
        return solver.accept(ready)
    except InputErrors as bad:
        for error in bad.errors:
            errors.setdefault(error.field, error)


def read_input(solver: Solver[Any, Any], name: str, value: Any) -> Any:
    """Return one value as `Solver.accept` takes it: text as a number in SI, a slug as its spec, a list of specs as a
    stacked spec."""
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
    """Return the specs of a list of specs, slugs or both. Raise InputError."""
    io = solver.inputs[name]
    kind: Any = io.kind if isinstance(io, Pick) else None
    if not values:
        raise InputError(name, f"needs at least one {kind.__name__}.")
    specs = [_picked(solver, name, io, value) for value in values]  # type: ignore[arg-type]
    wrong = [value for value in specs if not isinstance(value, kind)]
    if wrong:
        raise InputError(name, f"needs a {kind.__name__} in each place; {wrong[0]!r} is not one.")
    return specs


def refuse(solver: Solver[Any, Any], inputs: Any) -> None:
    """Raise InputErrors when the values are incompatible, for a column when no row is valid; warn when some rows are
    not. Of a column longer than `MOST_CHECKED` only the first row and the last are checked, without a warning."""
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
    """Yield single questions of a column by their indexes, each with its specs under their own names."""
    shape = rows.shape(inputs)
    line = rows.ravel(inputs)
    names = {
        f.name: np.broadcast_to(np.reshape(each, own), shape).ravel()
        for f in dataclasses.fields(inputs)
        if dataclasses.is_dataclass(spec := getattr(inputs, f.name))
        and (own := rows.shape(spec))
        and (each := row_names(spec, own))
    }
    for place, one in zip(places, rows.each_row(line, np.asarray(places, dtype=int)), strict=True):
        named = {name: rows.replaced(getattr(one, name), {"name": str(own[place])}) for name, own in names.items()}
        yield rows.replaced(one, named)


def plain(solver: Solver[Any, Any], outputs: Any) -> Any:
    """Return the outputs with scalars as float, bool or member; columns unchanged."""
    single = {n: v for n in solver.outputs if not getattr(v := getattr(outputs, n), "ndim", 0)}
    return dataclasses.replace(outputs, **{n: _plain(solver.outputs[n], value) for n, value in single.items()})


def _plain(io: OutputField, value: Any) -> Any:
    if isinstance(io, Label):
        return io.kind(int(value))
    return bool(value) if isinstance(io, Flag) else float(value)
