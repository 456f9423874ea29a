"""Stage 5: what frames a wall's form and result. Reads, never solves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from mlsysweb.results.page import ResultPage
from solvers.declare import Solver

from .page import WallPage


def wall_page(solver: Solver[Any, Any], result: ResultPage | None, query: str, api: str) -> WallPage:
    """What frames the form and the result."""
    words = " ".join(f"'{part}'" if " " in part else part for part in _arguments(query))
    return WallPage(
        name=solver.name,
        walls=" and ".join(str(number) for number in solver.walls),
        domain=solver.domain.capitalize(),
        title=solver.title,
        question=solver.question,
        about=solver.about,
        factor=solver.factor,
        result=result,
        command=f"manage.py solve {solver.name} {words}".strip(),
        api=f"{api}?{query}" if query else api,
    )


def _arguments(query: str) -> Iterator[str]:
    return (f"{name}={value}" for name, value in parse_qsl(query))
