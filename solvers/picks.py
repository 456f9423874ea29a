"""Values that follow from the specs a question picks: changed figures, and inputs that are a figure of a spec.

One rule holds for pages, API, command, notebook, pipeline and search: a figure that belongs to a spec comes from the
spec picked, unless it was given.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from .declare import Question, Solver
from .errors import InputError, InputErrors
from .fields import Choice, Input, InputField
from .spec_parts import assembled, figure_of_pick, shared
from .specs import Changed, changed_spec
from .unknown_specs import are_unknown


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
    """Return the values with each figure that was not `given` taken from the spec picked (`figures_of_picks`), and
    choices as the other inputs mean them (`meant_choices`)."""
    figures = figures_of_picks(question, values, given)
    known = {**values, **figures}
    untyped = figures_of_picks(question, values, ()) if _decide_a_choice(question.inputs, given) else figures
    return known | meant_choices(question.inputs, known, untyped)


def _decide_a_choice(inputs: Mapping[str, InputField], given: Collection[str]) -> bool:
    """Return whether what was `given` includes figures of specs that a choice is meant by."""
    deciding = {name for io in inputs.values() if isinstance(io, Choice) for name in io.meant_by}
    return any(isinstance(io := inputs[name], Input) and io.default_from for name in deciding.intersection(given))


def figures_of_picks(question: Question[Any], values: Mapping[str, Any], given: Collection[str]) -> dict[str, Any]:
    """The inputs that belong to a spec (`default_from`) and were not `given`, with the figure of the spec that `values`
    picks; and the specs with the picks that stand for their parts in them. Figures may be columns. Where a figure is
    unknown, or nothing is picked, the input has its default: a number that stands for every spec without one, or NaN,
    which is unknown. A `strict` input is unknown where a spec is picked that does not know it; a row of a column that
    brings no such part, as a fleet whose place is not known, picks none."""
    whole = assembled(question.inputs, values)
    known = {name: spec for name, spec in whole.items() if values.get(name) is not None and spec is not values[name]}
    for name, io in question.inputs.items():
        if isinstance(io, Input) and io.default_from and name not in given:
            figure = figure_of_pick(io, whole)
            own = np.asarray(np.nan if figure is None else shared(io, figure.value, values))
            otherwise: Any = io.default
            if io.strict and figure is not None:
                brought = [whole[pick] for pick in io.owners if whole.get(pick) is not None and pick not in given]
                absent = len(brought) == sum(whole.get(pick) is not None for pick in io.owners) and are_unknown(brought)
                otherwise = np.where(absent, io.default, np.nan)
            better = np.where(np.isnan(own), otherwise, own)
            known[name] = better if better.ndim else float(better)
    return known


def following(question: Question[Any], inputs: Any, given: Collection[str]) -> Any:
    """Return the inputs of a question as the specs they pick now and the other inputs have them, except those that
    were `given`."""
    return replace(inputs, **with_known_defaults(question, vars(inputs), given))


def overlaid(solver: Solver[Any, Any], point: Any, spec: Any, given: Collection[str]) -> Any:
    """Return the inputs of a question with another `spec` for the solver's overlay and that spec's own figures, except
    those that were `given`; what was given for the row picked alone (`of_pick`) has its default."""
    own = {name: io.default for name, io in solver.inputs.items() if is_of_overlay(solver, io)}
    other = replace(point, **{solver.overlay: spec, **own})
    return following(solver, other, [name for name in given if name not in own])


def is_of_overlay(solver: Solver[Any, Any], io: InputField) -> bool:
    """Return whether what is given for an input is a figure of the row picked as the solver's overlay, and of no
    other."""
    return isinstance(io, Input) and bool(io.of_pick) and io.of_pick == solver.overlay


def meant_choices(
    inputs: Mapping[str, InputField], values: Mapping[str, Any], untyped: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the codes of choices that follow from other inputs, by name: where a choice is left at its default, and
    one of those it is `meant_by` is not, the member that is `meant`. The default of an input that belongs to a spec is
    its `untyped` figure. Values and codes may be columns."""
    codes = {}
    for name, io in inputs.items():
        if isinstance(io, Choice) and io.meant_by:
            code = np.asarray(values.get(name, io.default))
            moved = np.logical_or.reduce(
                np.broadcast_arrays(*(_is_moved(values.get(n), untyped.get(n, inputs[n].default)) for n in io.meant_by))
            )
            meant = np.where((code == io.default) & moved, io.meant, code)
            codes[name] = meant if meant.ndim else int(meant)
    return codes


def _is_moved(value: Any, default: Any) -> Any:
    """Return whether an input has a value other than its default."""
    return False if value is None else np.asarray(value) != default
