"""A design space as its link carries it: walls, axes and goals as text, and the search they describe."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.http import QueryDict

from solvers.errors import InputError, InputErrors
from solvers.fields import Pick
from solvers.pipeline import Pipeline, pipeline, settle
from solvers.registry import solvers
from solvers.search.axes import axis
from solvers.search.explore import Search
from solvers.search.goals import Constraint, Metric, Objective, demanded, goal, metrics
from solvers.search.placement import OF_THE_GRID, OF_THE_SITE, places
from solvers.search.space import Axis, Space
from solvers.specs import Grid, Region

LookUp = Callable[[type[Any], str], Any]
# The rows of a kind that a person means by `all` or `all NVIDIA`, as slugs.
AllOf = Callable[[type[Any], str], list[str]]

# The address of a Dask scheduler; with one, large searches run on its workers.
CLUSTER = "DASK_SCHEDULER"

WALLS, LINKS, AXIS, VALUES, GOAL = "walls", "links", "axis", "values", "goal"
MOST_AXES, MOST_GOALS, MOST_OBJECTIVES = 10, 12, 4
# Half an hour of one core at five million a second; of a hundred cores the second.
MOST, MOST_ON_A_CLUSTER = 10**10, 10**12
KEPT, RELAXED = 200, 0.1

# What one of two walls takes from the other when both are in the row and nothing else is said.
USUAL = {
    "sustainability.tdp": "accelerator.tdp",
    "tail_latency.service_time": "end_to_end_latency",
    "tco.tokens_per_device_second": "decode_throughput",
}
PLACES = {"grid": (Grid, OF_THE_GRID), "region": (Region, ("carbon_intensity", *OF_THE_SITE))}


@dataclass(frozen=True)
class DesignSpaceQuestion:
    """What was typed: walls, links between them, pairs of an input and its values, and goals."""

    walls: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    axes: tuple[tuple[str, str], ...]
    goals: tuple[str, ...]

    @classmethod
    def of(cls, query: QueryDict) -> DesignSpaceQuestion:
        pairs = zip(query.getlist(AXIS), query.getlist(VALUES), strict=False)
        return cls(
            walls=tuple(w for text in query.getlist(WALLS) for w in text.replace(",", " ").split()),
            links=tuple(_link(each) for each in query.get(LINKS, "").replace(",", " ").split()),
            axes=tuple((name.strip(), values.strip()) for name, values in pairs if name.strip() or values.strip()),
            goals=tuple(text.strip() for text in query.getlist(GOAL) if text.strip()),
        )

    @property
    def query(self) -> str:
        """The link's query string: the same question always in the same letters."""
        links = ",".join(f"{target}:{source}" for target, source in self.links)
        pairs = [(WALLS, ",".join(self.walls)), *([(LINKS, links)] if links else [])]
        pairs += [pair for name, values in self.axes for pair in ((AXIS, name), (VALUES, values))]
        return urlencode([*pairs, *((GOAL, text) for text in self.goals)])


def _link(text: str) -> tuple[str, str]:
    target, _, source = text.partition(":")
    return target, source


@dataclass(frozen=True)
class DeclaredSearch:
    """The search a question describes, which place of it each axis has among what was typed, what one value only was
    given for, and the constraints nobody typed but every configuration must meet."""

    search: Search
    given: Mapping[str, str]
    demanded: tuple[str, ...]


def chain(question: DesignSpaceQuestion) -> Pipeline:
    """The walls in a row, with the links that were typed and the usual ones. Raises InputErrors on `walls`."""
    known = solvers()
    for name in question.walls:
        if name not in known:
            raise InputErrors([InputError(WALLS, f"has {name[:40]}, which is no wall; choose from the list.")])
    if not question.walls:
        raise InputErrors([InputError(WALLS, "needs at least one wall that computes what the goals speak of.")])
    try:
        return pipeline(*question.walls, links=links_of(question))
    except InputErrors as bad:
        raise InputErrors(InputError(WALLS, f"{e.field} {e.sentence}") for e in bad.errors) from None


def links_of(question: DesignSpaceQuestion) -> dict[str, str]:
    """The links between the walls: those that were typed, and the usual ones."""
    typed = dict(question.links)
    return {**_usual(question.walls, typed), **typed}


def _usual(walls: tuple[str, ...], typed: Mapping[str, str]) -> dict[str, str]:
    """The usual links between these walls, each from the first that has what is asked for."""
    usual = {}
    for target, source in USUAL.items():
        wall, pick = target.partition(".")[0], source.partition(".")[0]
        giver = next((w for w in walls if w != wall and _has(w, pick, "." in source)), None)
        if wall in walls and giver and target not in typed:
            usual[target] = f"{giver}.{source}"
    return usual


