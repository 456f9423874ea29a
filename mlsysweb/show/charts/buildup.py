"""Parts of a total: each bar starts where the one before ends, and the last bar is the total."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result

from .axes import bar_width, label_room, layout, length_axis, names_axis
from .bars import LARGEST, OTHERS
from .series import finite_rows, number


def buildup(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    """The figure of a `buildup` drawing: horizontal, so that labels stay readable on a phone; a part that is nothing
    has no bar."""
    rows = [(name, v) for name in drawing.y for (v,) in finite_rows([number(result, name)]) if v > 0]
    value = result.values[drawing.y[0]]
    parts = [v for _, v in rows]
    ends = list(accumulate(parts))
    whole, largest = (ends[-1], max(parts)) if ends else (0.0, 0.0)
    names = [*(result.values[name].label for name, _ in rows), "Total"]
    amounts = [format_quantity(v, value.unit, value.display_unit) for v in (*parts, whole)]
    texts = [
        *(f"{a} · {format_quantity(v / whole, '1', 'percent')}" for a, v in zip(amounts, parts, strict=False)),
        amounts[-1],
    ]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "width": bar_width(len(names)),
                "showlegend": False,
                "y": names if ends else [],
                "base": [0.0, *ends[:-1], 0.0] if ends else [],
                "x": [*parts, whole] if ends else [],
                # A text outside stands at the end of its bar, wherever the bar begins.
                "text": texts,
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": [*(LARGEST if v == largest else OTHERS for v in parts), "token:overhead"]},
                "hovertemplate": "%{y}: %{text}<extra></extra>",
            }
        ],
        "layout": layout(
            margin={"l": 64, "r": label_room(texts), "t": 8, "b": 16},
            xaxis=length_axis(whole),
            yaxis=names_axis(names),
        ),
    }
