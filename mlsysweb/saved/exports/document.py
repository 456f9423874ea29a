"""A scenario as JSON that says all of it and can be brought back. Its shape is `scenario.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

import orjson

from .checks import problems
from .source import ExportSource

FORMAT = "mlsysweb/scenario/1"
# Of a document with many mistakes the first ones are enough to go on with.
MOST_PROBLEMS = 10


def document(kept: ExportSource) -> dict[str, Any]:
    """The document of a saved scenario, as `scenario.schema.json` describes it."""
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
    """A document from text, or what is wrong with it: the first few sentences."""
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return None, (f"This is no JSON: {error}.",)
    wrong = tuple(islice(problems(told), MOST_PROBLEMS))
    return (None, wrong) if wrong else (told, ())
