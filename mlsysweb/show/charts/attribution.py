"""Contributions to a difference: a bar to the right or left for each cause, between two values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from solvers.quantities import format_quantity
from solvers.result import Value

from .axes import bar_width, label_room, layout, length_axis, names_axis, scale


def attribution(
    value: Value, ends: tuple[str, str], before: float, causes: Sequence[tuple[str, float]]
) -> dict[str, Any]:
    """Return the figure: `ends` label the two values, `causes` are labels with their contributions."""
    steps = [change for _, change in causes]
    tops = list(accumulate(steps, initial=before))
    by = scale(value)
    names = [ends[0], *(label for label, _ in causes), ends[1]]
    heights = [before, *(abs(step) for step in steps), tops[-1]]
    bases = [0.0, *(min(a, a + step) for a, step in zip(tops, steps, strict=False)), 0.0]
    words = [
        format_quantity(before, value.unit, value.display_unit),
        *(f"{'+' if s > 0 else '−'}{format_quantity(abs(s), value.unit, value.display_unit)}" for s in steps),
        format_quantity(tops[-1], value.unit, value.display_unit),
    ]
    colours = ["token:muted", *("token:memory" if s > 0 else "token:compute" for s in steps), "token:muted"]
    return {
        "data": [
            {
                "type": "bar",
                "showlegend": False,
                "orientation": "h",
                "width": bar_width(len(names)),
                "y": list(range(len(names))),
                "base": [b * by for b in bases],
                "x": [h * by for h in heights],
                "text": words,
                "textposition": "outside",
                "cliponaxis": False,
                "customdata": names,
                "marker": {"color": colours},
                "hovertemplate": "%{customdata}: %{text}<extra></extra>",
            }
        ],
        "layout": layout(
            margin={"l": 64, "r": label_room(words), "t": 8, "b": 16},
            xaxis=length_axis(max(tops) * by, min(tops) * by),
            yaxis=names_axis(names, tickvals=list(range(len(names)))),
        ),
    }
