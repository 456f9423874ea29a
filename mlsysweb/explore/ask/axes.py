"""The axes of a design space from the rows of its form: inputs, rows of the catalog, places, layouts."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from solvers.errors import InputError, InputErrors
from solvers.fields import Pick
from solvers.pipeline import Pipeline, settle
from solvers.search.axes import axis
from solvers.search.layouts import LAYOUT
from solvers.search.placement import OF_THE_GRID, OF_THE_SITE, places
from solvers.search.space import Axis
from solvers.specs import Grid, Region

LookUp = Callable[[type[Any], str], Any]
# The rows of a kind that a person means by `all` or `all NVIDIA`, as slugs.
AllOf = Callable[[type[Any], str], list[str]]

# The address of a Dask scheduler; with one, large searches run on its workers.
CLUSTER = "DASK_SCHEDULER"

AXIS = "axis"
# Half an hour of one core at five million a second; of a hundred cores the second.
MOST, MOST_ON_A_CLUSTER = 10**10, 10**12
PLACES = {"grid": (Grid, OF_THE_GRID), "region": (Region, ("carbon_intensity", "water_intensity", *OF_THE_SITE))}


def declared_axes(
    steps: Pipeline, typed: Sequence[tuple[str, str]], look_up: LookUp, all_of: AllOf, errors: list[InputError]
) -> tuple[dict[str, str], list[tuple[int, Axis]]]:
    """The inputs with one value, as text by name, and the axes with their row among what was `typed`. Adds to `errors`
    what is wrong with a row. Grids and regions are read last: a figure they lack is the one given for it."""
    fixed: dict[str, str] = {}
    axes: list[tuple[int, Axis]] = []
    late = sorted(enumerate(typed), key=lambda each: each[1][0] in PLACES)
    for k, (name, text) in late:
        try:
            made = _axis(steps, name, expand_all(steps, name, text, all_of), look_up, fixed)
            if len(made) == 1 and tuple(made.columns) == (name,):
                fixed[name] = text
            else:
                axes.append((k, made))
        except InputErrors as bad:
            errors += [InputError(f"{AXIS}-{k}", e.sentence) for e in bad.errors]
        except InputError as error:
            errors.append(InputError(f"{AXIS}-{k}", _sentence(error, name)))
    axes.sort(key=lambda each: each[0])
    return fixed, axes


def _sentence(error: InputError, name: str) -> str:
    """What is wrong with a row that names its input itself."""
    return error.sentence if error.field == name else f"{error.field} {error.sentence}"


def _axis(steps: Pipeline, name: str, text: str, look_up: LookUp, fixed: Mapping[str, str]) -> Axis:
    if not name:
        raise InputError("axis", "needs the name of an input these values are for.")
    if name not in PLACES or any(name in stage.inputs for stage in steps.stages):
        return axis(steps, name, text, look_up)
    kind, figures = PLACES[name]
    rows = {slug: look_up(kind, slug) for slug in (word.strip() for word in text.split(",")) if slug}
    if not rows:
        raise InputError(name, "needs at least one place to stand in.")
    if not any(figure in stage.inputs for figure in figures for stage in steps.stages):
        raise InputError(
            name, "changes nothing here: no wall in the row takes a figure of it. Add sustainability or tco."
        )
    return places(steps, rows, {("", n): v for n, v in _numbers(steps, fixed, figures).items()}, figures, name)


def _numbers(steps: Pipeline, fixed: Mapping[str, str], figures: tuple[str, ...]) -> dict[str, Any]:
    """What is given for figures of a place, in SI."""
    named = {name: text for name, text in fixed.items() if name in figures}
    return {name: value for (_, name), value in settle(steps, named).items()} if named else {}


def expand_all(steps: Pipeline, name: str, text: str, all_of: AllOf) -> str:
    """`all` and `all NVIDIA` as the slugs they stand for."""
    io = next((stage.inputs[name] for stage in steps.stages if name in stage.inputs), None)
    kind = io.kind if isinstance(io, Pick) else PLACES.get(name, (None,))[0]
    if kind is None or not text.lower().startswith("all"):
        return text
    words = [word.strip() for word in text.split(",")]
    return ", ".join(
        slug for w in words for slug in (all_of(kind, w[3:].strip()) if w.lower().startswith("all") else [w])
    )


def axis_errors(axes: list[tuple[int, Axis]], fixed: Mapping[str, str]) -> list[InputError]:
    """What is wrong with the axes as a whole: an input that two of them set, a layout beside a `fixed` dimension, or
    more configurations than are searched."""
    taken: dict[str, str] = {}
    for k, each in axes:
        for column in each.columns:
            if each.name == LAYOUT and column in fixed:
                instead = f"Remove that row and add the goal '{column} == {fixed[column]}'."
                return [InputError(f"{AXIS}-{k}", f"sets {column}, which has a row of its own. {instead}")]
            if column in taken:
                return [
                    InputError(f"{AXIS}-{k}", f"sets {column}, which {taken[column]} does already; it can follow one.")
                ]
            taken[column] = each.name
    size, most = prod(len(each) for _, each in axes), MOST_ON_A_CLUSTER if CLUSTER in os.environ else MOST
    if size <= most:
        return []
    k, longest = max(axes, key=lambda each: len(each[1]))
    rest = size // len(longest)
    would = (
        f"with {most // rest:,} of them it would do" if rest <= most else f"without it there are still {_count(rest)}"
    )
    return [
        InputError(
            f"{AXIS}-{k}",
            f"makes the space too large: {_count(size)} configurations, and {_count(most)} is the most that is "
            f"searched. "
            f"{longest.name} alone has {len(longest):,} values; {would}. Fewer steps, or log steps, or one axis less.",
        )
    ]


def _count(size: int) -> str:
    return f"{size:,}" if size < 10**7 else f"{size:.3g}".replace("e+", " × 10^").replace("^0", "^")
