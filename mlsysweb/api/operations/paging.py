"""Lists in pages: parameters, the range of a page, and links to the pages beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlsysweb.api.operation import ApiCall, ApiParameter
from solvers.errors import InputError, InputErrors

MOST = 500
PARAMETERS = (
    ApiParameter("page", {"type": "integer", "minimum": 1, "maximum": 100_000, "default": 1}, "The page, from 1."),
    ApiParameter("per_page", {"type": "integer", "minimum": 1, "maximum": MOST, "default": 100}, "Rows of a page."),
)
# The members of an answer that is a page of a list.
MEMBERS = {
    "total": {"type": "integer", "description": "The rows of all pages."},
    "next": {"type": ["string", "null"], "description": "The address of the next page."},
}


def page_slice(call: ApiCall, total: int) -> slice:
    """Return the range of the page asked for among `total` rows. Raise InputErrors for a page beyond the last, but not
    for the first page of an empty list."""
    page, size = call.query["page"], call.query["per_page"]
    last = max(1, -(-total // size))
    if page > last:
        raise InputErrors([InputError("page", f"must be at most {last:,}; {page:,} is not.")])
    return slice((page - 1) * size, page * size)


def page_of(call: ApiCall, rows: Sequence[Any]) -> Sequence[Any]:
    """Return the rows of the page asked for. Raise InputErrors."""
    return rows[page_slice(call, len(rows))]


def links(call: ApiCall, total: int) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Return the members `total` and `next` of a page of a list, and the header `Link`."""
    page, size = call.query["page"], call.query["per_page"]
    last = max(1, -(-total // size))
    others = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}
    told = {name: _address(call, number) for name, number in others.items() if 1 <= number <= last and number != page}
    header = ", ".join(f'<{address}>; rel="{name}"' for name, address in told.items())
    return {"total": total, "next": told.get("next")}, {"Link": header} if header else {}


def _address(call: ApiCall, page: int) -> str:
    query = call.request.GET.copy()
    query["page"] = str(page)
    return call.request.build_absolute_uri(f"{call.request.path}?{query.urlencode(safe=',')}")
