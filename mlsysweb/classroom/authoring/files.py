"""Lessons as files: TOML, as the shipped ones are written, and JSON. Reading what was written returns the same
document."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import tomli_w

from mlsysweb.classroom.lessons.document import read_lesson
from mlsysweb.classroom.section import DocumentErrors
from mlsysweb.saved.scenarios.text import control_character

MOST_BYTES = 400_000
_DEEPEST = 20


def as_toml(document: Mapping[str, Any]) -> str:
    """Return a document as TOML."""
    return tomli_w.dumps(document, multiline_strings=True)


def as_json(document: Mapping[str, Any]) -> str:
    """Return a document as JSON."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def read_file(data: bytes) -> dict[str, Any]:
    """Return the valid document of a file: JSON if it begins with a brace, else TOML. Raise DocumentErrors."""
    if len(data) > MOST_BYTES:
        raise DocumentErrors([f"The file has {len(data):,} bytes; {MOST_BYTES:,} is the most."])
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as bad:
        raise DocumentErrors([f"The file is no text in UTF-8: its byte {bad.start + 1:,} is not valid."]) from None
    if not text.strip():
        raise DocumentErrors(["The file is empty; choose a lesson in TOML or JSON, or paste one."])
    kind, loads = ("JSON", json.loads) if text.lstrip().startswith("{") else ("TOML", tomllib.loads)
    try:
        document = loads(text)
    except RecursionError:
        raise DocumentErrors([f"The {kind} is nested too deeply."]) from None
    except ValueError as bad:
        raise DocumentErrors([f"The {kind} can't be read: {bad}."]) from None
    return checked(document)


def checked(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document without its null values, once it is valid. Raise DocumentErrors with every problem."""
    found = _without_nulls(document, _DEEPEST)
    problems = [f"{where}: the text {problem}" for where, problem in _control_characters(found, "Lesson")]
    if problems:
        raise DocumentErrors(problems)
    read_lesson(found)
    size = size_of(found)
    if size > MOST_BYTES:
        raise DocumentErrors([f"The lesson has {size:,} bytes; {MOST_BYTES:,} is the most. Divide it into two."])
    return dict(found)


def size_of(document: Mapping[str, Any]) -> int:
    """Return the size of a document in bytes, as it is stored."""
    return len(json.dumps(document, ensure_ascii=False).encode())


def _without_nulls(value: Any, depth: int) -> Any:
    if depth == 0:
        raise DocumentErrors(["The document is nested too deeply."])
    if isinstance(value, Mapping):
        return {name: _without_nulls(each, depth - 1) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each, depth - 1) for each in value]
    return value


def _control_characters(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Yield the texts that the database cannot store, each with its place."""
    if isinstance(value, str):
        if problem := control_character(value):
            yield where, problem
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _control_characters(name, f"{where}, a name")
            yield from _control_characters(each, f"{where}, {_plain(name)}")
    elif isinstance(value, list):
        for place, each in enumerate(value, 1):
            yield from _control_characters(each, f"{where} {place}")


def _plain(name: str) -> str:
    return name[:40] if not control_character(name) else "a value"
