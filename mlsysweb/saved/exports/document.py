"""A scenario as a JSON document that is complete and can be imported. Its format is `scenario.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

import orjson

from .checks import problems
from .source import ExportSource

FORMAT = "mlsysweb/scenario/1"
# The first errors of a document are enough to correct it.
MOST_PROBLEMS = 10


def document(source: ExportSource) -> dict[str, Any]:
    """Return the document of a saved scenario, as `scenario.schema.json` describes it."""
    return {
        "format": FORMAT,
        "title": source.title,
        "notes": source.notes,
        "tags": list(source.tags),
        "link": source.url,
        "version": source.number,
        "created": source.created.isoformat(),
        "page": source.path,
        "solver": source.solver,
        "solver_version": source.solver_version,
        "question": dict(source.question),
        "snapshot": dict(source.snapshot),
        "result": dict(source.raw),
    }


def read(text: str | bytes) -> tuple[Mapping[str, Any] | None, tuple[str, ...]]:
    """Return the document in `text`, or None and the first few error messages."""
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return None, (f"This is no JSON: {error}.",)
    wrong = tuple(islice(problems(told), MOST_PROBLEMS))
    return (None, wrong) if wrong else (told, ())
