"""The machine's form of a page over many walls: its verdict, its figures and its tables, for the same names and values
as in the page's address."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from mlsysweb.registry import PAGES
from mlsysweb.show.results.page import Card, PageSummary

Pairs = Iterable[tuple[str, str]]


def page_names() -> tuple[str, ...]:
    """What the pages over many walls are called here: `geography`, `capstone`, `pipelines`, `explore` and so on."""
    return tuple(saved.view for page in PAGES for saved in page.saved)


def page_answer(name: str, asked: Pairs) -> dict[str, Any]:
    """The answer of the page called `name` to pairs of a name and a value, which may repeat a name. Raises InputErrors,
    and KeyError for a name that is no page's."""
    query = QueryDict(urlencode(list(asked)))
    summary: PageSummary = _answers()[name](query).summary()
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
    return {"label": card.label, "value": card.number, "unit": card.unit, "text": card.value}
