"""The constraint by which an instructor ranks the designs of a class: a bound on one of their figures. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mlsysweb.show.results.page import Card
from solvers.errors import InputError
from solvers.field_text import in_shown_unit
from solvers.quantities import format_quantity, to_si, unit_label
from solvers.verdict import State

from .designs import GalleryItem

AT_MOST, AT_LEAST = "at-most", "at-least"
SIGNS = {AT_MOST: "≤", AT_LEAST: "≥"}
_LONGEST = 40


@dataclass(frozen=True)
class GalleryConstraint:
    """A bound on a figure, by name, that `card` is an example of: `limit` is in its unit, an upper one where `side` is
    `at-most`."""

    figure: str
    card: Card
    side: str
    limit: float

    @property
    def words(self) -> str:
        """Return it as read: `Cost per year ≤ $2M`."""
        return f"{self.card.label} {SIGNS[self.side]} {self._shown(self.limit)}"

    def missed_by(self, design: GalleryItem) -> str:
        """Return what a design misses and by how much, as a sentence; empty where it meets the constraint."""
        if design.state == State.INFEASIBLE:
            return "Cannot run, so it does not meet the constraint."
        number = design.number_of(self.figure)
        if math.isnan(number):
            return f"{self.card.label} is unknown, so it is not known to meet the constraint."
        excess = number - self.limit if self.side == AT_MOST else self.limit - number
        if excess <= 0:
            return ""
        word = "above" if self.side == AT_MOST else "below"
        share = format_quantity(excess / self.limit, "1", "percent")
        return f"{self.card.label} is {self._shown(excess)} ({share}) {word} the limit of {self._shown(self.limit)}."

    def _shown(self, value: float) -> str:
        return format_quantity(value, self.card.unit, self.card.display_unit)


def card_of(designs: Sequence[GalleryItem], figure: str) -> Card | None:
    """Return the figure of the first design that knows it as a number; None where none does."""
    cards = (design.figures.get(figure) for design in designs)
    return next((card for card in cards if card is not None and card.number is not None), None)


def read_limit(text: str, card: Card) -> float | None:
    """Return the limit typed for a figure in its unit; a bare number is in the unit that `limit_unit` names. None where
    nothing was typed. Raise InputError."""
    if not text:
        return None
    if len(text) > _LONGEST:
        raise InputError("limit", f"has {len(text):,} characters; {_LONGEST} is the most.")
    limit = to_si("limit", in_shown_unit(text, card.display_unit or card.unit), card.unit)
    if limit <= 0:
        raise InputError("limit", f"needs a number above 0; '{text}' is not one.")
    return limit


def limit_unit(card: Card) -> str:
    """Return the unit of a bare limit as shown beside its field."""
    return unit_label(card.display_unit or card.unit)


def by_constraint(designs: Sequence[GalleryItem], constraint: GalleryConstraint | None) -> list[GalleryItem]:
    """Return designs that meet a constraint before all others; within each the order stays."""
    if constraint is None:
        return list(designs)
    return sorted(designs, key=lambda design: constraint.missed_by(design) != "")
