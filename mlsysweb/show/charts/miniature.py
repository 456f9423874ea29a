"""A chart as a small picture: its lines, bars, regions and point without axes or words, as SVG. It is drawn from the
figure that a page draws in full, so that both show the same data in the same colours."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

WIDTH, HEIGHT = 220, 110
# Room for strokes and points at the edge.
_EDGE = 7
# A thinner line is one of the dotted helps of a chart.
_LEAST_WIDTH = 1.5
# The properties of a mark that does not say them.
_PLAIN: Mapping[str, Any] = {"color": "token:text", "symbol": "circle", "size": 6}
# Points below this size are not that of the question.
_POINT = 10
# More corners than this do not show at this size; a bar list is cut where bars would become hairlines.
_MOST_CORNERS, _MOST_BARS = 36, 24
_TOKEN = "token:"


@dataclass(frozen=True)
class Colour:
    """A name of `static/css/tokens.css`, and how opaque it is."""

    token: str
    opacity: float = 1.0

    @classmethod
    def of(cls, name: str) -> Colour:
        """Return the colour that a chart calls "token:memory" or "token:memory/8"."""
        token, _, percent = name.removeprefix(_TOKEN).partition("/")
        return cls(token, float(percent) / 100 if percent else 1.0)


@dataclass(frozen=True)
class Area:
    """A filled rectangle, from its corner at the top left; all in the picture's own units."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour


@dataclass(frozen=True)
class Path:
    """A line through points; `thin` where it marks a value of x."""

    points: tuple[tuple[float, float], ...]
    colour: Colour
    thin: bool = False


@dataclass(frozen=True)
class Dot:
    """The point of the question; hollow where it does not fit. A small one is one of many others."""

    x: float
    y: float
    colour: Colour
    hollow: bool
    small: bool = False


@dataclass(frozen=True)
class Miniature:
    """The shapes of a picture, from back to front, in a box of `WIDTH` by `HEIGHT`."""

    areas: tuple[Area, ...]
    paths: tuple[Path, ...]
    dots: tuple[Dot, ...]


def miniature(plot: Mapping[str, Any]) -> Miniature:
    """Return the picture of a figure, Plotly's data and layout as `kinds.draw` returns them. Of a figure with several
    panels it is the first."""
    bars = [trace for trace in plot["data"] if trace["type"] == "bar"]
    if bars:
        return Miniature(tuple(_bars(bars, plot["layout"])), (), ())
    first = plot["data"][0].get("yaxis", "y")
    traces = [trace for trace in plot["data"] if trace.get("yaxis", "y") == first]
    frame = _Frame.of(plot["layout"], first)
    return Miniature(
        tuple(_regions(plot["layout"].get("shapes", ()), frame)),
        (*_marks(plot["layout"].get("shapes", ()), frame), *_lines(traces, frame)),
        tuple(_dots(traces, frame)),
    )


def is_drawable(plot: Mapping[str, Any]) -> bool:
    """Return whether a figure has what a picture needs: horizontal bars, or lines and points, on axes with ranges."""
    traces, layout = plot["data"], plot["layout"]
    if not any(len(trace.get("x", ())) for trace in traces) or "range" not in layout.get("xaxis", {}):
        return False
    if {trace["type"] for trace in traces} == {"bar"}:
        return all(trace.get("orientation") == "h" and "color" in trace.get("marker", {}) for trace in traces)
    return {trace["type"] for trace in traces} == {"scatter"} and all(
        "range" in layout.get(f"yaxis{trace.get('yaxis', 'y')[1:]}", {}) for trace in traces
    )


@dataclass(frozen=True)
class _Frame:
    """The ranges of both axes as Plotly has them: exponents of ten where an axis is logarithmic."""

    x: tuple[float, float]
    y: tuple[float, float]
    logs: tuple[bool, bool]

    @classmethod
    def of(cls, layout: Mapping[str, Any], y: str) -> _Frame:
        axes = (layout["xaxis"], layout[f"yaxis{y[1:]}"])
        (x_low, x_high), (y_low, y_high) = (axis["range"] for axis in axes)
        return cls((x_low, x_high), (y_low, y_high), (axes[0].get("type") == "log", axes[1].get("type") == "log"))

    def across(self, x: float) -> float:
        return _EDGE + _share(x, self.x, log=self.logs[0]) * (WIDTH - 2 * _EDGE)

    def down(self, y: float) -> float:
        return HEIGHT - _EDGE - _share(y, self.y, log=self.logs[1]) * (HEIGHT - 2 * _EDGE)


