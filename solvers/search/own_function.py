"""A search of a given function: called once for each combination of the lists."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from math import prod
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.declare import declared_fields
from solvers.errors import InputError, InputErrors
from solvers.fields import Flag, Output
from solvers.notebook.solution import Solution
from solvers.notebook.table import TextTable
from solvers.pipeline import Answer

from .front import front, knee
from .goals import Constraint, Metric, goals
from .result import SearchResult, reason

MOST = 1_000_000
_STAGE = "function"


def evaluated(
    function: Callable[..., Any], wanted: Sequence[str], limits: Sequence[str], keep: int, values: Mapping[str, Any]
) -> SearchResult:
    """Return the best results of `function` over every combination of the lists among `values`. It may return a
    mapping, a wall's outputs or a solution; numbers of a mapping have no unit. Raise InputErrors."""
    lists = {n: list(v) for n, v in values.items() if isinstance(v, list | tuple | range | np.ndarray)}
    fixed = {name: value for name, value in values.items() if name not in lists}
    if prod(map(len, lists.values())) > MOST:
        raise InputErrors([InputError(next(iter(lists)), f"and the other lists make more than {MOST:,} combinations.")])
    settings = [dict(zip(lists, each, strict=True)) for each in product(*lists.values())]
    answers = [function(**setting, **fixed) for setting in settings]
    if not answers:
        raise InputErrors([InputError(next(iter(lists)), "needs at least one value to run along.")])
    known = {name: Metric(_STAGE, name, io) for name, io in _declared(answers[0]).items()}
    objectives, constraints = goals([*wanted, *limits], known)
    columns = {name: np.array([_values(answer)[name] for answer in answers], dtype=float) for name in known}
    read = {_STAGE: Answer(SimpleNamespace(), SimpleNamespace(**columns))}
    met = [c.met(c.metric.read(read)) for c in constraints]
    scores = np.stack([objective.score(read) for objective in objectives], axis=1)
    good = np.flatnonzero(np.logical_and.reduce([*met, ~np.isnan(scores).any(axis=1)]))
    ranked = good[np.lexsort(scores[good].T[::-1])] if good.size else good
    on_front = good[front(scores[good])]
    every = _table(settings, columns, known)
    return SearchResult(
        top=every.take(ranked[:keep]),
        front=every.take(on_front),
        knee=every.take(on_front).rows()[knee(scores[on_front])] if on_front.size else None,
        count=len(settings),
        feasible=int(np.logical_and.reduce(met).sum()) if met else len(settings),
        reasons=tuple(_reasons(constraints, met, read)),
        left_out=int(_unknown(scores, [c.metric.read(read) for c in constraints]).sum()),
    )


def _unknown(scores: NDArray[Any], values: Sequence[NDArray[Any]]) -> NDArray[np.bool_]:
    """Which rows have no value for some goal."""
    return np.asarray(np.logical_or.reduce([np.isnan(scores).any(axis=1), *(np.isnan(value) for value in values)]))


def _values(answer: Any) -> Mapping[str, Any]:
    if isinstance(answer, Solution):
        return answer.values
    if isinstance(answer, Mapping):
        return answer
    if dataclasses.is_dataclass(answer):
        return vars(answer)
    raise InputErrors([InputError("function", f"must give a mapping or a wall's outputs; {answer!r} is neither.")])


def _declared(answer: Any) -> dict[str, Output | Flag]:
    """Return the numbers and bools of an answer, with the units a wall declared for them."""
    own = declared_fields(type(answer)) if dataclasses.is_dataclass(answer) else {}
    values_by_name = answer.result.values if isinstance(answer, Solution) else {}
    found: dict[str, Output | Flag] = {}
    for name, value in _values(answer).items():
        if isinstance(value, bool | np.bool_):
            found[name] = Flag(label=name, help="")
        elif isinstance(own.get(name), Output):
            found[name] = own[name]
        elif not isinstance(value, str) and np.ndim(value) == 0 and isinstance(value, int | float | np.number):
            unit = values_by_name[name].unit if name in values_by_name else "1"
            found[name] = Output(
                unit=unit or "1", label=name, display_unit=unit or "1", help="", symbol="", if_infinite=""
            )
    return found


def _table(
    settings: Sequence[Mapping[str, Any]], columns: Mapping[str, NDArray[Any]], known: Mapping[str, Metric]
) -> TextTable:
    places = {name: np.array([_label(setting[name]) for setting in settings]) for name in settings[0]}
    found = {n: c.astype(bool) if isinstance(known[n].declared, Flag) else c for n, c in columns.items()}
    found = {name: column for name, column in found.items() if name not in places}
    return TextTable(
        {**places, **found}, {name: known[name].declared for name in found if known[name].unit not in ("1", "")}
    )


def _label(value: Any) -> Any:
    return value.name if dataclasses.is_dataclass(value) and hasattr(value, "name") else value


def _reasons(constraints: Sequence[Constraint], met: Sequence[NDArray[np.bool_]], read: Mapping[str, Answer]) -> Any:
    failures = sum((~each).astype(int) for each in met)
    lines = []
    for constraint, each in zip(constraints, met, strict=True):
        failed, alone = int((~each).sum()), int((~each & (failures == 1)).sum())
        if failed:
            lines.append(
                (failed, reason(constraint, failed, alone, _nearest(constraint, constraint.metric.read(read))))
            )
    return [sentence for _, sentence in sorted(lines, key=lambda pair: -pair[0])]


def _nearest(constraint: Constraint, value: NDArray[Any]) -> float:
    if np.isnan(value).all() or not (constraint.wants_small or constraint.wants_large):
        return float("nan")
    return float(np.nanmin(value) if constraint.wants_small else np.nanmax(value))
