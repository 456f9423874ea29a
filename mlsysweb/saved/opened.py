"""What a version keeps, opened: types only, so that presenters can name what they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.results.page import Card, PageSummary
from solvers.result import Result


@dataclass(frozen=True)
class PageAnswer:
    """A page over many walls as it was kept, with what its templates are drawn with."""

    page: Any
    template: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]
    summary: PageSummary


@dataclass(frozen=True)
class OpenedAnswer:
    """One kept answer: of `result`, `page` and `html` the one that it is. `inputs` is what it was asked, `cards` its
    figures by name, those first whose names are in `headline`; a page's names begin with its type, since only pages of
    one type mean the same by them."""

    inputs: tuple[AskedInput, ...]
    verdict: str
    cards: Mapping[str, Card]
    headline: tuple[str, ...]
    result: Result | None = None
    page: PageAnswer | None = None
    html: str = ""
    styles: tuple[str, ...] = ()
