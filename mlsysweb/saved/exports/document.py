"""A scenario as JSON that says all of it and can be brought back. Its shape is `scenario.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from .source import ExportSource

FORMAT = "mlsysweb/scenario/1"
SCHEMA = orjson.loads((Path(__file__).parent / "scenario.schema.json").read_bytes())


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator  # a sixth of a second that the site need not wait for to start

    return Draft202012Validator(SCHEMA)


def document(kept: ExportSource) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "title": kept.title,
        "notes": kept.notes,
        "tags": list(kept.tags),
        "link": kept.url,
        "version": kept.number,
        "created": kept.created.isoformat(),
        "page": kept.path,
        "solver": kept.solver,
        "solver_version": kept.solver_version,
        "question": dict(kept.question),
        "snapshot": dict(kept.snapshot),
        "result": dict(kept.raw),
    }


def wrong_with(told: Any) -> str:
    """What is wrong with a document, in a sentence that says where; nothing if it is one of ours."""
    error = next(
        iter(sorted(_validator().iter_errors(told), key=lambda e: (len(e.absolute_path), str(e.message)))), None
    )
    if error is None:
        return ""
    where = ".".join(str(step) for step in error.absolute_path) or "the document"
    return f"At {where}: {error.message[:200]}."


def read(text: str | bytes) -> tuple[Mapping[str, Any] | None, str]:
    """A document from text, or what is wrong with it."""
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return None, f"This is no JSON: {error}."
    problem = wrong_with(told)
    return (None, problem) if problem else (told, "")