def _share(value: float, ends: tuple[float, float], *, log: bool) -> float:
    """Return where a value lies on an axis, from 0 to 1; beyond its ends, the end."""
    if log and value <= 0:
        return 0.0
    at = math.log10(value) if log else value
    return min(max((at - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0)


def _regions(shapes: Sequence[Mapping[str, Any]], frame: _Frame) -> Iterator[Area]:
    for shape in (shape for shape in shapes if shape["type"] == "rect"):
        left, right = frame.across(shape["x0"]), frame.across(shape["x1"])
        yield Area(left, _EDGE, right - left, HEIGHT - 2 * _EDGE, Colour.of(shape["fillcolor"]))


def _marks(shapes: Sequence[Mapping[str, Any]], frame: _Frame) -> Iterator[Path]:
    for shape in (shape for shape in shapes if shape["type"] == "line"):
        across = frame.across(shape["x0"])
        whole = shape.get("yref") == "paper"
        ends = (_EDGE, HEIGHT - _EDGE) if whole else (frame.down(shape["y1"]), frame.down(shape["y0"]))
        yield Path(((across, ends[0]), (across, ends[1])), Colour.of(shape["line"]["color"]), thin=True)


def _lines(traces: Sequence[Mapping[str, Any]], frame: _Frame) -> Iterator[Path]:
    for trace in (trace for trace in traces if trace["mode"] in ("lines", "lines+markers")):
        corners = [
            (frame.across(x), frame.down(y))
            for x, y in zip(trace["x"], trace["y"], strict=True)
            if x is not None and y is not None
        ]
        if corners and trace["line"].get("width", 2) >= _LEAST_WIDTH:
            yield Path(tuple(_thinned(corners)), Colour.of(trace["line"].get("color", _PLAIN["color"])))


def _thinned(corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return at most about `_MOST_CORNERS` corners of a line, its ends and its highest and lowest corner among them."""
    step = math.ceil(len(corners) / _MOST_CORNERS)
    heights = [y for _, y in corners]
    kept = {*range(0, len(corners), step), len(corners) - 1, heights.index(min(heights)), heights.index(max(heights))}
    return [corners[place] for place in sorted(kept)]


def _dots(traces: Sequence[Mapping[str, Any]], frame: _Frame) -> Iterator[Dot]:
    for trace in (trace for trace in traces if trace["mode"] == "markers"):
        marks = (_each(trace, name) for name in ("color", "symbol", "size"))
        for x, y, colour, symbol, size in zip(trace["x"], trace["y"], *marks, strict=True):
            if x is not None and y is not None:
                yield Dot(
                    frame.across(x), frame.down(y), Colour.of(colour), symbol == "circle-open", small=size < _POINT
                )


def _each(trace: Mapping[str, Any], name: str) -> Sequence[Any]:
    """Return a property of every mark of a trace, which gives it once or in a list."""
    given = trace["marker"].get(name, _PLAIN[name])
    return given if isinstance(given, list) else [given] * len(trace["x"])


def _bars(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any]) -> Iterator[Area]:
    """Yield horizontal bars in rows from top to bottom; bars of several traces with one name stand below each other."""
    rows = [
        (name, base, length, colour)
        for name in dict.fromkeys(name for trace in traces for name in trace["y"])
        for trace in traces
        for each, base, length, colour in zip(trace["y"], _bases(trace), trace["x"], _each(trace, "color"), strict=True)
        if each == name and length is not None
    ][:_MOST_BARS]
    low, high = layout["xaxis"]["range"]
    pitch = (HEIGHT - 2 * _EDGE) / max(len(rows), 2)
    top = (HEIGHT - pitch * len(rows)) / 2
    for place, (_, base, length, colour) in enumerate(rows):
        ends = sorted(_share(at, (low, high), log=False) for at in (base, base + length))
        left, right = (_EDGE + end * (WIDTH - 2 * _EDGE) for end in ends)
        yield Area(left, top + pitch * (place + 0.15), max(right - left, 1.0), pitch * 0.7, Colour.of(colour))


def _bases(trace: Mapping[str, Any]) -> Sequence[float]:
    bases: Sequence[float] = trace.get("base") or [0.0] * len(trace["x"])
    return bases


def svg(drawn: Miniature, title: str) -> str:
    """Return the picture as an SVG element with a title. `static/css/miniature.css` gives its colours."""
    parts = [
        *map(_area, drawn.areas),
        *map(_path, drawn.paths),
        *map(_dot, drawn.dots),
    ]
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f'<svg class="miniature" {box} role="img"><title>{escape(title)}</title>{"".join(parts)}</svg>'


def _area(area: Area) -> str:
    box = f'x="{area.x:.0f}" y="{area.y:.1f}" width="{area.width:.0f}" height="{area.height:.1f}"'
    return f"<rect {_kind(area.colour)} {box}/>"


def _path(path: Path) -> str:
    (x, y), *others = [(round(x), round(y, 1)) for x, y in path.points]
    corners = "".join(f" {x} {y:g}" for x, y in others)
    return f'<path {_kind(path.colour, "thin" if path.thin else "")} d="M{x} {y:g}L{corners.strip()}"/>'


def radius(dot: Dot) -> float:
    """Return the radius of a point, in the picture's own units."""
    return 2.0 if dot.small else 5.5


def _dot(dot: Dot) -> str:
    place = f'cx="{dot.x:.0f}" cy="{dot.y:.0f}" r="{radius(dot):g}"'
    return f"<circle {_kind(dot.colour, 'hollow' if dot.hollow else '')} {place}/>"


def _kind(colour: Colour, more: str = "") -> str:
    faint = f' opacity="{colour.opacity:g}"' if colour.opacity < 1 else ""
    return f'class="{colour.token}{" " + more if more else ""}"{faint}'
