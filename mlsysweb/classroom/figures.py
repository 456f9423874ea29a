"""Computes the figures of lessons: the outputs of any page at its link, as the page itself shows them."""

from __future__ import annotations

from functools import lru_cache

from catalog.models import CatalogVersion
from mlsysweb.saved.answers import open_answer
from mlsysweb.saved.opened import OpenedAnswer
from mlsysweb.saved.scenarios.capture import NotSavable, capture
from mlsysweb.show.results.page import Card
from solvers.errors import InputErrors

from .questions.question import FigureError


def opened(link: str) -> OpenedAnswer:
    """Return the answer of the page at a link on this site. Raise FigureError."""
    return _opened(link, CatalogVersion.now())


@lru_cache(256)
def _opened(link: str, version: str) -> OpenedAnswer:
    try:
        saved = capture(link)
    except NotSavable as bad:
        raise FigureError(f"{link} is no page with inputs. {bad}") from None
    except InputErrors as bad:
        sentences = " ".join(f"{name} {sentence}" for name, sentence in bad.sentences.items())
        raise FigureError(f"{link} has no answer: {sentences}") from None
    return open_answer(saved.solver, saved.question, saved.result)


def compute(link: str, output: str) -> Card:
    """Return an output of the page at a link. Outputs of a page over many walls can be named without the page's name.
    Raise FigureError."""
    cards = opened(link).cards
    found = cards.get(output) or next((card for name, card in cards.items() if name.endswith(f".{output}")), None)
    if found is None:
        known = ", ".join(name.rpartition(".")[2] for name in list(cards)[:12])
        raise FigureError(f"{link} has no output '{output}'; it has {known}.")
    return found
