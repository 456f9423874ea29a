"""Effects of picked specs on a question: changed figures, and defaults that a picked row replaces."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from .declare import Question
from .errors import InputError, InputErrors
from .fields import Choice, Input, InputField
from .specs import Changed, changed_spec


def with_changes(values: Mapping[str, Any], changed: Mapping[str, Changed]) -> dict[str, Any]:
    """Return the values with single figures of their specs changed, by dotted name. Raise InputErrors where nothing is
    picked, or where an unknown figure is to be scaled."""
    specs, errors = dict(values), []
    for name, change in changed.items():
        pick = name.partition(".")[0]
        try:
            if specs[pick] is None:
                raise InputError(name, f"changes a figure of the {pick}, but none is picked.")
            specs[pick] = changed_spec(specs[pick], name, change)
        except InputError as error:
            errors.append(error)
    if errors:
        raise InputErrors(errors)
    return specs


def with_known_defaults(question: Question[Any], values: Mapping[str, Any], given: Collection[str]) -> dict[str, Any]:
    """The values with what the picks know better than a default (`default_from`), for inputs whose name is not
    `given`, and choices as the other inputs mean them. Figures may be columns; where one is unknown, the default
    stays."""
    known = dict(values)
    for name, io in question.inputs.items():
        if isinstance(io, Input) and io.default_from and name not in given:
            pick, _, figure = io.default_from.partition(".")
            own = np.asarray(getattr(values.get(pick), figure, np.nan), dtype=float)
            better = np.where(np.isnan(own), values.get(name, io.default), own)
            known[name] = better if better.ndim else float(better)
    return known | meant_choices(question.inputs, known)


def meant_choices(inputs: Mapping[str, InputField], values: Mapping[str, Any]) -> dict[str, Any]:
    """The codes of choices that follow from other inputs, by name: where a choice is left at its default, and one of
    those it is `meant_by` is not, the member that is `meant`. Values and codes may be columns."""
    found = {}
    for name, io in inputs.items():
        if isinstance(io, Choice) and io.meant_by:
            code = np.asarray(values.get(name, io.default))
            moved = np.logical_or.reduce(
                np.broadcast_arrays(*(_is_moved(inputs[other], values.get(other)) for other in io.meant_by))
            )
            meant = np.where((code == io.default) & moved, io.meant, code)
            found[name] = meant if meant.ndim else int(meant)
    return found


def _is_moved(io: InputField, value: Any) -> Any:
    """Whether an input has a value other than its default."""
    return False if value is None else np.asarray(value) != io.default
