"""Query strings as text by name, before parsing."""

from __future__ import annotations

from django.http import QueryDict

from solvers.read import ALSO


def text_by_name(query: QueryDict) -> dict[str, str]:
    """Return the text of each name; of repeated names the last value."""
    return {name: values[-1] for name, values in query.lists() if values}


def query_text(query: QueryDict) -> dict[str, str]:
    """Return the text of each name; repeated values are joined by commas."""
    text = text_by_name(query)
    return text | {ALSO: ",".join(query.getlist(ALSO))} if ALSO in query else text
