"""Stored answers, opened. Types only, so that presenters can import them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.results.page import Card, PageSummary
from solvers.result import Result


@dataclass(frozen=True)
class PageAnswer:
    """A stored page over many walls, with the template, styles and scripts to render it."""

    page: Any
    template: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]
    summary: PageSummary


@dataclass(frozen=True)
class OpenedAnswer:
    """One stored answer: one of `result`, `page` and `html`. `inputs` are its inputs, `cards` its outputs by name,
    those in `headline` first, `state` is that of the verdict; the names of a page's outputs begin with its type,
    because only pages of one type are comparable."""

    inputs: tuple[AskedInput, ...]
    verdict: str
    cards: Mapping[str, Card]
    headline: tuple[str, ...]
    result: Result | None = None
    page: PageAnswer | None = None
    html: str = ""
    state: str = ""
    styles: tuple[str, ...] = ()
