"""Template filter `terms`: links the terms of the glossary in a label. `js/terms.js` shows their definitions."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from django.template import Library
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from .glossary import TERMS, Term

register = Library()

_NAME = re.compile(r"(.+?)(?: \((.+)\))?")


@register.filter
def terms(label: str) -> SafeString:
    """Return a label as HTML, each term of the glossary in it as a link to its definition."""
    return _linked(label, False)


@register.filter
def label_terms(label: str) -> SafeString:
    """Return the label of a field as `terms` does, but with links that the Tab key skips: the field's help is read with
    the field."""
    return _linked(label, True)


# Limited, since labels of imported results are a visitor's.
@lru_cache(4096)
def _linked(label: str, skipped: bool) -> SafeString:
    pieces = _pattern().split(label)
    return format_html_join(
        "", "{}", ((_link(text, skipped) if place % 2 else text,) for place, text in enumerate(pieces))
    )


def _link(text: str, skipped: bool) -> str:
    """Return the link of a term as the label writes it; only the text where a letter, such as the dotless i, matches
    one of a term but is none of it."""
    term = _terms().get(text.casefold())
    if term is None:
        return text
    address = f"{reverse('glossary:glossary')}#{term.anchor}"
    if skipped:
        return format_html('<a class="term" href="{}" tabindex="-1">{}</a>', address, text)
    return format_html('<a class="term" href="{}">{}</a>', address, text)


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
