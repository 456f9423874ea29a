"""`search(roofline, minimize="latency", subject_to=["mfu > 30%"], batch_size=[…])`: the best of a design space.

For walls, every combination is evaluated by vectorised calls, as in the site's design space; a function is called
once for each combination.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from solvers.declare import Solver
from solvers.errors import InputError, InputErrors
from solvers.fields import Pick
from solvers.notebook.table import TextTable
from solvers.pipeline import Pipeline, pipeline, settle
from solvers.shipped import find

from .axes import listed, refuse_found, rows
from .explore import Search
from .goals import goals
from .limits import limits
from .metrics import demanded, metrics
from .own_function import evaluated
from .result import SearchResult, reason
from .run import Candidate, Outcome, run
from .space import Axis, Space

Texts = str | Sequence[str]


def search(
    what: Solver[Any, Any] | str | Pipeline | Sequence[Any] | Callable[..., Any],
    *,
    minimize: Texts = (),
    maximize: Texts = (),
    subject_to: Texts = (),
    keep: int = 10,
    **values: Any,
) -> SearchResult:
    """Return the best of all combinations of the lists among `values`.

    `what` is a wall, its name, several of them, a pipeline, or a function that takes the values by name and returns
    the metrics of the goals, as a mapping or as a wall's outputs. `minimize` and `maximize` name one output, several,
    or a weighted sum (`"tco + 100 USD/t * total_carbon"`): the first ranks, all of them define the front.
    `subject_to` are limits: `"itl < 50 ms"`, `"bottleneck == memory"`. Outputs `feasible` and `stable` of walls must be
    true unless a limit names them. A single value is the same for all combinations; other inputs take their default.
    Raise InputErrors, for a goal with the position of the mistake.

    >>> from solvers import roofline, search
    >>> found = search(roofline, maximize="throughput", subject_to=["latency < 6 ms"], batch_size=[1, 16, 64, 256])
    >>> found.best["batch_size"], found.feasible, found.count
    (64.0, 3, 4)
    """
    wanted = [f"minimize: {text}" for text in _texts(minimize)] + [f"maximize: {text}" for text in _texts(maximize)]
    limits = [*_texts(subject_to)]
    if not wanted:
        raise InputErrors(
            [InputError("minimize", "needs something to make small, or maximize something to make large.")]
        )
    if callable(what) and not isinstance(what, Solver):
        return evaluated(what, wanted, limits, keep, values)
    return _of_walls(_chain(what), wanted, limits, keep, values)


def _texts(texts: Texts) -> Sequence[str]:
    return [texts] if isinstance(texts, str) else texts


def _chain(what: Any) -> Pipeline:
    if isinstance(what, Pipeline):
        return what
    return pipeline(*what) if isinstance(what, list | tuple) else pipeline(what)


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple | range | np.ndarray)


def _of_walls(
    chain: Pipeline, wanted: Sequence[str], limits: Sequence[str], keep: int, values: Mapping[str, Any]
) -> SearchResult:
    objectives, constraints = goals([*wanted, *limits], metrics(chain))
    _check_names(chain, values)
    lists = {name: value for name, value in values.items() if _is_list(value)}
    fixed = settle(chain, {name: value for name, value in values.items() if name not in lists}, find)
    axes, errors = [], []
    for name, value in lists.items():
        try:
            axes.append(_axis(chain, name, list(value)))
        except InputError as error:
            errors.append(error)
    if errors:
        raise InputErrors(errors)
    every = (*constraints, *demanded(chain, constraints))
    return _result(run(Search(chain, fixed, Space(tuple(axes)), objectives, every, keep)))


def _check_names(chain: Pipeline, names: Iterable[str]) -> None:
    errors = []
    for name in names:
        try:
            chain.ends(name)
            refuse_found(chain, name)
        except InputError as error:
            errors.append(error)
    if errors:
        raise InputErrors(errors)


def _axis(chain: Pipeline, name: str, value: list[Any]) -> Axis:
    """A list as an axis."""
    ends = chain.ends(name)
    io = chain.stage(ends[0][0]).inputs.get(ends[0][1]) if ends else None
    if not isinstance(io, Pick):
        return listed(chain, name, value)
    specs = [find(io.kind, each, name) if isinstance(each, str) else each for each in value]
    return rows(chain, name, {getattr(spec, "name", ""): spec for spec in specs})


def _result(outcome: Outcome) -> SearchResult:
    front = _table(outcome, outcome.front)
    return SearchResult(
        top=_table(outcome, outcome.top),
        front=front,
        knee=front.rows()[outcome.knee] if len(front) else None,
        count=outcome.seen.count,
        feasible=outcome.seen.feasible,
        reasons=tuple(reason(r.constraint, r.failed, r.alone, r.nearest) for r in outcome.reasons if r.failed),
        left_out=outcome.seen.left_out,
        limits=limits(outcome),
    )


def _table(outcome: Outcome, candidates: Sequence[Candidate]) -> TextTable:
    """Return the table: the axes, then the metrics of the goals, by their short names where unambiguous."""
    if not candidates:
        return TextTable({})
    search = outcome.search
    spoken = [metric for objective in search.objectives for metric, _ in objective.terms]
    spoken += [constraint.metric for constraint in search.constraints]
    columns = {axis.name: np.array([each.places[axis.name] for each in candidates]) for axis in search.space.axes}
    declared = {axis.name: _declared(search.pipeline, axis.name) for axis in search.space.axes}
    for metric in dict.fromkeys(spoken):
        short = metric.name if metrics(search.pipeline).get(metric.name) == metric else f"{metric.stage}.{metric.name}"
        if short not in columns:
            columns[short] = np.array([each.values[f"{metric.stage}.{metric.name}"] for each in candidates])
            declared[short] = metric.declared
    return TextTable(columns, declared)


def _declared(chain: Pipeline, name: str) -> Any:
    ends = chain.ends(name)
    return chain.stage(ends[0][0]).inputs.get(ends[0][1]) if ends else None
