"""The picture of each wall: its chart as the solver draws it for the default question, and its first headline figure.
The home page, the poster and the page of a wall show it. A picture is drawn once for each version of the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from catalog.models import CatalogVersion
from mlsysweb.answer import answer
from solvers.declare import Solver
from solvers.errors import InputErrors
from solvers.formatting import format_value
from solvers.pipeline.wall_stages import main_solver
from solvers.registry import solvers
from solvers.result import Result
from solvers.taxonomy import WALLS

from .charts.findings import finding
from .charts.kinds import draw
from .charts.miniature import miniature, svg
from .results.page import WallPicture

# The walls of compute and memory share a solver: of its two phases the one that each wall limits.
_QUESTIONS: Mapping[int, Mapping[str, str]] = MappingProxyType({1: {"phase": "prefill"}})
# The chart of a wall whose first one has two bars only.
_CHARTS = {18: 2}


def wall_pictures() -> dict[int, WallPicture]:
    """Return the picture of every wall by its number, without those that today's catalog cannot answer."""
    pictures = {wall.number: wall_picture(wall.number) for wall in WALLS}
    return {number: picture for number, picture in pictures.items() if picture}


def wall_picture(number: int) -> WallPicture | None:
    """Return the picture of one wall; None without a solver, or where the catalog lacks a row of the question."""
    return _drawn(number, CatalogVersion.now())


def solver_picture(solver: Solver[Any, Any]) -> WallPicture | None:
    """Return the picture of the wall that a solver stands for; of several the last, whose question is the solver's
    default. None for a tool."""
    own = [number for number in solver.walls if main_solver(number) == solver.name]
    return wall_picture(own[-1]) if own else None


@lru_cache(maxsize=2 * len(WALLS))
def _drawn(number: int, catalog: str) -> WallPicture | None:
    """Draw a picture. `catalog` is the version of the figures it shows, and so part of the cache's key."""
    solver = solvers().get(main_solver(number))
    if solver is None:
        return None
    try:
        result = answer(solver, _QUESTIONS.get(number, {}))
    except InputErrors:
        return None
    first = result.values[result.headline[0]]
    return WallPicture(_svg(number, result), first.label, format_value(first))


def _svg(number: int, result: Result) -> str:
    drawing = result.charts[_CHARTS.get(number, 0)]
    return svg(miniature(draw(drawing, result)), f"{drawing.title}. {finding(drawing, result)}".strip())
