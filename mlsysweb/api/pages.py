"""The machine's form of a page over many walls: its verdict, its figures and its tables, for the same names and values
as in the page's address."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from mlsysweb.registry import PAGES, view_called
from mlsysweb.show.results.page import Card, PageSummary

Pairs = Iterable[tuple[str, str]]
_VALUE = {"type": ["number", "null"]}
# The schema of the answer of a page.
PAGE_ANSWER = {
    "type": "object",
    "properties": {
        "page": {"type": "string"},
        "verdict": {"type": "string"},
        "figures": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "label": {"type": "string"},
                    "value": _VALUE,
                    "unit": {"type": "string"},
                    "text": {"type": "string"},
                },
                "required": ["label", "value", "unit", "text"],
            },
        },
        "tables": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "title": {"type": "string"},
                    "columns": {"type": "array", "items": {"type": "string"}},
                    "rows": {"type": "array", "items": {"type": "array", "items": {"type": "string"}}},
                },
                "required": ["title", "columns", "rows"],
            },
        },
    },
    "required": ["page", "verdict", "figures", "tables"],
}


@dataclass(frozen=True)
class PageTitle:
    """A page over many walls: the full name of its URL, its title and its description."""

    view: str
    title: str
    summary: str


def page_titles() -> dict[str, PageTitle]:
    """Return the pages over many walls by name: `geography`, `capstone`, `pipelines`, `explore` and so on."""
    views = {saved.view: f"{page.name}:{saved.view}" for page in PAGES for saved in page.saved}
    known = {name: view_called(view) for name, view in views.items()}
    return {name: PageTitle(views[name], view.title, view.summary) for name, view in known.items() if view}


def page_names() -> tuple[str, ...]:
    """Return the names of the pages over many walls."""
    return tuple(page_titles())


def page_answer(name: str, asked: Pairs) -> dict[str, Any]:
    """The answer of the page called `name` to pairs of a name and a value, which may repeat a name. Raises InputErrors,
    and KeyError for a name that is no page's."""
    query = QueryDict(urlencode(list(asked)))
    summary: PageSummary = _answers()[name](query).summary()
    return summary_document(name, summary)


def summary_document(name: str, summary: PageSummary) -> dict[str, Any]:
    """Return the summary of a page as JSON values; numbers that JSON cannot represent are null."""
    figures = {card.name: _figure(card) for card in summary.cards}
    tables = [{"title": t.title, "columns": t.table.columns, "rows": t.table.rows} for t in summary.tables]
    return {"page": name, "verdict": summary.verdict, "figures": figures, "tables": tables}


def _answers() -> dict[str, Callable[[QueryDict], Any]]:
    """The function of each page that answers a query."""
    return {
        saved.view: getattr(import_module(f"{page.folder}.answer"), saved.answer)
        for page in PAGES
        for saved in page.saved
    }


def _figure(card: Card) -> dict[str, Any]:
    number = card.number if card.number is not None and math.isfinite(card.number) else None
    return {"label": card.label, "value": number, "unit": card.unit, "text": card.value}
