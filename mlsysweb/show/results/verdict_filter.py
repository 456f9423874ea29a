"""Template filters of answers: `verdict`, the words that name the state, apart from the rest; `headline_answer`, an
answer in a few words for the title of a tab."""

from __future__ import annotations

import re
from typing import Any

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mlsysweb.show.unit_filter import units

from .page import Card

register = Library()

# The first sentence of a verdict names its state; verdicts of earlier releases may begin with a long sentence.
_MOST_STATE = 50
_ABBREVIATED = re.compile(r"\(([A-Z][A-Za-z0-9]*[A-Z0-9])\)$")


@register.filter
def verdict(text: str) -> SafeString:
    """Return a verdict as HTML: its state in a `b`, its numbers in a `span`. A long first sentence is no state."""
    state, stop, rest = units(text).partition(". ")
    if not stop or len(state) > _MOST_STATE:
        return format_html('<span class="proof">{}</span>', units(text))
    return format_html('<b class="state">{}.</b> <span class="proof">{}</span>', state, rest)


@register.filter
def headline_answer(page: Any) -> str:
    """Return the answer of a page: of a wall the first headline figure, `TTFT 209 ms`, of any other the state its
    verdict begins with, or its first figure where that is long. Empty for a page without an answer."""
    if result := getattr(page, "result", None):
        return _figure(result.headline[0]) if result.headline else ""
    if not hasattr(page, "summary"):
        return ""
    summary = page.summary()
    state, stop, _ = summary.verdict.partition(". ")
    if stop and len(state) <= _MOST_STATE:
        return str(state)
    return _figure(summary.cards[0]) if summary.cards else ""


def _figure(card: Card) -> str:
    """Return label and value, the label by its abbreviation where it has one in parentheses."""
    short = _ABBREVIATED.search(card.label)
    return f"{short[1] if short else card.label} {card.value}"
