"""What a query string asks, before anything reads it."""

from __future__ import annotations

from django.http import QueryDict

from solvers.read import ALSO


def text_by_name(query: QueryDict) -> dict[str, str]:
    """The text of each name; of a name given twice the last."""
    return {name: values[-1] for name, values in query.lists() if values}


def query_text(query: QueryDict) -> dict[str, str]:
    """The text of each name; names that take several values have them joined by commas."""
    text = text_by_name(query)
    return text | {ALSO: ",".join(query.getlist(ALSO))} if ALSO in query else text
