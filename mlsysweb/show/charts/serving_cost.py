"""Cost bars by accelerator in one hue, the cheapest in full; accelerators that miss the SLO are named with no bar, in
grey."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from .axes import label_room, layout, length_axis, names_axis

_WAYS = ("owned", "on demand", "spot")
_HUE, _CHEAPEST = "token:compute/45", "token:compute"


class CostBar(NamedTuple):
    """An accelerator: USD per month owned, on demand and on spot machines, None where unknown, with their texts;
    `missed` where it does not meet the SLO. `cheapest` is the place of the cost that the ranking begins with, if it is
    one of these."""

    name: str
    dollars: tuple[float | None, ...]
    texts: tuple[str, ...]
    missed: bool
    cheapest: int | None = None


def _together(chip: CostBar) -> str:
    """Return the costs of an accelerator in the order of its bars. On a projector a bar is lower than a label, so that
    three labels would touch."""
    return " · ".join(f"{text} {way}" for text, way in zip(chip.texts, _WAYS, strict=True) if text)


def serving_cost(chips: Sequence[CostBar]) -> dict[str, Any]:
    """Return the figure: a group of up to three horizontal bars for each accelerator, in the order given. On a wide
    plot one label names the costs of a group, on a small one each bar has its own."""
    names = [chip.name for chip in chips]
    ends = [max((cost for cost in chip.dollars if cost is not None), default=0.0) for chip in chips]
    longest = max(ends, default=0.0)
    together = [" " + _together(chip) for chip in chips]
    texts = [f"{text} {_WAYS[1]}" for chip in chips for text in chip.texts]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": way.capitalize(),
            "showlegend": False,
            "y": names,
            "x": [chip.dollars[place] for chip in chips],
            "text": [f"{chip.texts[place]} {way}" if chip.texts[place] else "" for chip in chips],
            "textposition": "outside",
            "cliponaxis": False,
            "constraintext": "none",
            "textfont": {"size": 12},
            "meta": {"small": "text"},
            "marker": {"color": [_CHEAPEST if chip.cheapest == place else _HUE for chip in chips]},
            "hovertemplate": "%{y}: %{text}<extra></extra>",
        }
        for place, way in enumerate(_WAYS)
        if any(chip.dollars[place] is not None for chip in chips)
    ]
    traces.append(
        {
            "type": "scatter",
            "mode": "text",
            "showlegend": False,
            "y": names,
            "x": ends,
            "text": together,
            "textposition": "middle right",
            "cliponaxis": False,
            "textfont": {"size": 12},
            "hoverinfo": "skip",
            "meta": {"wide": True},
        }
    )
    # The label of a short bar has room beside it within the plot.
    longer = [text for text, end in zip(together, ends, strict=True) if 2 * end >= longest]
    missed = [chip for chip in chips if chip.missed]
    if missed:
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": "Misses the SLO",
                "showlegend": False,
                "y": [chip.name for chip in missed],
                "x": [0.0 for _ in missed],
                "text": ["misses the SLO" for _ in missed],
                "textposition": "outside",
                "cliponaxis": False,
                "textfont": {"color": "token:series-7"},
                "marker": {"color": "token:series-7"},
                "hovertemplate": "%{y}: misses the SLO<extra></extra>",
            }
        )
    return {
        "data": traces,
        "layout": layout(
            barmode="group",
            bargap=0.06,
            margin={"l": 64, "r": label_room([*longer, "misses the SLO"]), "t": 8, "b": 16},
            meta={"small": {"r": label_room([*texts, "misses the SLO"])}},
            xaxis=length_axis(longest),
            yaxis=names_axis(names),
        ),
    }
