"""Factors of a product: each reduces the product of those before it."""

from __future__ import annotations

from itertools import accumulate, pairwise
from operator import mul
from typing import Any

from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result

from .axes import layout
from .series import finite_rows, number


def waterfall(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    """Return the figure of a `waterfall` chart: its outputs are factors, and the first bar is the initial value."""
    rows = [(name, v) for name in drawing.y for (v,) in finite_rows([number(result, name)]) if v > 0]
    products = list(accumulate((v for _, v in rows), mul, initial=1.0))
    steps = list(pairwise(products))
    labels = [result.values[name].label for name, _ in rows]
    return {
        "data": [
            {
                "type": "bar",
                "showlegend": False,
                "x": [*labels, "Left"],
                "base": [*(min(step) for step in steps), 0],
                "y": [*(abs(before - after) for before, after in steps), products[-1]],
                "text": [
                    *(f"×{format_quantity(v, '1')}" for _, v in rows),
                    format_quantity(products[-1], "1", "percent"),
                ],
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": [*("token:overhead" for _ in rows), "token:compute"]},
                "hovertemplate": "%{x}: %{text}<extra></extra>",
            }
        ],
        "layout": layout(
            xaxis={"automargin": True, "linecolor": "token:axis"},
            yaxis={"tickformat": ".0%", "gridcolor": "token:grid", "rangemode": "tozero", "zeroline": False},
        ),
    }
