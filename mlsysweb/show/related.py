"""Pairs of pages that answer similar questions: on each, how it differs from the other, and a link to it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from mlsysweb.registry import view_called
from mlsysweb.show.results.page import Link
from solvers.registry import solvers


@dataclass(frozen=True)
class Related:
    """How a page differs from a similar one, in a sentence, and the link to that one."""

    sentence: str
    link: Link


# A wall, how it differs from the tool, and the URL name of the tool, with how that differs from the wall.
_PAIRS = (
    (
        "iron_law",
        "Here each factor of one training run is an input of yours.",
        "system:iron-law",
        "Here the factors of the training run come from the walls of one described system.",
    ),
    (
        "system",
        "Here a system is only described: its devices, layout and nodes.",
        "system:system",
        "Here every wall is computed for one described system.",
    ),
    (
        "synthesis",
        "Here a latency target gives the hardware figures that a chip would need.",
        "hardware_match:hardware_match",
        "Here the accelerators of the catalog are compared with a latency target.",
    ),
    (
        "sustainability",
        "Here one job runs at one place: energy, carbon and water in parts.",
        "geography:geography",
        "Here the same job is compared across all grids of the world.",
    ),
)


def related_page(request: HttpRequest) -> dict[str, Related | None]:
    """Return what the page shown differs from, as `related`; None for a page that has no pair. A context processor."""
    match = request.resolver_match
    name = match.view_name if match else ""
    if name == "walls:wall":
        name = match.kwargs["name"]  # type: ignore[union-attr]
    return {"related": next((found for pair in _PAIRS if (found := _other(name, *pair))), None)}


def _other(name: str, wall: str, of_wall: str, tool: str, of_tool: str) -> Related | None:
    """Return the other page of a pair to which the page of this name belongs; None for any other page."""
    if name == wall:
        view = view_called(tool)
        return Related(of_wall, Link(view.title if view else tool, reverse(tool)))
    if name == tool:
        return Related(of_tool, Link(solvers()[wall].title, reverse("walls:wall", args=[wall])))
    return None
