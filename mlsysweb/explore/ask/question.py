"""A design space as its link encodes it (walls, axes and goals as text), and the search it describes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
from django.http import QueryDict

from mlsysweb.explore.ask.axes import AXIS, AllOf, LookUp, axis_errors, declared_axes
from mlsysweb.explore.find.report import DeclaredSearch
from solvers.errors import InputError, InputErrors
from solvers.pipeline import Pipeline, pipeline, settle
from solvers.registry import solvers
from solvers.search.explore import Search
from solvers.search.goals import goal
from solvers.search.metrics import Constraint, Metric, Objective, demanded, metrics
from solvers.search.space import Space

WALLS, LINKS, VALUES, GOAL = "walls", "links", "values", "goal"
MOST_AXES, MOST_GOALS, MOST_OBJECTIVES = 10, 12, 4
# Rows of a link, those with one value included; the form offers fewer empty ones.
MOST_ROWS = 20
KEPT, RELAXED = 200, 0.1
# Configurations on the Pareto front: they are compared with all others, kept and listed.
MOST_FRONT = 10_000

# Default links between pairs of walls, used where the question sets none.
USUAL = {
    "tail_latency.service_time": "end_to_end_latency",
    "tail_latency.replicas": "slots",
}


@dataclass(frozen=True)
class DesignSpaceQuestion:
    """The typed question: walls, links between them, pairs of an input and its values, and goals."""

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
        """Return the query string of the link; equal questions have equal query strings."""
        links = ",".join(f"{target}:{source}" for target, source in self.links)
        pairs = [(WALLS, ",".join(self.walls)), *([(LINKS, links)] if links else [])]
        pairs += [pair for name, values in self.axes for pair in ((AXIS, name), (VALUES, values))]
        return urlencode([*pairs, *((GOAL, text) for text in self.goals)])


def _link(text: str) -> tuple[str, str]:
    target, _, source = text.partition(":")
    return target, source


def chain(question: DesignSpaceQuestion) -> Pipeline:
    """Return the pipeline of the walls with typed and default links. Raise InputErrors on `walls`."""
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
    """Return the links between the walls: the typed ones and the defaults."""
    typed = dict(question.links)
    return {**_usual(question.walls, typed), **typed}


def _usual(walls: tuple[str, ...], typed: Mapping[str, str]) -> dict[str, str]:
    """Return the default links between these walls; each input is linked to the first wall that computes it."""
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
    """Return the search of a question. Raise InputErrors with every invalid field: `walls`, `axis-0`, `goal-0` and so
    on."""
    steps = chain(question)
    errors = list(_too_many(question))
    if errors:
        raise InputErrors(errors)
    fixed, axes = declared_axes(steps, question.axes, look_up, all_of, errors)
    objectives, constraints = _goals(steps, question, errors)
    if not errors:
        errors += axis_errors(axes, fixed)
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
        most_front=MOST_FRONT,
    )
    return DeclaredSearch(search, fixed, tuple(c.text for c in unsaid))


def _too_many(question: DesignSpaceQuestion) -> Iterator[InputError]:
    """Yield an error for the first row beyond the limit of axes and of goals, before any of them is built."""
    for kind, rows, most, what in (
        (AXIS, question.axes, MOST_ROWS, "axes"),
        (GOAL, question.goals, MOST_ROWS, "goals"),
    ):
        if len(rows) > most:
            yield InputError(
                f"{kind}-{most}", f"is one too many: {len(rows)} {what}, and {most} is the most. Remove some."
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
    """Yield an error for each pair of limits on one metric that no value can meet."""
    for place, (k, later) in enumerate(constraints):
        for _, first in constraints[:place]:
            if _same(first.metric, later.metric) and _excludes(first, later):
                yield InputError(
                    f"{GOAL}-{k}", f"contradicts '{first.text}': no value of {later.metric.name} meets both."
                )


def _same(one: Metric, other: Metric) -> bool:
    return (one.stage, one.name) == (other.stage, other.name)


def _excludes(one: Constraint, other: Constraint) -> bool:
    """Return whether no value meets both limits. Each limit, and the values next to it, are tried on both."""
    tried = [v for c in (one, other) for v in (c.limit, np.nextafter(c.limit, -np.inf), np.nextafter(c.limit, np.inf))]
    values = np.array(tried)
    return not bool((one.met(values) & other.met(values)).any())
