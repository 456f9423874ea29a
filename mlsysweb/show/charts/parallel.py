"""Parallel coordinates: a vertical axis for each column, a line for each row. Plotly's own chart needs WebGL, can be
filtered with a mouse only and has no fallback without scripts; this one is an SVG whose filters are form fields."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# Up to as many lines are drawn at full opacity.
_OPAQUE = 60
WIDTH, HEIGHT, TOP, FOOT, SIDE = 900, 320, 48, 18, 70


@dataclass(frozen=True)
class ParallelAxis:
    """A column of the rows: numbers with the ticks to draw, or indexes into `words`."""

    name: str
    label: str
    values: Sequence[float]
    words: Sequence[str] = ()
    ticks: Sequence[tuple[float, str]] = ()
    log: bool = False


@dataclass(frozen=True)
class Tick:
    """A tick of a vertical axis: its text and its position."""

    y: float
    words: str


@dataclass(frozen=True)
class Upright:
    """A drawn vertical axis: its position, its ticks, and the range of its filter."""

    name: str
    label: str
    x: float
    name_y: float
    ticks: tuple[Tick, ...]
    low: float
    high: float
    log: bool
    brushed: tuple[float, float] | None

    @property
    def tick_x(self) -> float:
        return self.x + 6

    @property
    def grip_x(self) -> float:
        return self.x - 14


@dataclass(frozen=True)
class Thread:
    """A drawn row: a path across the axes, and whether it passes the filters."""

    path: str
    kept: bool
    front: bool


@dataclass(frozen=True)
class Parallel:
    """A chart of parallel coordinates, ready to render."""

    uprights: tuple[Upright, ...]
    threads: tuple[Thread, ...]
    width: int = WIDTH
    height: int = HEIGHT
    top: int = TOP
    bottom: int = HEIGHT - FOOT
    span: int = HEIGHT - FOOT - TOP

    @property
    def opacity(self) -> float:
        """Return the opacity of the lines together: the more there are, the fainter, so that dense parts stand out."""
        return round(min(1.0, math.sqrt(_OPAQUE / max(len(self.threads), 1))), 2)


def parallel(
    columns: Sequence[ParallelAxis],
    kept: Sequence[bool],
    front: Sequence[bool],
    brushes: dict[str, tuple[float, float]],
) -> Parallel:
    """Return the chart; rows that pass the filters are drawn last, on top of the others."""
    gap = (WIDTH - 2 * SIDE) / max(len(columns) - 1, 1)
    # Axis names alternate between two heights, so that neighbours do not overlap.
    uprights = [_upright(c, SIDE + k * gap, 14 + 17 * (k % 2), brushes) for k, c in enumerate(columns)]
    heights = [[_height(v, u) for v in c.values] for c, u in zip(columns, uprights, strict=True)]
    rows = sorted(range(len(kept)), key=lambda row: (kept[row], front[row]))
    threads = (
        Thread(
            "M" + "L".join(f"{u.x:.0f} {h[row]:.0f}" for u, h in zip(uprights, heights, strict=True)),
            kept[row],
            front[row],
        )
        for row in rows
        if not any(math.isnan(h[row]) for h in heights)
    )
    return Parallel(tuple(uprights), tuple(threads))


def _upright(column: ParallelAxis, x: float, name_y: float, brushes: dict[str, tuple[float, float]]) -> Upright:
    known = [v for v in column.values if math.isfinite(v)] or [0.0]
    low, high = (0.0, len(column.words) - 1.0) if column.words else (min(known), max(known))
    if low == high:
        low, high = low - 0.5, high + 0.5
    log = column.log and low > 0
    ends = brushes.get(column.name)
    blank = Upright(column.name, column.label, x, name_y, (), low, high, log, None)
    named = [(float(k), word) for k, word in enumerate(column.words)] or list(column.ticks)
    ticks = tuple(Tick(_height(value, blank), words) for value, words in named)
    brushed = (_height(ends[1], blank), _height(ends[0], blank)) if ends else None
    return Upright(column.name, column.label, x, name_y, ticks, low, high, log, brushed)


def _height(value: float, upright: Upright) -> float:
    """Return the y position of a value, larger values higher."""
    if not math.isfinite(value):
        return math.nan
    value = min(max(value, upright.low), upright.high)
    ends = (upright.low, upright.high, value)
    low, high, at = (math.log(v) for v in ends) if upright.log else ends
    return TOP + (HEIGHT - FOOT - TOP) * (1 - (at - low) / (high - low))
