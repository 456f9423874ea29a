"""What a query string asks, before anything reads it."""

from __future__ import annotations

from django.http import QueryDict

from solvers.read import ALSO


def query_text(query: QueryDict) -> dict[str, str]:
    """The text of each name; names that take several values have them joined by commas."""
    return {name: ",".join(query.getlist(name)) if name == ALSO else query[name] for name in query}
