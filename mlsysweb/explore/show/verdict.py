"""The verdict of a design space, and configurations and goals in words. Does not search."""

from __future__ import annotations

from typing import Any

from mlsysweb.explore.find.columns import ResultColumn
from solvers.fields import Input, Output
from solvers.grammar import agree
from solvers.quantities import format_quantity
from solvers.search.run import Candidate, ConstraintFailures, Outcome


def places_in_words(candidate: Candidate, columns: tuple[ResultColumn, ...]) -> str:
    """Return a configuration by its values along the axes: `h100, 64, fp8`."""
    return ", ".join(place_in_words(column, column.read(candidate)) for column in columns if not column.terms)


def place_in_words(column: ResultColumn, cell: Any) -> str:
    """Return the value of an axis in words, a number with its label."""
    return f"{in_sentence(column.label)} {column.words(cell)}" if column.numeric else column.words(cell)


def in_sentence(label: str) -> str:
    """Return a label in the middle of a sentence."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def verdict(outcome: Outcome, columns: tuple[ResultColumn, ...], objectives: list[ResultColumn]) -> str:
    """Return the verdict of a search, complete or in progress."""
    seen = outcome.seen
    if not seen.count:
        return "Search queued. 0 configurations evaluated."
    harshest = next((reason for reason in outcome.reasons if reason.failed), None)
    ruled_out = f" The goal {_goal_words(harshest)} rules out {harshest.failed:,}." if harshest else ""
    of = f"of {agree(f'{seen.count:,}', ' configurations')}"
    if not seen.feasible:
        return f"No feasible configuration. None {of} meets every goal.{ruled_out}{_nearest(harshest)}"
    if not outcome.top:
        return (
            f"No best configuration. {seen.feasible:,} {of} meet every goal, but none has a value for each objective."
        )
    best = outcome.top[0]
    read = ", ".join(f"{in_sentence(column.label)} {column.words(column.read(best))}" for column in objectives)
    return f"{seen.feasible:,} {of} feasible. Best: {places_in_words(best, columns) or 'it'}: {read}.{ruled_out}"


def _goal_words(reason: ConstraintFailures) -> str:
    """Return a constraint in the words of the page: `purchase price ≤ $1M`."""
    goal, io = reason.constraint, reason.constraint.metric.declared
    if not isinstance(io, Input | Output):
        return goal.text
    sign = {"<=": "≤", ">=": "≥"}.get(goal.operator, goal.operator)
    return f"{in_sentence(io.label)} {sign} {format_quantity(goal.limit, io.unit, io.display_unit)}"


def _nearest(reason: ConstraintFailures | None) -> str:
    if reason is None or not nearest_value(reason):
        return ""
    return f" The nearest comes to {nearest_value(reason)}."


def nearest_value(reason: ConstraintFailures) -> str:
    """Return the value nearest to meeting a constraint; an empty string where there is none."""
    io = reason.constraint.metric.declared
    known = isinstance(io, Input | Output) and reason.nearest == reason.nearest
    return format_quantity(reason.nearest, io.unit, io.display_unit) if known else ""  # type: ignore[union-attr]
