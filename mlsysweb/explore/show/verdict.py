"""The verdict of a design space. Does not search."""

from __future__ import annotations

from mlsysweb.explore.find.columns import ResultColumn
from mlsysweb.explore.show.words import decapitalized, places_in_words
from solvers.fields import Input, Output
from solvers.grammar import agree
from solvers.quantities import format_quantity
from solvers.search.run import ConstraintFailures, Outcome


def verdict(outcome: Outcome, columns: tuple[ResultColumn, ...], objectives: list[ResultColumn]) -> str:
    """Return the verdict of a search, complete or in progress."""
    seen = outcome.seen
    if not seen.count:
        return "Search queued. 0 configurations evaluated."
    harshest = next((reason for reason in outcome.reasons if reason.failed), None)
    ruled_out = f" The limit “{harshest.constraint.words}” {_ruled_out(harshest)}." if harshest else ""
    of = f"of {agree(f'{seen.count:,}', ' configurations')}"
    if not seen.feasible:
        return f"No feasible configuration. None {of} meets every goal.{ruled_out}{_nearest(harshest)}"
    if not outcome.top:
        return (
            f"No best configuration. {seen.feasible:,} {of} meet every goal, but none has a value for each objective."
        )
    best = outcome.top[0]
    others = [column for column in objectives if column.terms[0][0].partition(".")[2] not in best.places]
    read = ", ".join(f"{decapitalized(column.label)} {column.words(column.read(best))}" for column in others)
    found = ": ".join(filter(None, (places_in_words(best, columns) or "it", read)))
    return f"{seen.feasible:,} {of} feasible. Best: {found}.{ruled_out}"


def _ruled_out(reason: ConstraintFailures) -> str:
    """Return how many configurations a constraint rules out, and how many of the infeasible lack a value for it."""
    if not reason.unknown:
        return f"rules out {reason.failed:,}"
    lacking = agree(f"{reason.unknown:,}", " configurations have") + " no value for it"
    ruled_out = reason.failed - reason.unknown
    return f"rules out {ruled_out:,}; {lacking}" if ruled_out else f"cannot be checked: {lacking}"


def _nearest(reason: ConstraintFailures | None) -> str:
    if reason is None or not nearest_value(reason):
        return ""
    return f" The nearest comes to {nearest_value(reason)}."


def nearest_value(reason: ConstraintFailures) -> str:
    """Return the value nearest to meeting a constraint; an empty string where there is none."""
    io = reason.constraint.metric.declared
    known = isinstance(io, Input | Output) and reason.nearest == reason.nearest
    return format_quantity(reason.nearest, io.unit, io.display_unit) if known else ""  # type: ignore[union-attr]
