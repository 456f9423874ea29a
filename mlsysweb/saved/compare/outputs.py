"""Presenter (stage 5) of the compared outputs: their rows, and which of them stand first. Does not solve."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlsysweb.saved.opened import OpenedAnswer
from mlsysweb.show.results.page import Card
from solvers.quantities import format_quantity

from .page import ComparisonCell, ComparisonRow

# Rows shown beside the headline outputs: those that differ most.
_MOST_DIFFERING = 6


def output_rows(answers: Sequence[OpenedAnswer], baseline: int) -> Iterator[tuple[str, ComparisonRow]]:
    """Yield every output that any scenario has with its name, aligned by name and unit, headlines first."""
    names = [n for each in answers for n in each.headline] + [n for each in answers for n in each.cards]
    for name in dict.fromkeys(names):
        cards = [each.cards.get(name) for each in answers]
        first = next(card for card in cards if card)
        aligned = [card if card and card.unit == first.unit else None for card in cards]
        base, bars = aligned[baseline], _bars(aligned)
        cells = tuple(
            ComparisonCell(card.value if card else "", _against(card, base) if card is not base else "", bar)
            for card, bar in zip(aligned, bars, strict=True)
        )
        differs = len({_plain(card) for card in aligned if card}) > 1
        yield name, ComparisonRow(first.label, cells, differs)


def _bars(cards: Sequence[Card | None]) -> list[str]:
    """Return each value as a share of the largest, where all are positive numbers and not all the same."""
    numbers = [card.number if card and card.number is not None else math.nan for card in cards]
    if len(set(numbers)) < 2 or not all(0 < number < math.inf for number in numbers):
        return [""] * len(numbers)
    return [f"{number / max(numbers):.4f}" for number in numbers]


def split_rows(
    answers: Sequence[OpenedAnswer], rows: Mapping[str, ComparisonRow]
) -> tuple[tuple[ComparisonRow, ...], tuple[ComparisonRow, ...]]:
    """Return the headline outputs and those others that differ most, then all others."""
    headline = {name for each in answers for name in each.headline}
    others = [name for name in rows if name not in headline and rows[name].differs]
    most = sorted(others, key=lambda name: min((float(cell.bar or 1) for cell in rows[name].cells), default=1.0))
    first = headline | set(most[:_MOST_DIFFERING])
    return tuple(rows[name] for name in rows if name in first), tuple(rows[n] for n in rows if n not in first)


def _plain(card: Card) -> Any:
    """Return the value to compare: the number if there is one, since the text has only three digits."""
    return card.value if card.number is None or math.isnan(card.number) else card.number


def _against(card: Card | None, base: Card | None) -> str:
    """Return difference and ratio to the baseline; an empty string for text, and where either value is unknown or
    infinite."""
    if card is None or base is None or card.number is None or base.number is None:
        return ""
    change = card.number - base.number
    if not math.isfinite(change):
        return ""
    if change == 0:
        return "the same"
    told = f"{'+' if change > 0 else '−'}{format_quantity(abs(change), card.unit, card.display_unit)}"
    return f"{told}, ×{format_quantity(card.number / base.number, '1')}" if base.number else told
