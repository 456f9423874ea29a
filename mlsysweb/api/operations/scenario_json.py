"""A saved scenario as JSON values, with the schemas that describe them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from mlsysweb.api.document import document
from mlsysweb.api.pages import summary_document
from mlsysweb.saved.answers import open_version
from mlsysweb.saved.scenarios.models import Scenario, Version, Visibility
from mlsysweb.visitors import owns

_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_TOLD = {
    "id": _TEXT,
    "title": _TEXT,
    "notes": {**_TEXT, "description": "Markdown."},
    "tags": {"type": "array", "items": _TEXT},
    "visibility": {"enum": [str(value) for value in Visibility.values]},
    "group": {"type": ["string", "null"], "description": "The class it is shown to."},
    "solver": {**_TEXT, "description": "The solver, or the page over many walls, under the name it is stored with."},
    "mine": {"type": "boolean", "description": "Whether the caller owns it."},
    "revision": {**_WHOLE, "description": "Counts changes of the text."},
    "version": {**_WHOLE, "description": "The number of the version."},
    "verdict": _TEXT,
    "created": {"type": "string", "format": "date-time"},
    "page": {**_TEXT, "description": "The path of its page."},
    "url": {**_TEXT, "description": "The path of this operation."},
}
SUMMARY = {"type": "object", "properties": _TOLD, "required": list(_TOLD)}
_ANSWERED = {
    "versions": {"type": "array", "items": _WHOLE},
    "solver_version": _TEXT,
    "question": {"type": "object", "description": "The inputs that are not at their default, as text."},
    "answer": {"type": ["object", "null"], "description": "As of solving; null for a page that was saved as HTML."},
}
SCENARIO = {
    "type": "object",
    "properties": {**_TOLD, **_ANSWERED},
    "required": [*_TOLD, *_ANSWERED],
}


def scenario_tag(kept: Scenario, number: int) -> str:
    """Return the ETag of a scenario at a version: it changes with every edit and every new version."""
    return f"{kept.revision}-{number}"


def summary_json(
    request: HttpRequest,
    kept: Scenario,
    number: int,
    said: str,
    tags: Iterable[str] | None = None,
    mine: bool | None = None,
) -> dict[str, Any]:
    """Return a scenario without its answer. `tags` and `mine` are those of a scenario that is not stored."""
    return {
        "id": kept.pk,
        "title": kept.title,
        "notes": kept.notes,
        "tags": [tag.name for tag in kept.tags.all()] if tags is None else list(tags),
        "visibility": str(kept.visibility),
        "group": kept.group.name if kept.group else None,
        "solver": kept.solver,
        "mine": owns(request, kept) if mine is None else mine,
        "revision": kept.revision,
        "version": number,
        "verdict": said,
        "created": kept.created.isoformat(),
        "page": kept.get_absolute_url(),
        "url": reverse("api:read-scenario", args=[kept.pk]),
    }


def scenario_json(
    request: HttpRequest,
    kept: Scenario,
    version: Version,
    *,
    tags: Iterable[str] | None = None,
    numbers: Iterable[int] | None = None,
    mine: bool | None = None,
) -> dict[str, Any]:
    """Return a scenario with the answer of a version. `tags`, `numbers` and `mine` are those of one that is not
    stored."""
    every = kept.versions.values_list("number", flat=True) if numbers is None else numbers
    return {
        **summary_json(request, kept, version.number, version.said, tags, mine),
        "versions": list(every),
        "solver_version": version.solver_version,
        "question": version.question,
        "answer": _answer(version),
    }


def _answer(version: Version) -> dict[str, Any] | None:
    opened = open_version(version)
    if opened.result is not None:
        return document(opened.result)
    return summary_document(version.scenario.solver, opened.page.summary) if opened.page else None
