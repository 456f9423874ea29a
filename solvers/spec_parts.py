"""Picked specs as one: a fleet brings its nodes and their accelerators, a region its grid; and the figures they give.

A pick that says so (`Pick.default_from`) is a part of another one unless it is picked itself; then it takes that part's
place. Figures may be columns.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Iterator, Mapping
from functools import reduce
from typing import Any

import numpy as np

from .errors import InputError
from .fields import Input, InputField, Pick
from .unknown_specs import filled, is_unknown

Inputs = Mapping[str, InputField]


def follows(inputs: Inputs, name: str, picked: Mapping[str, Any]) -> bool:
    """Whether the pick `name` is a part of one that is `picked`, or of what that is a part of."""
    outer = _outer(inputs, name)
    return bool(outer) and (picked.get(outer) is not None or follows(inputs, outer, picked))


def with_parts(inputs: Inputs, values: Mapping[str, Any], given: Collection[str]) -> dict[str, Any]:
    """The values with each pick that is not `given` as the part of the pick it follows, where that is picked."""
    picks = {name: _part(inputs, values, given, name) for name, io in inputs.items() if isinstance(io, Pick)}
    return {**values, **picks}


def _outer(inputs: Inputs, name: str) -> str:
    """The pick that the pick `name` is a part of; an empty string where it is of none that is asked for here."""
    io = inputs.get(name)
    outer = io.default_from.partition(".")[0] if isinstance(io, Pick) else ""
    return outer if outer in inputs else ""


def _part(inputs: Inputs, values: Mapping[str, Any], given: Collection[str], name: str) -> Any:
    outer = _outer(inputs, name)
    whole = _part(inputs, values, given, outer) if outer and name not in given else None
    if whole is None:
        return values.get(name)
    io = inputs[name]
    assert isinstance(io, Pick)
    own = getattr(whole, io.default_from.partition(".")[2])
    if not is_unknown(own):
        return own if io.optional or values.get(name) is None else filled(own, values[name])
    return None if io.optional else dataclasses.replace(own, name=whole.name)


def assembled(inputs: Inputs, values: Mapping[str, Any]) -> dict[str, Any]:
    """The picks by name with those inside that stand for their parts: a fleet of the node that is picked. A node
    without a fleet makes one of unknown size."""
    whole: dict[str, Any] = {name: values.get(name) for name, io in inputs.items() if isinstance(io, Pick)}
    for outer in sorted(whole, key=lambda name: -_depth(inputs, name)):
        inside = {n: whole[n] for n in whole if _outer(inputs, n) == outer and whole[n] is not None}
        paths = {n: inputs[n].default_from.partition(".")[2] for n in inside}  # type: ignore[union-attr]
        parts = {paths[n]: spec for n, spec in inside.items()}
        if parts and whole[outer] is not None:
            whole[outer] = dataclasses.replace(whole[outer], **parts)
        elif any(not inputs[n].default for n in inside):
            whole[outer] = _alone(inputs[outer], parts)
    return whole


def _depth(inputs: Inputs, name: str) -> int:
    outer = _outer(inputs, name)
    return 1 + _depth(inputs, outer) if outer else 0


def _alone(io: Any, parts: Mapping[str, Any]) -> Any:
    """A spec that is known by its parts only; None where one that it can't be without is missing."""
    needed = [f.name for f in dataclasses.fields(io.kind) if "part" in f.metadata and _is_needed(f)]
    if not needed or any(name not in parts for name in needed):
        return None
    return io.kind(name=parts[needed[0]].name, **parts)


def _is_needed(field: Any) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


@dataclasses.dataclass(frozen=True)
class FigureOfPick:
    """The figure of the picks for an input: the value, NaN where none knows it, and the name of the first spec."""

    value: Any
    spec: str

    @property
    def known(self) -> bool:
        """Whether there is a value for at least one row."""
        return not bool(np.all(np.isnan(self.value)))


