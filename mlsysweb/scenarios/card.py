"""The card a link to a scenario shows elsewhere: its title, its verdict, its headline figures and the run of its first
curve, drawn without a browser."""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from solvers.result import Result, Track
from solvers.say import reading

# What the sites that show such cards ask for.
_SIZE = (1200, 630)
_INK, _QUIET, _PAPER, _LINE, _RULE = "#1d1f23", "#5d6470", "#fcfbf8", "#1463c4", "#d7d3ca"
_EDGE = 56


@dataclass(frozen=True)
class Card:
    """What it says; `curve` are points of the first curve, each from 0 to 1."""

    title: str
    what: str
    verdict: str
    figures: tuple[tuple[str, str], ...]
    curve: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, title: str, what: str, verdict: str, kept: Mapping[str, Any]) -> Card:
        """From an answer as it was kept; of a page kept as shown the title alone."""
        if "shown" in kept:
            return cls(title, what, "", (), ())
        result = Result.from_kept(kept)
        figures = tuple((result.values[n].label, reading(result.values[n])) for n in result.headline[:4])
        return cls(title, what, verdict, figures, _curve(result))


def _curve(result: Result) -> tuple[tuple[float, float], ...]:
    """The first figure along an input: its first column, both on log scales where they are positive."""
    for drawing in result.drawings:
        track = next(
            (t for t in result.tracks if drawing.along and t.along == drawing.along[0] and t.system == 0), None
        )
        if track and (points := _points(track, drawing.along[0], drawing.y)):
            return points
    return ()


def _points(track: Track, along: str, columns: Sequence[str]) -> tuple[tuple[float, float], ...]:
    for name in columns:
        cells = zip(track.columns[along], track.columns.get(name, ()), strict=False)
        pairs = [(x, y) for x, y in cells if _drawable(x) and _drawable(y)]
        if len({y for _, y in pairs}) > 1:
            xs, ys = (_scaled([pair[k] for pair in pairs]) for k in (0, 1))
            return tuple(zip(xs, ys, strict=True))
    return ()


def _drawable(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _scaled(values: list[float]) -> list[float]:
    if min(values) > 0:
        values = [math.log(value) for value in values]
    low, high = min(values), max(values)
    return [(value - low) / (high - low) if high > low else 0.5 for value in values]


def draw(card: Card) -> bytes:
    """The card as PNG."""
    image = Image.new("RGB", _SIZE, _PAPER)
    pen = ImageDraw.Draw(image)
    width = _SIZE[0] - 2 * _EDGE
    pen.text((_EDGE, 44), card.what, _QUIET, _font(26))
    below = _lines(pen, card.title, 84, width, 46, 2, _INK)
    below = _lines(pen, card.verdict, below + 14, width, 28, 3, _INK)
    if card.curve:
        _draw_curve(pen, card.curve, (_EDGE, max(below + 24, 300), _SIZE[0] - _EDGE, 480))
    pen.line((_EDGE, 508, _SIZE[0] - _EDGE, 508), _RULE, 2)
    step = width // max(len(card.figures), 1)
    for k, (label, value) in enumerate(card.figures):
        pen.text((_EDGE + k * step, 522), _short(label, 24), _QUIET, _font(22))
        pen.text((_EDGE + k * step, 552), _short(value, 18), _INK, _font(36))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _lines(pen: ImageDraw.ImageDraw, text: str, top: float, width: int, size: int, most: int, ink: str) -> float:
    """The text in at most so many lines; where it ends."""
    font = _font(size)
    each = max(1, int(width / (size * 0.54)))
    for line in textwrap.wrap(text, each, max_lines=most, placeholder=" …"):
        pen.text((_EDGE, top), line, ink, font)
        top += size * 1.25
    return top


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _draw_curve(pen: ImageDraw.ImageDraw, curve: Sequence[tuple[float, float]], box: tuple[float, ...]) -> None:
    left, top, right, bottom = box
    pen.line((left, top, left, bottom, right, bottom), _RULE, 2)
    points = [(left + x * (right - left), bottom - y * (bottom - top)) for x, y in curve]
    pen.line(points, _LINE, 5, joint="curve")
