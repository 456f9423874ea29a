"""Reads the question from a query: of the page's link, or of its guided form. Validates nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.http import QueryDict

from mlsysweb.show.forms.query import query_text

from .question import (
    ADD,
    CATALOG,
    DRAWS,
    GUIDED,
    HIGH,
    HOW,
    LOG,
    LOW,
    PERCENT,
    PRESETS,
    RANGE,
    REMOVE,
    SHARE,
    SHOW,
    WALL,
    UncertaintyQuestion,
)


@dataclass(frozen=True)
class QuestionEdit:
    """A question from a query. `added` is an input of the guided form to which a range is to be added, `changes_rows`
    whether the question has other rows than the form that sent it, `guided` whether the form sent it."""

    question: UncertaintyQuestion
    added: str = ""
    changes_rows: bool = False
    guided: bool = False


def question_of(query: QueryDict) -> QuestionEdit:
    """Return the question in a query: of the page's link or of its guided form. Without a wall it is the first
    example."""
    typed = {name: value.strip() for name, value in query_text(query).items() if value.strip()}
    if WALL not in typed:
        return QuestionEdit(PRESETS[0].question)
    own = {name: value for name, value in typed.items() if not _is_beside(name)}
    ranges = {name.removeprefix(RANGE): value for name, value in typed.items() if name.startswith(RANGE)}
    question = UncertaintyQuestion(typed[WALL], own, ranges, typed.get(DRAWS, ""), typed.get(SHOW, ""))
    if GUIDED not in typed:
        return QuestionEdit(question)
    removed, added = typed.get(REMOVE, ""), typed.get(ADD, "")
    rows = {name: text for name, text in _guided_rows(typed) if name != removed}
    return QuestionEdit(
        replace(question, ranges=rows),
        added="" if added in rows else added,
        changes_rows=bool(removed or added),
        guided=True,
    )


def _is_beside(name: str) -> bool:
    """Return whether a name of a query is the page's own, not one of the wall's question."""
    prefixes = (RANGE, LOW, HIGH, SHARE, HOW)
    return name in (WALL, DRAWS, SHOW, GUIDED, ADD, REMOVE) or name.startswith(prefixes)


def _guided_rows(typed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each range of the guided form as a link has it. An empty end stays empty, and is refused as one."""
    for name, how in typed.items():
        if name.startswith(HOW):
            end = name.removeprefix(HOW)
            low, high, share = (typed.get(f"{part}{end}", "") for part in (LOW, HIGH, SHARE))
            if how == CATALOG:
                yield end, CATALOG
            elif how == PERCENT:
                yield end, f"±{share} %"
            else:
                yield end, f"{low}..{high}{' log' if how == LOG else ''}"
