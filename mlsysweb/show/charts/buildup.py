"""Parts of a total: each bar starts where the one before ends, and the last bar is the total."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result

from .axes import bar_axis, in_unit_of, layout, scale
from .series import SERIES, finite_rows, number

# The last part ends where the total does; its text needs room beside it.
_ROOM = 1.25


def buildup(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    """The figure of a `buildup` drawing: horizontal, so that labels stay readable on a phone; a part that is nothing
    has no bar."""
    rows = [(name, v) for name in drawing.y for (v,) in finite_rows([number(result, name)]) if v > 0]
    first = in_unit_of(result.values[drawing.y[0]], sum(v for _, v in rows))
    parts = [value * scale(first) for _, value in rows]
    ends = list(accumulate(parts))
    whole = ends[-1] if ends else 0.0
    labels = [result.values[name].label for name, _ in rows]
    words = [
        f"{format_quantity(v, first.unit, first.display_unit)} · {format_quantity(part / whole, '1', 'percent')}"
        for (_, v), part in zip(rows, parts, strict=True)
    ]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "showlegend": False,
                "y": [*labels, "Together"],
                "base": [0.0, *ends[:-1], 0.0] if ends else [],
                "x": [*parts, whole] if ends else [],
                "text": [*words, format_quantity(whole / scale(first), first.unit, first.display_unit)],
                "textposition": "auto",
                "marker": {"color": [*(SERIES[k % len(SERIES)] for k in range(len(rows))), "token:overhead"]},
                "hovertemplate": "%{y}: %{text}<extra></extra>",
            }
        ],
        "layout": layout(
            xaxis=bar_axis(first, range=[0, whole * _ROOM]),
            yaxis={"autorange": "reversed", "automargin": True, "linecolor": "token:axis"},
        ),
    }
