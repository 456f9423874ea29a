"""What follows from the specs a question picks: single figures changed, and inputs that are a figure of a spec.

One rule holds for pages, API, command, notebook, pipeline and search: a figure that belongs to a spec comes from the
spec picked, unless it was given.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .declare import Question
from .errors import InputError, InputErrors
from .fields import Input
from .spec_parts import assembled, figure_of_pick, shared
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
    """The values with each figure that was not `given` taken from the spec picked (`figures_of_picks`)."""
    return {**values, **figures_of_picks(question, values, given)}


def figures_of_picks(question: Question[Any], values: Mapping[str, Any], given: Collection[str]) -> dict[str, Any]:
    """The inputs that belong to a spec (`default_from`) and were not `given`, with the figure of the spec that `values`
    picks; and the specs with the picks that stand for their parts in them. Figures may be columns. Where a figure is
    unknown, or nothing is picked, the input has its default: a number that stands for every spec without one, or NaN,
    which is unknown. A `strict` input is unknown where a spec is picked that does not know it."""
    whole = assembled(question.inputs, values)
    known = {name: spec for name, spec in whole.items() if values.get(name) is not None and spec is not values[name]}
    for name, io in question.inputs.items():
        if isinstance(io, Input) and io.default_from and name not in given:
            figure = figure_of_pick(io, whole)
            own = np.asarray(np.nan if figure is None else shared(io, figure.value, values))
            otherwise = np.nan if io.strict and figure is not None else io.default
            better = np.where(np.isnan(own), otherwise, own)
            known[name] = better if better.ndim else float(better)
    return known


def following(question: Question[Any], inputs: Any, given: Collection[str]) -> Any:
    """The question with the figures of the specs it picks now, except those that were `given`."""
    return replace(inputs, **figures_of_picks(question, vars(inputs), given))
