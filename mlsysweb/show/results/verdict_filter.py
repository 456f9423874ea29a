"""The template filter `verdict`: the words that name the state, apart from the rest."""

from __future__ import annotations

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = Library()

# The first sentence of a verdict names its state; verdicts of earlier releases may begin with a long sentence.
_MOST_STATE = 50


@register.filter
def verdict(text: str) -> SafeString:
    """Return a verdict as HTML: its state in a `b`, its numbers in a `span`. A long first sentence is no state."""
    state, stop, rest = text.partition(". ")
    if not stop or len(state) > _MOST_STATE:
        return format_html('<span class="proof">{}</span>', text)
    return format_html('<b class="state">{}.</b> <span class="proof">{}</span>', state, rest)
