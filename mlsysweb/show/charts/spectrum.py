"""Devices on two log axes, from microcontroller to wafer: groups, lines of constant third quantity, highlighted
devices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from solvers.quantities import format_quantity
from solvers.result import Value

from .axes import Reach, axis, hovered_lines, layout
from .series import SERIES

_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "star", "hexagon")
_MOST_LINES = 8


@dataclass(frozen=True)
class DevicePoint:
    """A device with its hover text. A faint one does not meet the requirements; a `label` is written beside
    it. A click on it makes `slug` the device of the question."""

    x: float
    y: float
    name: str
    words: str
    faint: bool = False
    label: str = ""
    ringed: bool = False
    slug: str = ""


@dataclass(frozen=True)
class DeviceGroup:
    """Dots of one group: `series` is the index of its colour and symbol."""

    name: str
    series: int
    dots: tuple[DevicePoint, ...]


@dataclass(frozen=True)
class Constant:
    """A quantity derived from the two axes, x^across * y^up: a line for each of its decades, labelled with the value
    and `after`; or with `value` one named line."""

    across: int
    up: int
    unit: str
    after: str = ""
    value: float | None = None
    name: str = ""
    colour: str = "token:muted"


@dataclass(frozen=True)
class Bar:
    """A requested limit on one axis, such as a target; `vertical` if it is on x."""

    value: float
    words: str
    vertical: bool


@dataclass(frozen=True)
class _Frame:
    """The range in view, as exponents of ten."""

    left: float
    right: float
    bottom: float
    top: float

    @classmethod
    def around(cls, dots: Sequence[DevicePoint]) -> _Frame:
        xs, ys = [math.log10(d.x) for d in dots], [math.log10(d.y) for d in dots]
        wide, tall = max(0.4, 0.06 * (max(xs) - min(xs))), max(0.4, 0.1 * (max(ys) - min(ys)))  # room for labels
        return cls(min(xs) - wide, max(xs) + wide, min(ys) - tall, max(ys) + tall)


def spectrum(
    groups: Sequence[DeviceGroup],
    across: Value,
    up: Value,
    constants: Sequence[Constant] = (),
    bars: Sequence[Bar] = (),
) -> dict[str, Any]:
    """Return the figure of devices by `across` and `up`. Without dots it has no data."""
    every = [dot for group in groups for dot in group.dots]
    if not every:
        return {"data": [], "layout": layout()}
    frame = _Frame.around(every)
    labels = _placed(every, frame, _sides(every))
    return {
        "data": [
            *(trace for constant in constants for trace in _constant(constant, frame, every, labels)),
            *(_group(group, across, up) for group in groups if group.dots),
            *([_FAINT] if any(dot.faint for dot in every) else []),
            *_labels(labels),
        ],
        "layout": layout(
            # A changed axis starts a new zoom.
            uirevision=f"{up.label} by {across.label}",
            xaxis=_axis(across, frame.left, frame.right),
            yaxis=_axis(up, frame.bottom, frame.top),
            shapes=[_shape(bar) for bar in bars if _in_view(bar, frame)],
            annotations=[_words(bar) for bar in bars if _in_view(bar, frame)],
        ),
    }


def _axis(value: Value, low: float, high: float) -> dict[str, Any]:
    return axis(value, Reach(10**low, 10**high, log=True), most=7)


def _group(group: DeviceGroup, across: Value, up: Value) -> dict[str, Any]:
    colour, symbol = SERIES[group.series % len(SERIES)], _SYMBOLS[group.series % len(_SYMBOLS)]
    dots = group.dots
    return {
        "type": "scatter",
        "mode": "markers",
        "name": group.name,
        "x": [dot.x for dot in dots],
        "y": [dot.y for dot in dots],
        "text": [dot.name for dot in dots],
        "customdata": [dot.words for dot in dots],
        "meta": {"field": "accelerator", "values": [dot.slug or None for dot in dots]},
        "marker": {
            "color": colour,
            "size": [8 if dot.faint else 11 for dot in dots],
            "symbol": [f"{symbol}-open" if dot.faint else symbol for dot in dots],
        },
        "hovertext": hovered_lines((across, [dot.x for dot in dots]), (up, [dot.y for dot in dots])),
        "hovertemplate": "<b>%{text}</b><br>%{hovertext}<br>%{customdata}<extra></extra>",
    }


# In no group, so that the legend explains hollow dots.
_FAINT: dict[str, Any] = {
    "type": "scatter",
    "mode": "markers",
    "name": "Cannot run",
    "x": [None],
    "y": [None],
    "marker": {"color": "token:muted", "size": 8, "symbol": "circle-open"},
    "hoverinfo": "skip",
}


# The share of the height that a label and the ring beside it take on a phone.
_LABEL_HEIGHT = 0.12


@dataclass(frozen=True)
class _Room:
    """The space that a text takes, as fractions of the frame."""

    left: float
    right: float
    bottom: float
    top: float

    @classmethod
    def of(cls, text: str, x: float, y: float, side: str, frame: _Frame) -> _Room:
        """Return the space of a text on one side of a point, given in exponents of ten."""
        across = (x - frame.left) / (frame.right - frame.left)
        up = (y - frame.bottom) / (frame.top - frame.bottom)
        wide = 0.02 + 0.013 * len(text)
        left = across if side.endswith("right") else across - wide
        bottom = up if side.startswith("top") else up - _LABEL_HEIGHT
        return cls(left, left + wide, bottom, bottom + _LABEL_HEIGHT)

    def inside(self) -> bool:
        return self.left >= 0 and self.right <= 1 and self.bottom >= 0 and self.top <= 1

    def meets(self, other: _Room) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )

    def covered(self, dots: Sequence[DevicePoint], frame: _Frame, own: DevicePoint | None = None) -> int:
        """Return how many of the dots, other than its `own`, lie within."""
        ends = (
            frame.left + self.left * (frame.right - frame.left),
            frame.left + self.right * (frame.right - frame.left),
            frame.bottom + self.bottom * (frame.top - frame.bottom),
            frame.bottom + self.top * (frame.top - frame.bottom),
        )
        left, right, bottom, top = (10**end for end in ends)
        return sum(left < dot.x < right and bottom < dot.y < top for dot in dots if dot is not own)


@dataclass(frozen=True)
class _Label:
    """A label beside a dot and the space it takes."""

    dot: DevicePoint
    side: str
    room: _Room

    @classmethod
    def at(cls, dot: DevicePoint, side: str, frame: _Frame) -> _Label:
        return cls(dot, side, _Room.of(dot.label, math.log10(dot.x), math.log10(dot.y), side, frame))


def _sides(dots: Sequence[DevicePoint]) -> tuple[str, ...]:
    """Return the sides to try for a label, first those off the diagonal along which most dots lie."""
    xs, ys = [math.log10(dot.x) for dot in dots], [math.log10(dot.y) for dot in dots]
    middle = sum(xs) / len(xs)
    rising = sum((x - middle) * y for x, y in zip(xs, ys, strict=True)) > 0
    off, along = ("top left", "bottom right"), ("top right", "bottom left")
    return (*off, *along) if rising else (*along, *off)


def _placed(dots: Sequence[DevicePoint], frame: _Frame, sides: Sequence[str]) -> list[_Label]:
    """Return the labels, each on a side where it overlaps no other, of several the one that covers the fewest dots. A
    ringed one is placed first and always kept."""
    kept: list[_Label] = []
    for dot in sorted((dot for dot in dots if dot.label), key=lambda dot: (not dot.ringed, dot.y)):
        free = [label for side in sides if (label := _Label.at(dot, side, frame)).room.inside()]
        free.sort(key=lambda label: label.room.covered(dots, frame, label.dot))
        clear = [label for label in free if not any(label.room.meets(other.room) for other in kept)]
        if clear or dot.ringed:
            kept.append([*clear, *free, _Label.at(dot, sides[0], frame)][0])
    return kept


def _labels(labels: Sequence[_Label]) -> Iterator[dict[str, Any]]:
    """Yield the names of the devices that the verdict names, with a ring around each, and those of other well-known
    devices, for which a phone has no room."""
    for ringed in (True, False):
        if some := [label for label in labels if label.dot.ringed == ringed]:
            yield _names(some) | ({} if ringed else {"meta": {"wide": True}})


def _names(labels: Sequence[_Label]) -> dict[str, Any]:
    dots = [label.dot for label in labels]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "showlegend": False,
        "hoverinfo": "skip",
        "x": [dot.x for dot in dots],
        "y": [dot.y for dot in dots],
        "text": [f"<b>{dot.label}</b>" if dot.ringed else dot.label for dot in dots],
        "textposition": [label.side for label in labels],
        "textfont": {"color": "token:text", "size": 12},
        "marker": {
            "color": "token:text",
            "size": [20 if dot.ringed else 12 for dot in dots],
            "symbol": "circle-open",
            "opacity": [1 if dot.ringed else 0 for dot in dots],
            "line": {"width": 2},
        },
    }


def _constant(
    constant: Constant, frame: _Frame, dots: Sequence[DevicePoint], labels: Sequence[_Label]
) -> Iterator[dict[str, Any]]:
    """Yield the lines of a constant third quantity, straight on log axes, and their labels where no device or label of
    one is."""
    values = [constant.value] if constant.value is not None else _decades(constant, dots)
    lines = [line for value in values if (line := _Line.through(constant, value, frame))]
    if not lines:
        return
    own = constant.value is not None
    plain = {"type": "scatter", "showlegend": False, "hoverinfo": "skip"}
    yield {
        **plain,
        "mode": "lines",
        "x": [x for line in lines for x in (10**line.left, 10**line.right, None)],
        "y": [y for line in lines for y in (10 ** line.up(line.left), 10 ** line.up(line.right), None)],
        "line": {"color": constant.colour, "width": 2 if own else 1, "dash": "dash" if own else "dot"},
    }
    names = [constant.name or f"{format_quantity(line.value, constant.unit)}{constant.after}" for line in lines]
    at = [line.label(frame) for line in lines]
    rooms = [_Room.of(name, x, y, side, frame) for name, (x, y, side) in zip(names, at, strict=True)]
    clear = [
        own or not (any(room.meets(label.room) for label in labels) or room.covered(dots, frame)) for room in rooms
    ]
    said = [(name, *place) for name, place, shown in zip(names, at, clear, strict=True) if shown]
    yield {
        **plain,
        "mode": "text",
        **({} if own else {"meta": {"wide": True}}),
        "x": [10**x for _, x, _, _ in said],
        "y": [10**y for _, _, y, _ in said],
        "text": [name for name, _, _, _ in said],
        "textposition": [side for _, _, _, side in said],
        "textfont": {"color": constant.colour, "size": 12},
    }


def _decades(constant: Constant, dots: Sequence[DevicePoint]) -> list[float]:
    """Return the powers of ten within the range of the dots, thinned where there are many."""
    logs = [constant.across * math.log10(dot.x) + constant.up * math.log10(dot.y) for dot in dots]
    first, last = math.floor(min(logs)), math.ceil(max(logs))
    step = max(1, math.ceil((last - first + 1) / _MOST_LINES))
    return [10.0**decade for decade in range(first, last + 1, step)]


@dataclass(frozen=True)
class _Line:
    """A straight line on log axes, from where it enters the frame to where it leaves."""

    constant: Constant
    value: float
    left: float
    right: float

    @classmethod
    def through(cls, constant: Constant, value: float, frame: _Frame) -> _Line | None:
        """Return the line for a value; None where it does not cross the frame."""
        log = math.log10(value)
        crossings = sorted((log - constant.up * y) / constant.across for y in (frame.bottom, frame.top))
        left, right = max(frame.left, crossings[0]), min(frame.right, crossings[1])
        return cls(constant, value, left, right) if right - left > 0.2 else None

    def up(self, x: float) -> float:
        return (math.log10(self.value) - self.constant.across * x) / self.constant.up

    def label(self, frame: _Frame) -> tuple[float, float, str]:
        """Return the position of the line's label and the side of it, clear of the line and of the labels of its
        neighbours: at the sides of the frame; for a single line where few dots are."""
        x, side = self._end(frame)
        return x, self.up(x), side

    def _end(self, frame: _Frame) -> tuple[float, str]:
        rising = self.constant.across * self.constant.up < 0
        if self.constant.value is not None:
            return self.left + (self.right - self.left) * (
                0.2 if rising else 0.85
            ), f"{'bottom' if rising else 'top'} right"
        if self.left > frame.left and self.right == frame.right:
            return self.right, f"{'top' if rising else 'bottom'} left"
        return self.left, f"{'bottom' if rising else 'top'} right"


def _in_view(bar: Bar, frame: _Frame) -> bool:
    low, high = (frame.left, frame.right) if bar.vertical else (frame.bottom, frame.top)
    return low < math.log10(bar.value) < high


def _shape(bar: Bar) -> dict[str, Any]:
    ends = {"x0": bar.value, "x1": bar.value, "y0": 0, "y1": 1, "yref": "paper"}
    flat = {"y0": bar.value, "y1": bar.value, "x0": 0, "x1": 1, "xref": "paper"}
    return {
        "type": "line",
        **(ends if bar.vertical else flat),
        "line": {"color": "token:danger", "width": 2, "dash": "dashdot"},
    }


def _words(bar: Bar) -> dict[str, Any]:
    place = math.log10(bar.value)
    upright = {"x": place, "y": 0, "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    flat = {"x": 1, "xref": "paper", "y": place, "xanchor": "right", "yanchor": "bottom"}
    return {
        **(upright if bar.vertical else flat),
        "text": bar.words,
        "showarrow": False,
        "font": {"color": "token:danger", "size": 12},
    }