def figure_of_pick(io: Input, whole: Mapping[str, Any]) -> FigureOfPick | None:
    """The first known figure among those that `io` takes its default from, of `assembled` picks; None where none of
    them is picked."""
    found = None
    for path in io.default_from:
        pick, *names = path.split(".")
        if whole.get(pick) is None:
            continue
        own = np.asarray(reduce(getattr, names, whole[pick]), dtype=float)
        if found is None:
            found = FigureOfPick(own, whole[pick].name)
        elif np.any(np.isnan(found.value)):
            first = found.known
            found = FigureOfPick(np.where(np.isnan(found.value), own, found.value), found.spec)
            if not first and found.known:
                found = dataclasses.replace(found, spec=whole[pick].name)
    return found


def shared(io: Input, figure: Any, values: Mapping[str, Any]) -> Any:
    """A figure by the number of those it is shared among; whole and at least 1 for an input that counts things."""
    if not io.shared:
        return figure
    share = figure / math.prod(np.asarray(values[name], dtype=float) for name in io.shared)
    return np.maximum(np.floor(share), 1.0) if io.integer else share


def unknown_figures(inputs: Inputs, i: Any) -> Iterator[InputError]:
    """An error for each input of a question whose figure must come from a pick that does not know it."""
    strict = {n: io for n, io in inputs.items() if isinstance(io, Input) and io.strict and not io.may_be_unknown}
    missing = [name for name in strict if _is_nowhere_known(getattr(i, name))]
    if not missing:
        return
    whole = _whole(inputs, i)
    for name in missing:
        figure = figure_of_pick(strict[name], whole)
        if figure is not None:
            yield InputError(name, f"is needed: the {in_sentence(strict[name].label)} of {figure.spec} is not known.")


def _is_nowhere_known(figure: Any) -> bool:
    if isinstance(figure, float):  # the common case; NumPy takes twenty times as long
        return math.isnan(figure)
    return bool(np.all(np.isnan(figure)))


def remarks(inputs: Inputs, i: Any) -> Iterator[str]:
    """Yield sentences, with slots, on the figures that a question takes from the fleet, node, site or grid picked, and
    on those that they do not know."""
    whole, taken = _whole(inputs, i), _picked_with(inputs, i)
    for name, io in inputs.items():
        figure = figure_of_pick(io, whole) if isinstance(io, Input) else None
        if not isinstance(io, Input) or figure is None or _is_of_chip(io, whole):
            continue
        label, value = in_sentence(io.label), getattr(i, name)
        if figure.known and value == float(shared(io, figure.value, vars(i))):
            taken.setdefault(figure.spec, []).append(f"{label} {{{name}}}")
        elif not figure.known and value == io.default and any(getattr(i, name, None) for name in io.owners):
            if value == 0 and io.zero_means:  # 0 stands for unknown and is not a figure assumed
                yield f"The {label} of {figure.spec} is not known."
            else:
                yield f"The {label} of {figure.spec} is not known; {{{name}}} is assumed."
    for spec, figures in taken.items():
        yield f"With {spec}: {', '.join(figures)}."


def _picked_with(inputs: Inputs, i: Any) -> dict[str, list[str]]:
    """Return the picks that are a part of another pick, by the name of that one: the chips and the network of a
    fleet."""
    taken: dict[str, list[str]] = {}
    for name, io in inputs.items():
        outer = name
        while (above := _outer(inputs, outer)) and getattr(i, above) is not None:
            outer = above
        if outer != name and getattr(i, name) is not None and not _is_a_grid_alone(inputs, i, name):
            taken.setdefault(getattr(i, outer).name, []).append(f"{in_sentence(io.label)} {{{name}}}")
    return taken


def _is_a_grid_alone(inputs: Inputs, i: Any, name: str) -> bool:
    """Whether a pick is nothing but the one inside it, as a site of which the grid alone is known."""
    inside = (getattr(i, inner) for inner in inputs if _outer(inputs, inner) == name)
    return any(spec is not None and spec.name == getattr(i, name).name for spec in inside)


def _whole(inputs: Inputs, i: Any) -> dict[str, Any]:
    return assembled(inputs, {name: getattr(i, name) for name, io in inputs.items() if isinstance(io, Pick)})


def _is_of_chip(io: Input, whole: Mapping[str, Any]) -> bool:
    """Whether all that is picked of what an input may come from is one chip, which the page names anyway."""
    return all(type(whole[name]).__name__ == "Accelerator" for name in io.owners if whole.get(name) is not None)


def in_sentence(label: str) -> str:
    """A label as it stands inside a sentence: `PUE` keeps its capitals."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"
