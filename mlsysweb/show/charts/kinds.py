"""Which function draws which kind of figure. A kind is one file here and one word in a wall's declaration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from solvers.result import ChartSpec, Result

from .alternatives import alternatives
from .bars import bars
from .buildup import buildup
from .curve import curve
from .roofline import roofline
from .waterfall import waterfall

KINDS: dict[str, Callable[[ChartSpec, Result], dict[str, Any]]] = {
    "bars": bars,
    "buildup": buildup,
    "curve": curve,
    "alternatives": alternatives,
    "roofline": roofline,
    "waterfall": waterfall,
}

# Kinds in saved results that have another name since.
_STORED_KINDS = {"rivals": "alternatives"}


def is_kind(name: str) -> bool:
    """Whether a chart of this kind can be drawn; names that saved results have for it count."""
    return _STORED_KINDS.get(name, name) in KINDS


def draw(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    """Plotly's data and layout for one drawing."""
    return KINDS[_STORED_KINDS.get(drawing.kind, drawing.kind)](drawing, result)
