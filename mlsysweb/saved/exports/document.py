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


def document(kept: ExportSource) -> dict[str, Any]:
    """Return the document of a saved scenario, as `scenario.schema.json` describes it."""
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


def read(text: str | bytes) -> tuple[Mapping[str, Any] | None, tuple[str, ...]]:
    """Return the document in `text`, or None and the first few error messages."""
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return None, (f"This is no JSON: {error}.",)
    wrong = tuple(islice(problems(told), MOST_PROBLEMS))
    return (None, wrong) if wrong else (told, ())
