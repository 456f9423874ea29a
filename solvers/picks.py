"""Effects of picked specs on a question: changed figures, and defaults that a picked row replaces."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from .declare import Question
from .errors import InputError, InputErrors
from .fields import Input
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
    """Return the values with defaults replaced by figures of the picks (`default_from`), for inputs whose name is not
    `given`. Figures may be columns; where a figure is unknown, the default stays."""
    known = dict(values)
    for name, io in question.inputs.items():
        if isinstance(io, Input) and io.default_from and name not in given:
            pick, _, figure = io.default_from.partition(".")
            own = np.asarray(getattr(values.get(pick), figure, np.nan), dtype=float)
            better = np.where(np.isnan(own), values.get(name, io.default), own)
            known[name] = better if better.ndim else float(better)
    return known
