"""Template filter `terms`: links the terms of the glossary in a label. `js/terms.js` shows their definitions."""

from __future__ import annotations

import re
from functools import cache

from django.template import Library
from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from .glossary import TERMS, Term

register = Library()

_NAME = re.compile(r"(.+?)(?: \((.+)\))?")


@register.filter
def terms(label: str) -> SafeString:
    """Return a label as HTML, each term of the glossary in it as a link to its definition."""
    return _linked(label, "")


@register.filter
def label_terms(label: str) -> SafeString:
    """Return the label of a field as `terms` does, but with links that the Tab key skips: the field's help is read with
    the field."""
    return _linked(label, ' tabindex="-1"')


@cache
def _linked(label: str, attributes: str) -> SafeString:
    found = _pattern().split(label)
    glossary = reverse("glossary:glossary")
    pieces = [
        (_link(text, _terms()[text.casefold()], glossary, attributes) if place % 2 else escape(text),)
        for place, text in enumerate(found)
    ]
    return format_html_join("", "{}", pieces)


def _link(text: str, term: Term, glossary: str, attributes: str) -> SafeString:
    return format_html('<a class="term" href="{}#{}"{}>{}</a>', glossary, term.anchor, mark_safe(attributes), text)


@cache
def _terms() -> dict[str, Term]:
    """Return the terms by the ways a label may write them, in lower case: in full, and by the abbreviation."""
    found: dict[str, Term] = {}
    for term in TERMS:
        match = _NAME.fullmatch(term.name)
        assert match is not None  # the pattern takes any name
        found |= {way.casefold(): term for way in (term.name, *match.groups()) if way}
    return found


@cache
def _pattern() -> re.Pattern[str]:
    """Return the pattern of every term, the longest first: `Time to first token (TTFT)` is one term."""
    ways = sorted(_terms(), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, ways))})(?![\w-])", re.I)
