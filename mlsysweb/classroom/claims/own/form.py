"""Reads the form of a claim: checked fields of a row, or a sentence for each field that is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mlsysweb.classroom.pasted_page import PastedPage
from mlsysweb.saved.scenarios.text import control_character
from mlsysweb.show.results.page import Card
from solvers.errors import InputError
from solvers.field_text import in_shown_unit
from solvers.quantities import to_si

COMPARISONS = {"about": "About, within the tolerance", "at most": "At most", "at least": "At least"}
TOLERANCE = "5 %"
# The longest text of each field.
LIMITS = {"claim": 300, "source": 200, "source_url": 500, "stated": 100, "condition": 200, "remark": 500}
LABELS = {
    "claim": "Claim",
    "source": "Source",
    "source_url": "Link of the source",
    "stated": "Stated value",
    "condition": "Condition",
    "remark": "Remark",
}
_MOST_TOLERANCE = 1.0


@dataclass(frozen=True)
class ClaimForm:
    """A form as read: the columns of a row by name where `errors`, sentences by field, is empty."""

    columns: Mapping[str, Any]
    errors: Mapping[str, str]


def read_form(typed: Mapping[str, str], page: PastedPage, under: PastedPage | None) -> ClaimForm:
    """Return the claim of a form. `page` is the page at its link, `under` that of its condition, None where it
    has none."""
    card = page.cards.get(typed.get("output", ""))
    errors = dict(_errors(typed, page, under, card))
    columns: dict[str, Any] = {name: typed.get(name, "") for name in LIMITS}
    if card is not None:
        number = {"value": None, "unit": "", "shown": ""}
        try:
            number = _number(columns["stated"], card) if card.number is not None else number
        except InputError as bad:
            errors.setdefault("stated", f"Stated value: {bad.sentence}")
        columns |= {"link": page.address, "output": typed["output"], **number}
    try:
        columns["tolerance"] = _tolerance(typed.get("tolerance") or TOLERANCE)
    except InputError as bad:
        errors["tolerance"] = f"Tolerance: {bad.sentence}"
    columns["compare"] = typed.get("compare") or "about"
    columns["condition_link"] = under.address if under else ""
    return ClaimForm(columns, errors)


def _errors(
    typed: Mapping[str, str], page: PastedPage, under: PastedPage | None, card: Card | None
) -> Iterator[tuple[str, str]]:
    for name, most in LIMITS.items():
        text = typed.get(name, "")
        if len(text) > most:
            yield name, f"{LABELS[name]}: has {len(text):,} characters; {most} is the most."
        elif bad := control_character(text):
            yield name, f"{LABELS[name]}: {bad}"
    for name, what in (("claim", "say what is claimed"), ("source", "say where it is from, such as a paper or a talk")):
        if not typed.get(name):
            yield name, f"{LABELS[name]}: {what}."
    yield from _errors_of_links(typed, page, under)
    if not page.error and card is None:
        yield "output", "Output: choose one of the outputs of the page."
    if card is not None and not typed.get("stated"):
        yield "stated", f"Stated value: give it, such as {card.value}."
    if typed.get("compare", "about") not in ("", *COMPARISONS):
        yield "compare", f"Comparison: choose {', '.join(COMPARISONS)}."


def _errors_of_links(typed: Mapping[str, str], page: PastedPage, under: PastedPage | None) -> Iterator[tuple[str, str]]:
    if page.error:
        yield "page", f"Page: {page.error}"
    url = typed.get("source_url", "")
    if url and not _is_web_address(url):
        yield "source_url", "Link of the source: must begin with https:// or http:// and name a host."
    if bool(typed.get("condition")) != bool(under):
        yield "condition", "Condition: its words and its page belong together; give both, or neither."
    if under is not None and under.error:
        yield "condition_page", f"Page under the condition: {under.error}"
    elif under is not None and not page.error and typed.get("output") and typed["output"] not in under.cards:
        yield "condition_page", "Page under the condition: it has no such output; paste a link of the same page."


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in text
    except ValueError:
        return False


def _number(text: str, card: Card) -> dict[str, Any]:
    """Return the columns of a stated number. Raise InputError."""
    # The unit beside a figure follows its size (ms, s), so a bare number could mean several.
    if text and card.unit != "USD" and in_shown_unit(text, card.unit) != text:
        raise InputError("stated", f"needs a unit, such as {card.value}.")
    value = to_si("stated", in_shown_unit(text, card.unit), card.unit) if text else math.nan
    if text and not math.isfinite(value):
        raise InputError("stated", "must be a finite number.")
    return {"value": value if text else None, "unit": card.unit, "shown": card.display_unit}


def _tolerance(text: str) -> float:
    """Return a relative tolerance: `5 %` or `0.05`. Raise InputError."""
    value = to_si("tolerance", text, "1")
    if not 0 <= value <= _MOST_TOLERANCE:
        raise InputError("tolerance", f"must be from 0 to 100 %, not {text[:20]}.")
    return value
