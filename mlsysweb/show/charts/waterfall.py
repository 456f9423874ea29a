"""Factors of a product: each reduces the product of those before it."""

from __future__ import annotations

from itertools import accumulate, pairwise
from operator import mul
from typing import Any

from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result

from .axes import bar_width, label_room, layout, length_axis, names_axis
from .bars import LARGEST
from .series import finite_rows, number


def waterfall(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    """Return the figure of a `waterfall` chart: its outputs are factors. Each bar is what its factor takes away, from
    top to bottom; the last is what is left. A factor of one takes nothing and has no bar."""
    rows = [(name, v) for name in drawing.y for (v,) in finite_rows([number(result, name)]) if v > 0 and v != 1]
    products = list(accumulate((v for _, v in rows), mul, initial=1.0))
    steps = list(pairwise(products))
    losses = [before - after for before, after in steps]
    names = [*(result.values[name].label for name, _ in rows), "What is left"]
    texts = [
        *(f"× {format_quantity(v, '1')}" for _, v in rows),
        format_quantity(products[-1], "1", "percent"),
    ]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "width": bar_width(len(names)),
                "showlegend": False,
                "y": names,
                "base": [*(min(step) for step in steps), 0],
                "x": [*(abs(loss) for loss in losses), products[-1]],
                "text": texts,
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {
                    "color": [
                        *("token:overhead" if loss == max(losses) else "token:overhead/45" for loss in losses),
                        LARGEST,
                    ]
                },
                "hovertemplate": "%{y}: %{text}<extra></extra>",
            }
        ],
        "layout": layout(
            margin={"l": 64, "r": label_room(texts), "t": 8, "b": 16},
            xaxis=length_axis(max(products)),
            yaxis=names_axis(names),
            shapes=[_full(max(products))],
        ),
    }


def _full(whole: float) -> dict[str, Any]:
    """Return a line at the value that the factors begin with."""
    ends = {"x0": min(1.0, whole), "x1": min(1.0, whole), "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **ends, "line": {"color": "token:grid", "width": 1}}
