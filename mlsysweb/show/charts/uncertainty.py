"""The spread of an output: its histogram, its bands beside those of other outputs, and the indices of its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.result import Value

from .axes import Reach, axis, hovered, label_room, layout, length_axis, names_axis, scale
from .series import SERIES

_BINS = 32
# A spread from which on the axis is logarithmic.
_WIDE = 8.0


@dataclass(frozen=True)
class OutputSamples:
    """The finite values of an output of one system, in SI, with its 5th, 50th and 95th percentile and its value without
    ranges. `name` is empty where there is one system."""

    name: str
    values: NDArray[np.float64]
    levels: tuple[float, float, float]
    point: float


@dataclass(frozen=True)
class IndexBar:
    """The first-order and the total index of an input, and the text at the ends of its bars."""

    label: str
    first: float
    total: float
    first_text: str
    total_text: str


@dataclass(frozen=True)
class RelativeBand:
    """The 5th, 50th and 95th percentile of an output over its value without ranges, and the same as text."""

    label: str
    low: float
    median: float
    high: float
    text: str


def histogram(value: Value, systems: Sequence[OutputSamples]) -> dict[str, Any]:
    """Return the share of samples in each of 32 bins, as steps, with the median and the value without ranges of each
    system. A spread of more than a factor of 8 has a logarithmic axis."""
    edges, log = _edges(systems)
    by = scale(value)
    shares = [np.histogram(each.values, edges)[0] / each.values.size for each in systems]
    top = float(max(share.max() for share in shares))
    data: list[dict[str, Any]] = []
    for place, (each, share) in enumerate(zip(systems, shares, strict=True)):
        data += _steps(each, edges * by, share, SERIES[place % len(SERIES)])
        data += _marks(value, each, by, top, SERIES[place % len(SERIES)])
    reach = Reach(float(edges[0]), float(edges[-1]), log)
    share_axis = axis(Value(0.0, "1", "percent", "Share of samples"), Reach(0.0, top * 1.08))
    return {"data": data, "layout": layout(xaxis=axis(value, reach), yaxis=share_axis)}


def _edges(systems: Sequence[OutputSamples]) -> tuple[NDArray[np.float64], bool]:
    """Return the edges of the bins over all systems, and whether they are in equal ratios."""
    values = np.concatenate([each.values for each in systems])
    points = [each.point for each in systems if np.isfinite(each.point)]
    low, high = min(values.min(), *points, values.max()), max(values.max(), *points, values.min())
    log = bool(low > 0 and high / low > _WIDE)
    if low == high:
        low, high = low - 0.5 * abs(low) - 1e-12, high + 0.5 * abs(high) + 1e-12
    return (np.geomspace(low, high, _BINS + 1) if log else np.linspace(low, high, _BINS + 1)), log


def _steps(each: OutputSamples, edges: NDArray[np.float64], share: NDArray[np.float64], colour: str) -> list[Any]:
    """Return the outline of the bins, filled."""
    x = np.repeat(edges, 2)[1:-1]
    y = np.repeat(share, 2)
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": each.name or "Samples",
            "x": [x[0].item(), *x.tolist(), x[-1].item()],
            "y": [0.0, *y.tolist(), 0.0],
            "fill": "tozeroy",
            "fillcolor": f"{colour}/20",
            "line": {"color": colour, "width": 1.5},
            "hoverinfo": "skip",
        }
    ]


def _marks(value: Value, each: OutputSamples, by: float, top: float, colour: str) -> list[Any]:
    of = f" of {each.name}" if each.name else ""
    low, median, high = each.levels
    marks = [("Median", median, "solid"), ("5th and 95th percentile", low, "dot"), ("", high, "dot")]
    if np.isfinite(each.point):
        marks.append(("Without ranges", each.point, "dash"))
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": [at * by] * 2,
            "y": [0.0, top],
            "line": {"color": "token:text" if not each.name else colour, "width": 1.5, "dash": dash},
            "showlegend": bool(name) and not of,
            "hovertemplate": f"{name or '95th percentile'}{of}: {value.label} {hovered(value, [at])[0]}<extra></extra>",
        }
        for name, at, dash in marks
    ]


def index_bars(bars: Sequence[IndexBar]) -> dict[str, Any]:
    """Return two bars for each input: its first-order index, and in a faint colour its total index."""
    names = [bar.label for bar in bars]
    kinds = (
        ("Alone (first-order)", "token:compute", [(bar.first, bar.first_text) for bar in bars]),
        ("With interactions (total)", "token:compute/45", [(bar.total, bar.total_text) for bar in bars]),
    )
    texts = [text for _, _, pairs in kinds for _, text in pairs]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "y": names,
                "x": [max(length, 0.0) for length, _ in pairs],
                "text": [text for _, text in pairs],
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": colour},
                "hovertemplate": "%{y}: %{text}<extra>%{fullData.name}</extra>",
            }
            for name, colour, pairs in kinds
        ],
        "layout": layout(
            margin={"l": 64, "r": label_room(texts), "t": 16, "b": 16},
            xaxis=length_axis(max([*(bar.first for bar in bars), *(bar.total for bar in bars)], default=1.0)),
            yaxis=names_axis(names),
            barmode="group",
        ),
    }


def relative_bands(bands: Sequence[RelativeBand]) -> dict[str, Any]:
    """Return a line from the 5th to the 95th percentile of each output, in multiples of its value without ranges."""
    ends = [end for band in bands for end in (band.low, band.high, 1.0)]
    log = min(ends) > 0 and max(ends) / min(ends) > _WIDE
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [band.low, band.high],
            "y": [band.label] * 2,
            "line": {"color": "token:compute/45", "width": 8},
            "showlegend": False,
            "hoverinfo": "skip",
        }
        for band in bands
    ]
    medians = {
        "type": "scatter",
        "mode": "markers",
        "name": "Median",
        "x": [band.median for band in bands],
        "y": [band.label for band in bands],
        "text": [band.text for band in bands],
        "marker": {"color": "token:compute", "size": 10},
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }
    multiple = Value(0.0, "1", "times", "Relative to the value without ranges")
    names = names_axis([band.label for band in bands], showgrid=False)
    point = {
        "type": "scatter",
        "mode": "lines",
        "name": "Without ranges",
        "x": [1.0, 1.0],
        "y": [bands[0].label, bands[-1].label],
        "line": {"color": "token:text", "width": 1.5, "dash": "dash"},
        "hoverinfo": "skip",
    }
    return {
        "data": [*lines, point, medians],
        "layout": layout(xaxis=axis(multiple, Reach.of(ends, log=log)), yaxis=names),
    }
