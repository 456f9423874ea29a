"""The function for each kind of chart. To add a kind, add a file here and name it in a wall's declaration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mlsysweb.show.measurements.page import MeasuredPoint
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

# Old names of kinds, found in saved results.
_STORED_KINDS = {"rivals": "alternatives"}


def is_kind(name: str) -> bool:
    """Return whether this is a kind of chart, by its current or an old name."""
    return _STORED_KINDS.get(name, name) in KINDS


def draw(drawing: ChartSpec, result: Result, measured: Sequence[MeasuredPoint] = ()) -> dict[str, Any]:
    """Return Plotly's data and layout for one chart. Measured points are drawn along a curve."""
    if measured and drawing.kind == "curve":
        return curve(drawing, result, measured)
    return KINDS[_STORED_KINDS.get(drawing.kind, drawing.kind)](drawing, result)
