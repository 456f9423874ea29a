"""Which function draws which kind of figure. A kind is one file here and one word in a wall's declaration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from solvers.result import Drawing, Result

from .bars import bars
from .buildup import buildup
from .curve import curve
from .rivals import rivals
from .roofline import roofline
from .waterfall import waterfall

KINDS: dict[str, Callable[[Drawing, Result], dict[str, Any]]] = {
    "bars": bars,
    "buildup": buildup,
    "curve": curve,
    "rivals": rivals,
    "roofline": roofline,
    "waterfall": waterfall,
}


def draw(drawing: Drawing, result: Result) -> dict[str, Any]:
    """Plotly's data and layout for one drawing."""
    return KINDS[drawing.kind](drawing, result)
