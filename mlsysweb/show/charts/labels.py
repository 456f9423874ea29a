"""Labels within a chart: texts broken into lines, and marks with their words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

_LABEL_WIDTH = 20


@lru_cache(1024)
def broken(text: str, width: int = _LABEL_WIDTH) -> str:
    """Return a text in lines of at most `width` characters, broken between words; a number stays with its unit."""
    lines = [""]
    for word in text.split(" "):  # not at the no-break space between them
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def without_shared_prefix(labels: Sequence[str]) -> list[str]:
    """Return the names of bars: labels without the words up to a comma that all begin with. `Bandwidth per node, fat
    tree` is `Fat tree` beside `Bandwidth per node, ring`."""
    first, comma, _ = labels[0].rpartition(", ") if labels else ("", "", "")
    shared = first + comma
    if len(labels) < 2 or not shared or not all(label.startswith(shared) for label in labels):
        return list(labels)
    return [label[len(shared)].upper() + label[len(shared) + 1 :] for label in labels]


def mark_line(at: float) -> dict[str, Any]:
    """Return a line across all panels at a value of x."""
    ends = {"x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **ends, "line": {"color": "token:muted", "dash": "dot", "width": 1.5}}


def mark_words(text: str, place: float, low: float, high: float, *, below: bool, nth: int) -> dict[str, Any]:
    """Return the label of a mark, beside it at `place` of the width, at the bottom of the panel from `low` to `high` of
    the height if `below`, else at its top. That of the `nth` mark keeps clear of those before."""
    # Placed by a share of the width: a label at a value would widen the range that Plotly finds.
    early = place < 0.5
    return {
        "name": "mark",
        "x": round(place, 4),
        "xref": "paper",
        "y": round(low + 0.02, 4) if below else round(high - 0.02, 4),
        "yref": "paper",
        "text": broken(text, 26),
        "showarrow": False,
        "xanchor": "left" if early else "right",
        "yanchor": "bottom" if below else "top",
        "xshift": 4 if early else -4,
        "yshift": 34 * nth * (1 if below else -1),
        "align": "left" if early else "right",
        "font": {"color": "token:muted", "size": 12},
    }
