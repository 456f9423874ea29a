"""The limits of the best configuration of a search: the end of an axis, a constraint, or the load that is offered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from solvers.analysis.parameters import parameters_of
from solvers.fields import Input, Pick
from solvers.pipeline.wiring import Stage
from solvers.quantities import format_quantity
from solvers.spec_parts import figure_of_pick, in_sentence
from solvers.specs import Accelerator, row_names

from .evaluation import Evaluation, evaluate, line_along
from .explore import Search
from .goals import Answers
from .run import Outcome
from .space import Axis

# Below this share a change of the first objective is none.
_SAME = 1e-9


def limits(outcome: Outcome) -> tuple[str, ...]:
    """Return sentences on what limits the first objective: that the best lies at the end of an axis
    that could be longer, which constraints the next place along an axis fails, and how much of the best is asked of it
    where requests arrive; and on figures that are assumed because rows along an axis do not know them. None without a
    best."""
    if not outcome.top or not outcome.search.objectives:
        return ()
    return (*_along_axes(outcome), *_offered(outcome), *dict.fromkeys(_assumed(outcome.search)))


def _assumed(search: Search) -> Iterator[str]:
    """The figures assumed for places, nodes and networks along an axis that do not know them. Of chips the walls'
    own pages say it."""
    for axis in search.space.axes:
        for stage in search.pipeline.stages:
            pick = axis.name.removeprefix(f"{stage.name}.")
            declared = stage.inputs.get(pick)
            if isinstance(declared, Pick) and declared.kind is not Accelerator and axis.name in axis.columns:
                yield from _assumed_along(search, axis, stage, pick)


def _assumed_along(search: Search, axis: Axis, stage: Stage, pick: str) -> Iterator[str]:
    rows = axis.columns[axis.name]
    names = row_names(rows, (len(axis),)) or [str(label) for label in axis.labels]
    for name, io in stage.inputs.items():
        if not isinstance(io, Input) or io.owners != (pick,) or io.strict or _is_set(search, stage, name):
            continue
        figure = figure_of_pick(io, {pick: rows})
        unknown = np.flatnonzero(np.isnan(np.ravel(figure.value))) if figure is not None else ()
        if len(unknown) and np.isfinite(io.default):
            value = format_quantity(io.default, io.unit, io.display_unit)
            of = " and ".join(names[k] for k in unknown[:2]) + (f" and {len(unknown) - 2} more" * (len(unknown) > 2))
            assumed = "" if io.default == 0 and io.zero_means else f"; {value} is assumed"
            yield f"The {in_sentence(io.label)} of {of} is not known{assumed}."


def _is_set(search: Search, stage: Stage, name: str) -> bool:
    """Whether an input is given, along an axis, or found by another stage."""
    end = (stage.name, name)
    along = search.pipeline.assigned({n: None for axis in search.space.axes for n in axis.columns})
    return end in search.given or end in along or end in search.pipeline.wires


def _along_axes(outcome: Outcome) -> Iterator[str]:
    search, best = outcome.search, outcome.top[0].number
    for k, axis in enumerate(search.space.axes):
        if len(axis) < 2 or any(isinstance(label, str) for label in axis.labels):
            continue
        numbers = line_along(search, best, k, most=3)
        here = int(np.flatnonzero(numbers == best)[0])
        look = evaluate(search, numbers)
        score = look.objectives[:, 0] * search.objectives[0].sign
        places = [float(place[axis.name]) for place in search.space.labels(numbers)]
        yield from _at_the_end(search, axis, places, here, score)
        yield from _beyond(search, axis, places, here, score, look)


def _at_the_end(search: Search, axis: Axis, places: list[float], here: int, score: Any) -> Iterator[str]:
    """Where the best is the first or the last along an axis, and the one before it is worse."""
    last = places[here] == axis.labels[-1]
    inward = here - 1 if last else here + 1
    if not (last or places[here] == axis.labels[0]) or not _better(score[here], score[inward]):
        return
    declared = declaration(search, axis.name)
    if declared is not None and places[here] == (declared.high if last else declared.low):
        return  # there are none beyond
    extreme = "largest" if last else "smallest"
    yield (
        f"The best value of {_label(search, axis)} is the {extreme} searched, {_words(search, axis, places[here])}: "
        "extend the axis, one beyond may be better."
    )


def _beyond(search: Search, axis: Axis, places: list[float], here: int, score: Any, look: Evaluation) -> Iterator[str]:
    """Where the next place would be better and fails a constraint."""
    for row in (here - 1, here + 1):
        if 0 <= row < len(places) and _better(score[row], score[here]) and look.failed[row].any():
            failed = [c.words for c, fails in zip(search.constraints, look.failed[row], strict=True) if fails]
            yield (
                f"With {_label(search, axis)} {_words(search, axis, places[row])} it would be better, but violate "
                f"{' and '.join(failed)}."
            )


def _better(one: float, other: float) -> bool:
    """Whether a score is smaller, by more than rounding."""
    return bool(np.isfinite(one) and np.isfinite(other) and other - one > _SAME * abs(other))


def declaration(search: Search, name: str) -> Input | None:
    """The declaration of the number an axis runs along; None for what is none, such as a layout."""
    for stage in search.pipeline.stages:
        own = name.removeprefix(f"{stage.name}.")
        if isinstance(io := stage.inputs.get(own), Input):
            return io
        if own in parameters_of(stage):
            return parameters_of(stage)[own].declared
    return None


def _label(search: Search, axis: Axis) -> str:
    declared = declaration(search, axis.name)
    label = declared.label if declared else axis.name.replace("_", " ")
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _words(search: Search, axis: Axis, value: float) -> str:
    declared = declaration(search, axis.name)
    return format_quantity(value, declared.unit, declared.display_unit) if declared else f"{value:g}"


def _offered(outcome: Outcome) -> Iterator[str]:
    """How much of what the best can serve is asked of it, where a stage is a queue."""
    search = outcome.search
    queues = [s for s in search.pipeline.stages if {"arrival_rate"} <= s.inputs.keys() and "utilization" in s.outputs]
    if not queues:
        return
    answers: Answers = search.pipeline.evaluate(
        {**search.given, **search.pipeline.assigned(search.space.at(np.array([outcome.top[0].number])))}
    )
    for stage in queues:
        rate, used = (float(np.ravel(answers[stage.name].value(name))[0]) for name in ("arrival_rate", "utilization"))
        if np.isfinite(used) and used > 0:
            arriving = format_quantity(rate, "1/s")
            share = format_quantity(used, "1", "percent")
            capacity = format_quantity(rate / used, "1/s")
            yield (
                f"Offered load: requests arrive at {arriving}, {share} of the {capacity} that the best can serve. More "
                "capacity than that stands idle."
            )
