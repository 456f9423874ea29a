"""The template filter `table_rows`: all rows of a table at once, in a tenth of the time that a template takes."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django.template import Library
from django.utils.safestring import SafeString, mark_safe

from mlsysweb.show.unit_filter import units

register = Library()


@register.filter
def table_rows(rows: Iterable[Iterable[str]]) -> SafeString:
    """Return rows of text as `tr` elements."""
    told = ("</td><td>".join(map(escape, map(units, row))) for row in rows)
    return mark_safe("\n".join(f"<tr><td>{cells}</td></tr>" for cells in told))
