"""Parallel coordinates: a vertical axis for each column, a line for each row. Plotly's own chart needs WebGL, can be
filtered with a mouse only and has no fallback without scripts; this one is an SVG whose filters are form fields."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

# Up to as many lines are drawn at full opacity.
_OPAQUE = 60
WIDTH, HEIGHT, TOP, FOOT, SIDE = 900, 340, 58, 18, 16
# The width of a letter of a label and of its bold name, the room beside it, and the height of a line, in the chart's
# units. A name is broken into at most three lines.
_LETTER, _BOLD, _BESIDE, _LINE, _LINES = 6.6, 7.4, 22, 15, 3


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
    """A drawn vertical axis: its position, its ticks, the range of its filter, and its name in lines. `name_y` is the
    place of a name in one line, as charts of earlier releases have it."""

    name: str
    label: str
    x: float
    name_y: float
    ticks: tuple[Tick, ...]
    low: float
    high: float
    log: bool
    brushed: tuple[float, float] | None
    name_lines: tuple[Tick, ...] = ()

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
    """Return the chart; rows that pass the filters are drawn last, on top of the others. Labels stand to the right of
    their axis: the next axis is beyond the longest of them, and the chart as wide as they need."""
    rooms = [_room(column) for column in columns]
    spare = max(0.0, WIDTH - 2 * SIDE - sum(rooms)) / max(len(columns) - 1, 1)
    starts = [SIDE + sum(rooms[:k]) + k * spare for k in range(len(columns))]
    uprights = [_upright(c, x, brushes) for c, x in zip(columns, starts, strict=True)]
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
    return Parallel(tuple(uprights), tuple(threads), width=max(WIDTH, math.ceil(2 * SIDE + sum(rooms))))


def _room(column: ParallelAxis) -> float:
    """Return the width that the labels of an axis need, and the shortest breaking of its name into lines."""
    ticks = (*column.words, *(words for _, words in column.ticks))
    name = max(len(line) for line in _name_lines(column.label))
    return max(_LETTER * max((len(words) for words in ticks), default=0), _BOLD * name) + _BESIDE


def _name_lines(label: str) -> list[str]:
    """Return a name in at most as many lines as there is room for, as narrow as that allows."""
    longest = max(len(word) for word in label.split()) if label.split() else 1
    return next(
        lines for width in range(longest, len(label) + 2) if len(lines := textwrap.wrap(label, width) or [""]) <= _LINES
    )


def _upright(column: ParallelAxis, x: float, brushes: dict[str, tuple[float, float]]) -> Upright:
    known = [v for v in column.values if math.isfinite(v)] or [0.0]
    low, high = (0.0, len(column.words) - 1.0) if column.words else (min(known), max(known))
    if low == high:
        low, high = low - 0.5, high + 0.5
    log = column.log and low > 0
    ends = brushes.get(column.name)
    lines = _name_lines(column.label)
    name_y = TOP - 14 - _LINE * (len(lines) - 1)
    blank = Upright(column.name, column.label, x, name_y, (), low, high, log, None)
    named = [(float(k), word) for k, word in enumerate(column.words)] or list(column.ticks)
    ticks = tuple(Tick(_height(value, blank), words) for value, words in named)
    brushed = (_height(ends[1], blank), _height(ends[0], blank)) if ends else None
    name_lines = tuple(Tick(name_y + _LINE * k, line) for k, line in enumerate(lines))
    return Upright(column.name, column.label, x, name_y, ticks, low, high, log, brushed, name_lines)


def _height(value: float, upright: Upright) -> float:
    """Return the y position of a value, larger values higher."""
    if not math.isfinite(value):
        return math.nan
    value = min(max(value, upright.low), upright.high)
    ends = (upright.low, upright.high, value)
    low, high, at = (math.log(v) for v in ends) if upright.log else ends
    return TOP + (HEIGHT - FOOT - TOP) * (1 - (at - low) / (high - low))
