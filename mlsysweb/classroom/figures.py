"""Computes the figures of lessons: the outputs of any page at its link, as the page itself shows them."""

from __future__ import annotations

import time
from functools import lru_cache

from catalog.models import CatalogVersion
from mlsysweb.saved.answers import open_answer
from mlsysweb.saved.opened import OpenedAnswer
from mlsysweb.saved.scenarios.capture import NotSavable, SavedAnswer, capture
from mlsysweb.show.results.page import Card
from solvers.errors import InputError, InputErrors

from .questions.question import FigureError


def opened(link: str) -> OpenedAnswer:
    """Return the answer of the page at a link on this site. Raise FigureError."""
    return _opened(link, CatalogVersion.now())


@lru_cache(256)
def _opened(link: str, version: str) -> OpenedAnswer:
    saved = _captured(link)
    return open_answer(saved.solver, saved.question, saved.result)


def elapsed(link: str) -> float:
    """Return the seconds that the page at a link takes to answer again: the least of three times, since other work of
    the machine only adds. Raise FigureError."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        _captured(link)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def _captured(link: str) -> SavedAnswer:
    try:
        return capture(link)
    except NotSavable as bad:
        raise FigureError(f"{link} is no page with inputs. {bad}") from None
    except (InputError, InputErrors) as bad:
        errors = bad.errors if isinstance(bad, InputErrors) else (bad,)
        sentences = " ".join(f"{error.field} {error.sentence}" for error in errors)
        raise FigureError(f"{link} has no answer: {sentences}") from None


def compute(link: str, output: str) -> Card:
    """Return an output of the page at a link. Outputs of a page over many walls can be named without the page's name.
    Raise FigureError."""
    cards = opened(link).cards
    found = cards.get(output) or next((card for name, card in cards.items() if name.endswith(f".{output}")), None)
    if found is None:
        known = ", ".join(name.rpartition(".")[2] for name in list(cards)[:12])
        raise FigureError(f"{link} has no output '{output}'; it has {known}.")
    return found
