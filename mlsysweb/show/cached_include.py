"""Template tag `cached_include`: an include that is rendered once for the values that it is given."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache

from django.conf import settings
from django.template import Library
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = Library()


@register.simple_tag
def cached_include(template: str, **seen: Hashable) -> SafeString:
    """Return a template rendered with the values `seen` alone: numbers, texts, and frozen dataclasses of them. What an
    update says again is found by these values, so it needs no invalidation; it must depend on nothing else, such as the
    visitor."""
    if settings.DEBUG:  # templates are edited
        return render_to_string(template, seen)
    return _rendered(template, **seen)


@lru_cache(maxsize=2048)  # parts of about 1 kB
def _rendered(template: str, **seen: Hashable) -> SafeString:
    return render_to_string(template, seen)