def _has(wall: str, name: str, picked: bool) -> bool:
    return name in (solvers()[wall].inputs if picked else solvers()[wall].outputs)


def declared_search(question: DesignSpaceQuestion, look_up: LookUp, all_of: AllOf) -> DeclaredSearch:
    """The search of a question. Raises InputErrors with every bad field: `walls`, `axis-0`, `goal-0` and so on."""
    steps = chain(question)
    errors: list[InputError] = []
    fixed, axes = _sides(steps, question, look_up, all_of, errors)
    objectives, constraints = _goals(steps, question, errors)
    if not errors:
        errors += _together(axes)
    if errors:
        raise InputErrors(errors)
    unsaid = demanded(steps, constraints)
    search = Search(
        steps,
        settle(steps, fixed, look_up),
        Space(tuple(a for _, a in axes)),
        objectives,
        (*constraints, *unsaid),
        keep=KEPT,
        relax=RELAXED,
    )
    return DeclaredSearch(search, fixed, tuple(c.text for c in unsaid))


def _sides(
    steps: Pipeline, question: DesignSpaceQuestion, look_up: LookUp, all_of: AllOf, errors: list[InputError]
) -> tuple[dict[str, str], list[tuple[int, Axis]]]:
    """What has one value, and what runs along an axis with its place among what was typed. A grid or a region may
    lack a figure, which is then what is given for it: so they come last."""
    fixed: dict[str, str] = {}
    axes: list[tuple[int, Axis]] = []
    late = sorted(enumerate(question.axes), key=lambda each: each[1][0] in PLACES)
    for k, (name, text) in late:
        try:
            made = _axis(steps, name, expand_all(steps, name, text, all_of), look_up, fixed)
            if len(made) == 1 and name not in PLACES:
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


def _goals(
    steps: Pipeline, question: DesignSpaceQuestion, errors: list[InputError]
) -> tuple[tuple[Objective, ...], tuple[Constraint, ...]]:
    known = metrics(steps)
    read = []
    for k, text in enumerate(question.goals):
        try:
            read.append((k, goal(text, known, f"{GOAL}-{k}")))
        except InputError as error:
            errors.append(error)
    objectives = [(k, each) for k, each in read if isinstance(each, Objective)]
    constraints = [(k, each) for k, each in read if isinstance(each, Constraint)]
    if not objectives and not errors:
        errors.append(InputError(f"{GOAL}-0", "needs something to make small or large, such as 'minimize: tco'."))
    for k, _ in objectives[MOST_OBJECTIVES:]:
        errors.append(
            InputError(f"{GOAL}-{k}", f"is one objective too many; a front is drawn for {MOST_OBJECTIVES} at most.")
        )
    errors += _contradictions(constraints)
    return tuple(each for _, each in objectives), tuple(each for _, each in constraints)


def _contradictions(constraints: list[tuple[int, Constraint]]) -> Iterator[InputError]:
    """Pairs of limits on one metric that no value meets."""
    for place, (k, later) in enumerate(constraints):
        for _, first in constraints[:place]:
            if _same(first.metric, later.metric) and _excludes(first, later):
                yield InputError(
                    f"{GOAL}-{k}", f"contradicts '{first.text}': no value of {later.metric.name} meets both."
                )


def _same(one: Metric, other: Metric) -> bool:
    return (one.stage, one.name) == (other.stage, other.name)


def _excludes(one: Constraint, other: Constraint) -> bool:
    """Whether two limits leave no value: each limit, and what lies just beside it, is tried on both."""
    tried = [v for c in (one, other) for v in (c.limit, np.nextafter(c.limit, -np.inf), np.nextafter(c.limit, np.inf))]
    values = np.array(tried)
    return not bool((one.met(values) & other.met(values)).any())


def _together(axes: list[tuple[int, Axis]]) -> list[InputError]:
    """What is wrong with the axes as a whole: none, an input along two of them, or more configurations than anybody
    waits for."""
    taken: dict[str, str] = {}
    for k, each in axes:
        for column in each.columns:
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
            f"makes the space too large: {_count(size)} configurations, and {_count(most)} is the most that is searched. "
            f"{longest.name} alone has {len(longest):,} values; {would}. Fewer steps, or log steps, or one axis less.",
        )
    ]


def _count(size: int) -> str:
    return f"{size:,}" if size < 10**7 else f"{size:.3g}".replace("e+", " × 10^").replace("^0", "^")
