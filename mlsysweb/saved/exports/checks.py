"""Validates an imported document: its size first, then its shape (`scenario.schema.json`). `answer_checks.py` then
checks that the answer is consistent."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from jsonschema import ValidationError

SCHEMA = orjson.loads((Path(__file__).parent / "scenario.schema.json").read_bytes())

# Several times what the largest answer of a wall has; a page over the whole catalog has some hundred rows.
_DEPTH, _ENTRIES, _TOGETHER = 12, 2000, 100_000
# Pages stored as data are not checked: their question is answered again.
_PAGE_DATA = ("result", "page", "data")


def problems(told: Any) -> Iterator[str]:
    """Yield sentences about the size and the shape of a document, the most basic first; none if it is valid."""
    wrong = next(_oversized(told), "")
    if wrong:
        yield wrong
        return
    for error in _validator().iter_errors(told):
        yield f"{at(*error.absolute_path)} {_said(error)}."


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator  # takes a sixth of a second to import

    return Draft202012Validator(SCHEMA)


def _oversized(told: Any) -> Iterator[str]:
    """Yield the first reason why a document is too large, or holds numbers or text that the database cannot store."""
    together = 0
    rest: list[tuple[tuple[Any, ...], Any]] = [((), told)]
    while rest:
        path, each = rest.pop()
        if isinstance(each, float) and not math.isfinite(each):
            yield f"{at(*path)} needs a finite number."
        if isinstance(each, str) and "\0" in each:
            yield f"{at(*path)} has a null character."
        if path == _PAGE_DATA or not isinstance(each, dict | list):
            continue
        together += len(each)
        if len(each) > _ENTRIES:
            yield f"{at(*path)} has {len(each):,} entries; {_ENTRIES:,} is the most."
        if together > _TOGETHER:
            yield f"The document has more than {_TOGETHER:,} entries together."
        if len(path) >= _DEPTH:
            yield f"{at(*path)} is nested more than {_DEPTH} deep."
        pairs = each.items() if isinstance(each, dict) else enumerate(each)
        rest += [((*path, step), value) for step, value in pairs]
        if isinstance(each, dict) and any("\0" in name for name in each):
            yield f"{at(*path)} has a null character in a name."


def _said(error: ValidationError) -> str:
    """Return the rest of the sentence about a violation of the schema, of bounded length whatever the document
    holds."""
    told, limit = error.instance, error.validator_value
    if error.validator == "pattern":
        return f"'{short(told)}' is not {error.schema.get('title', 'of the form it needs')}"
    if error.validator in ("maxLength", "maxItems", "maxProperties"):
        what = "characters" if error.validator == "maxLength" else "entries"
        return f"has {len(told):,} {what}; {limit:,} is the most"
    if error.validator == "type":
        return f"needs {' or '.join([limit] if isinstance(limit, str) else limit)}; {short(_json(told))} is not one"
    if error.validator == "additionalProperties":
        unknown = [name for name in told if name not in error.schema.get("properties", {})]
        return f"has '{short(unknown[0])}', which this format does not know"
    return error.message[:200]  # type: ignore[no-any-return]


def at(*path: Any) -> str:
    """Return the beginning of a sentence that names a position in a document."""
    return f"At {'.'.join(short(str(step)) for step in path) or 'the document'}:"


def _json(told: Any) -> str:
    return orjson.dumps(told).decode()


def short(text: str) -> str:
    """Return a text cut to forty characters."""
    return text if len(text) <= 40 else f"{text[:37]}…"
