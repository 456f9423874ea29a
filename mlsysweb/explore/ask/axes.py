"""Parses the axes of a design space from the rows of its form: inputs, catalog rows, sites, layouts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from mlsysweb.environment import DASK_SCHEDULER
from solvers.errors import InputError, InputErrors
from solvers.fields import Pick
from solvers.pipeline import Pipeline
from solvers.search.axes import axis
from solvers.search.layouts import LAYOUT
from solvers.search.space import Axis

LookUp = Callable[[type[Any], str], Any]
# Returns the slugs that `all` or `all NVIDIA` stands for.
AllOf = Callable[[type[Any], str], list[str]]

AXIS = "axis"
# Half an hour of one core at five million configurations a second; the second limit is for a hundred cores.
MOST, MOST_ON_A_CLUSTER = 10**10, 10**12
# Steps of one axis, and characters of the text that describes it; both limits apply before anything is built.
MOST_STEPS, LONGEST = 100_000, 8000
# Picks that a wall takes only where it asks for a figure of theirs.
_PLACES = ("grid", "region")


def declared_axes(
    steps: Pipeline, typed: Sequence[tuple[str, str]], look_up: LookUp, all_of: AllOf, errors: list[InputError]
) -> tuple[dict[str, str], list[tuple[int, Axis]]]:
    """The inputs with one value, as text by name, and the axes with their row among what was `typed`. Adds to `errors`
    what is wrong with a row. Builds no further axis once those before make the space too large."""
    fixed: dict[str, str] = {}
    axes: list[tuple[int, Axis]] = []
    for k, (name, text) in enumerate(typed):
        if prod(len(each) for _, each in axes) > _most():
            break
        try:
            made = _axis(steps, name, expand_all(steps, name, text, all_of), look_up)
            if len(made) == 1 and tuple(made.columns) == (name,):
                fixed[name] = text
            else:
                axes.append((k, made))
        except InputErrors as bad:
            errors += [InputError(f"{AXIS}-{k}", e.sentence) for e in bad.errors]
        except InputError as error:
            errors.append(InputError(f"{AXIS}-{k}", _sentence(error, name)))
    return fixed, axes


def _sentence(error: InputError, name: str) -> str:
    """Return the error message for a row that names its input itself."""
    return error.sentence if error.field == name else f"{error.field} {error.sentence}"


def _axis(steps: Pipeline, name: str, text: str, look_up: LookUp) -> Axis:
    if not name:
        raise InputError("axis", "needs the name of an input these values are for.")
    if name in _PLACES and not any(name in stage.inputs for stage in steps.stages):
        raise InputError(
            name, "changes nothing here: no wall in the row takes a figure of it. Add sustainability or tco."
        )
    return axis(steps, name, text, look_up, most=MOST_STEPS)


def expand_all(steps: Pipeline, name: str, text: str, all_of: AllOf) -> str:
    """Replace `all` and `all NVIDIA` by the slugs they stand for."""
    io = next((stage.inputs[name] for stage in steps.stages if name in stage.inputs), None)
    if isinstance(io, Pick) and len(text) > LONGEST:
        raise InputError(name, f"is {len(text):,} characters long; an axis is described in at most {LONGEST:,}.")
    words = [word.strip() for word in text.split(",")]
    if not isinstance(io, Pick) or not any(word.lower().startswith("all") for word in words):
        return text
    slugs = (all_of(io.kind, w[3:].strip()) if w.lower().startswith("all") else [w] for w in words)
    return ", ".join(dict.fromkeys(slug for each in slugs for slug in each))


def axis_errors(axes: list[tuple[int, Axis]], fixed: Mapping[str, str]) -> list[InputError]:
    """Return errors that concern several axes: an input set by two of them, a layout beside a `fixed` dimension, or
    more configurations than the limit."""
    owner: dict[str, str] = {}
    for k, each in axes:
        for column in each.columns:
            if each.name == LAYOUT and column in fixed:
                instead = f"Remove that row and add the goal '{column} == {fixed[column]}'."
                return [InputError(f"{AXIS}-{k}", f"sets {column}, which has a row of its own. {instead}")]
            if column in owner:
                return [
                    InputError(f"{AXIS}-{k}", f"sets {column}, which {owner[column]} does already; it can follow one.")
                ]
            owner[column] = each.name
    size, most = prod(len(each) for _, each in axes), _most()
    if size <= most:
        return []
    k, longest = max(axes, key=lambda each: len(each[1]))
    rest = size // len(longest)
    would = (
        f"with {most // rest:,} of them it would do" if rest <= most else f"without it there are still {_count(rest)}"
    )
    lengths = " × ".join(f"{each.name} {len(each):,}" for _, each in axes)
    return [
        InputError(
            f"{AXIS}-{k}",
            f"makes the space too large: {lengths} = {_count(size)} configurations, and {_count(most)} is the most "
            f"that is searched. "
            f"{longest.name} alone has {len(longest):,} values; {would}. Fewer steps, or log steps, or one axis less.",
        )
    ]


def _most() -> int:
    """Return the most configurations that are searched: on one machine, or on a cluster."""
    return MOST_ON_A_CLUSTER if DASK_SCHEDULER.text() else MOST


def _count(size: int) -> str:
    return f"{size:,}" if size < 10**7 else f"{size:.3g}".replace("e+", " × 10^").replace("^0", "^")
