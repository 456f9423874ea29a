"""The rows of an answer that come from the catalog of a course, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def course_sentences(rows: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a sentence for each row of a snapshot, or part of one, that comes from a course, and for each row that a
    course hides."""
    told = [sentence for row in rows.values() for sentence in _of_row(row)]
    told += [sentence for row in rows.values() for sentence in _of_hidden(row)]
    return tuple(dict.fromkeys(told))


def _of_hidden(row: Mapping[str, Any]) -> Iterator[str]:
    course = row.get("course") or {}
    if course.get("hidden"):
        yield f"{row['name']} is hidden from the pickers of the course “{course['name']}”."


def _of_row(row: Mapping[str, Any]) -> Iterator[str]:
    course = row.get("course") or {}
    if course.get("own"):
        yield f"{row['name']} is a row of the course “{course['name']}”."
    elif course.get("changed"):
        changed, source = _listed(course["changed"]), course.get("source", "")
        yield f"{row['name']}: {changed} as in the course “{course['name']}”{f' ({source})' if source else ''}."
    for part in row.get("parts", {}).values():
        yield from _of_row(part)


def _listed(labels: list[str]) -> str:
    words = [label if label[:2].isupper() else f"{label[:1].lower()}{label[1:]}" for label in labels]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words) or "a figure"
