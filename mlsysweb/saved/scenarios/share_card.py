"""The preview image of a scenario's link: title, verdict, headline figures and the first curves, drawn with Pillow."""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from PIL import Image, ImageDraw, ImageFont

from mlsysweb.saved.opened import OpenedAnswer
from mlsysweb.show.results.page import Figure
from solvers.result import Result, Series

# The size that sites with link previews expect.
_SIZE = (1200, 630)
_INK, _QUIET, _PAPER, _RULE = "#1d1f23", "#5d6470", "#fcfbf8", "#d7d3ca"
_LINES = ("#1463c4", "#b45a09", "#0a7d68")
# The colours of the verdict's state on a page, in the light theme.
_STATES = {
    "ok": "#0b607b",
    "missed": "#b02738",
    "infeasible": "#b02738",
    "compute": "#1264cc",
    "memory": "#b35c0e",
    "network": "#a436a6",
    "storage": "#a436a6",
    "host": "#3a3c48",
    "overhead": "#3a3c48",
    "money": "#565600",
    "carbon": "#29806a",
}
# Characters that Pillow's default font lacks.
_SPELLED = str.maketrans(
    {"\u202f": " ", "\u00b5": "u", "\u03bc": "u", "×": "x", "∞": "endless", "−": "-", "·": "*", "⁻": "-"}
    | {"\u00a0": " ", "₂": "2"}
    | {c: str(k) for k, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
)
_EDGE = 56


@dataclass(frozen=True)
class ShareCard:
    """The content of the image; `curves` are lines of points, each from 0 to 1, `along` is the label of their axis;
    `state` is that of the verdict."""

    title: str
    what: str
    verdict: str
    figures: tuple[tuple[str, str], ...]
    along: str
    curves: tuple[tuple[tuple[float, float], ...], ...]
    state: str = ""

    @classmethod
    def of(cls, title: str, what: str, opened: OpenedAnswer) -> ShareCard:
        """Return the card of a stored answer; for a page stored as HTML only the title."""
        figures = tuple((opened.cards[name].label, opened.cards[name].value) for name in opened.headline[:4])
        curves: Curves = ("", ())
        if opened.result:
            curves = _curves(opened.result)
        elif opened.page:
            curves = _plotted(opened.page.summary.figures)
        return cls(title, what, opened.verdict, figures, *curves, opened.state)


# The label of the x axis, and the lines.
Curves = tuple[str, tuple[tuple[tuple[float, float], ...], ...]]


def _plotted(figures: Iterable[Figure]) -> Curves:
    """Return the lines of the first chart that has any, fronts included."""
    for figure in figures:
        plot = orjson.loads(figure.plot)
        lines = [trace for trace in plot["data"] if "lines" in trace.get("mode", "") and trace.get("name")]
        curves = [points for trace in lines if (points := _normalized(zip(trace["x"], trace["y"], strict=False)))]
        if curves:
            title = plot["layout"].get("xaxis", {}).get("title", {}).get("text", "")
            return str(title), tuple(curves[: len(_LINES)])
    return "", ()


def _curves(result: Result) -> Curves:
    """Return the first curves along an input, on log scales where values are positive."""
    for drawing in sorted(result.charts, key=lambda each: each.kind != "curve"):
        along = drawing.x[0] if drawing.x else ""
        track = next((t for t in result.series if t.x == along and t.system == 0), None)
        curves = [points for name in drawing.y if track and (points := _points(track, along, name))]
        if curves:
            return result.values[along].label, tuple(curves)
    return "", ()


def _points(track: Series, along: str, name: str) -> tuple[tuple[float, float], ...]:
    return _normalized(zip(track.columns[along], track.columns.get(name, ()), strict=False))


def _normalized(cells: Iterable[tuple[Any, Any]]) -> tuple[tuple[float, float], ...]:
    """Return points scaled from 0 to 1; none where there is no line to draw."""
    pairs = [(float(x), float(y)) for x, y in cells if _drawable(x) and _drawable(y)]
    if len({y for _, y in pairs}) < 2:
        return ()
    xs, ys = (_scaled([pair[k] for pair in pairs]) for k in (0, 1))
    return tuple(zip(xs, ys, strict=True))


def _drawable(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _scaled(values: list[float]) -> list[float]:
    if min(values) > 0:
        values = [math.log(value) for value in values]
    low, high = min(values), max(values)
    return [(value - low) / (high - low) if high > low else 0.5 for value in values]


def draw(card: ShareCard) -> bytes:
    """Return the card as PNG."""
    image = Image.new("RGB", _SIZE, _PAPER)
    pen = ImageDraw.Draw(image)
    width = _SIZE[0] - 2 * _EDGE
    pen.rectangle((0, 0, 16, _SIZE[1]), _STATES.get(card.state, _RULE))
    pen.text((_EDGE, 44), _known(card.what), _QUIET, _font(26))
    below = _lines(pen, card.title, 84, width, 46, 2, _INK)
    below = _lines(pen, card.verdict, below + 14, width, 28, 3, _INK)
    if card.curves:
        _draw_curves(pen, card, (_EDGE, max(below + 24, 290), _SIZE[0] - _EDGE, 470))
    pen.line((_EDGE, 508, _SIZE[0] - _EDGE, 508), _RULE, 2)
    step = width // max(len(card.figures), 1)
    for k, (label, value) in enumerate(card.figures):
        pen.text((_EDGE + k * step, 522), _short(label, 24), _QUIET, _font(22))
        pen.text((_EDGE + k * step, 552), _short(value, 15), _INK, _font(36))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _lines(pen: ImageDraw.ImageDraw, text: str, top: float, width: int, size: int, most: int, ink: str) -> float:
    """Draw the text in at most `most` lines. Return the y position below it."""
    font = _font(size)
    each = max(1, int(width / (size * 0.54)))
    for line in textwrap.wrap(_known(text), each, max_lines=most, placeholder=" …"):
        pen.text((_EDGE, top), line, ink, font)
        top += size * 1.25
    return top


def _known(text: str) -> str:
    return text.translate(_SPELLED)


def _short(text: str, most: int) -> str:
    text = _known(text)
    return text if len(text) <= most else text[: most - 1] + "…"


def _draw_curves(pen: ImageDraw.ImageDraw, card: ShareCard, box: tuple[float, ...]) -> None:
    left, top, right, bottom = box
    pen.line((left, top, left, bottom, right, bottom), _RULE, 2)
    for curve, ink in zip(card.curves, _LINES, strict=False):
        points = [(left + x * (right - left), bottom - y * (bottom - top)) for x, y in curve]
        pen.line(points, ink, 5, joint="curve")
    pen.text((right, bottom + 6), _known(card.along), _QUIET, _font(20), anchor="ra")
