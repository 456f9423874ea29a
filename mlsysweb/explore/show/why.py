"""Presenter of "why not this one?": compares a configuration that the user tries with the goals and the front."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mlsysweb.explore.find.columns import ResultColumn
from mlsysweb.explore.find.report import TriedConfiguration
from mlsysweb.explore.show.page import FormRow, WhyPage
from mlsysweb.explore.show.verdict import places_in_words
from solvers.quantities import format_quantity
from solvers.verdict import State

TRY = "try-"


def why_page(
    tried: TriedConfiguration | None,
    places: dict[str, str],
    errors: dict[str, str],
    axes: Sequence[tuple[str, str, str]],
    columns: Sequence[ResultColumn],
    *,
    url: str,
    question: Sequence[tuple[str, str]],
    opened: str,
) -> WhyPage:
    """Return the fields, one for each of `axes` (name, label, example), and the result for the values typed in them."""
    fields = tuple(
        FormRow(k, label, name, places.get(name, ""), errors.get(name, ""), f"{label}, such as {example}", False)
        for k, (name, label, example) in enumerate(axes)
    )
    if tried is None:
        return WhyPage(fields, "", "", (), (), "", tuple(question), url)
    against = tuple(_against(tried, columns))
    failed = bool(tried.evaluation.failed.any())
    cells = tuple((c.label, c.words(c.read(tried.candidate))) for c in columns if c.terms)
    return WhyPage(
        fields=fields,
        verdict=_verdict(against, failed),
        kind=State.MISSED if failed else State.OK,
        cells=cells,
        against=against[1:],
        url=opened,
        question=tuple(question),
        action=url,
    )


def _verdict(against: Sequence[str], failed: bool) -> str:
    if not against:
        return "Pareto-optimal. It meets every goal, and no configuration dominates it."
    return f"{'Infeasible' if failed else 'Dominated'}. {against[0]}"


def _against(tried: TriedConfiguration, columns: Sequence[ResultColumn]) -> Iterator[str]:
    """Yield a sentence for each violated constraint with its amount, and one for the configuration that dominates
    it."""
    constraints = tried.constraints
    for constraint, value, failed in zip(
        constraints, tried.evaluation.values[0], tried.evaluation.failed[0], strict=True
    ):
        if failed:
            yield _failure(constraint, float(value))
    if tried.rival is not None:
        better = "; ".join(
            f"{c.label.lower()} {c.words(c.read(tried.rival))} instead of {c.words(c.read(tried.candidate))}"
            for c in columns
            if c.sign
        )
        yield f"{places_in_words(tried.rival, tuple(columns))} is no worse in anything: {better}."


def _failure(constraint: Any, value: float) -> str:
    io = constraint.metric.declared
    if value != value:
        return f"It fails {constraint.text}: its value is unknown."
    if not (constraint.wants_small or constraint.wants_large):
        return f"It fails {constraint.text}."
    return (
        f"It fails {constraint.text}: it comes to {format_quantity(value, io.unit, io.display_unit)}"
        f"{_beside_limit(value, constraint.limit)}."
    )


def _beside_limit(value: float, limit: float) -> str:
    """Return how far a value is from its limit: a share of it, or the ratio where that is two or more; nothing beside
    a limit of zero."""
    if not limit:
        return ""
    ratio = value / limit
    if ratio >= 2:
        return f", {format_quantity(ratio, '1', 'times')} the limit"
    return f", {format_quantity(abs(ratio - 1), '1', 'percent')} off"
