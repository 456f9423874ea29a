"""Published measurements on a curve: hollow points, in one trace of a panel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mlsysweb.show.measurements.page import MeasuredPoint
from solvers.quantities import format_quantity
from solvers.result import Value

from .axes import scale
from .labels import broken

# The points are named beside the heading, where the label covers no line.
MEASURED_LABEL = "◇\u00a0measured"
_HOVER_WIDTH = 48
# Figures in SI along x and y, the words of the hover text, and the address of the source.
DrawnPoint = tuple[float, float, str, str]


def points_along(
    x: str, outputs: Sequence[str], reach: tuple[float, float], measured: Sequence[MeasuredPoint]
) -> Iterator[DrawnPoint]:
    """Yield the measured points that have a figure for the input `x`, within `reach`, and for one of the outputs."""
    low, high = reach
    for point in measured:
        at = point.figures.get(x)
        height = next((point.figures[y] for y in outputs if y in point.figures), None)
        if at is not None and height is not None and low <= at <= high:
            yield at, height, point.words, point.row.source.url


def measured_trace(points: Sequence[DrawnPoint], across: Value, value: Value, axis: str) -> dict[str, Any]:
    """Return the trace of a panel: `across` is the input along x, `value` the output along the panel's `axis`."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "measured",
        "showlegend": False,
        "x": [float(f"{at * scale(across):.6g}") for at, *_ in points],
        "y": [float(f"{height * scale(value):.6g}") for _, height, *_ in points],
        "yaxis": axis,
        "marker": {"color": "token:text", "size": 9, "symbol": "diamond-open", "line": {"width": 2}},
        "text": [
            f"{format_quantity(height, value.unit, value.display_unit)}<br>{broken(words, _HOVER_WIDTH)}"
            for _, height, words, _ in points
        ],
        "hovertemplate": "Measured: %{text}<extra></extra>",
        "meta": {"urls": [url for *_, url in points]},
    }
