"""What a page that asks is drawn from: its answer, or a sentence for each field that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import QueryDict

from solvers.errors import InputErrors

P = TypeVar("P")


def page_or_errors(answer_page: Callable[[QueryDict], P], query: QueryDict) -> tuple[P | None, dict[str, str]]:
    """The page that answers the query and no errors, or no page and a sentence by field."""
    try:
        return answer_page(query), {}
    except InputErrors as bad:
        return None, bad.sentences
