"""The preview image of a scenario's link, drawn with Pillow as its page looks: the verdict in large and in the colour
of its kind, the inputs that were typed, a picture of the first chart, and the headline figures."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import orjson
from django.conf import settings
from PIL import Image, ImageColor, ImageDraw, ImageFont

from mlsysweb.saved.opened import OpenedAnswer
from mlsysweb.show.charts.miniature import HEIGHT, WIDTH, Colour, Miniature, is_drawable, miniature, radius
from mlsysweb.show.results.page import Figure
from mlsysweb.show.results.present import result_figures

# The size that sites with link previews expect. Drawn twice as large, which smooths slanted lines.
_SIZE, _ZOOM = (1200, 630), 2
# The light values of `static/css/tokens.css`, by name.
COLOURS = {
    "bg": "#fbfaf7",
    "surface": "#ffffff",
    "text": "#1b1e23",
    "muted": "#595f69",
    "line": "#dedad1",
    "edge": "#858a93",
    "grid": "#e8e5dd",
    "compute": "#1264cc",
    "memory": "#b35c0e",
    "network": "#a436a6",
    "money": "#565600",
    "carbon": "#29806a",
    "overhead": "#3a3c48",
    "danger": "#b02738",
    "ok": "#0b607b",
    "series-1": "#0770e0",
    "series-2": "#aa2b03",
    "series-3": "#0b9e7f",
    "series-4": "#a831a3",
    "series-5": "#b88301",
    "series-6": "#0b5764",
    "series-7": "#222222",
    "series-8": "#4d0b87",
}
# States of a verdict whose colour has another name.
STATE_COLOURS = {"missed": "danger", "infeasible": "danger", "storage": "network", "host": "overhead"}
# Pillow's own font has no accents, no × and no Greek.
_FONT = settings.BASE_DIR / "static" / "vendor" / "inter-4.1.1" / "inter.woff2"
_EDGE = 56
_MOST_INPUTS = 4
# A first sentence longer than this is set smaller.
_SHORT_SENTENCE = 32


@dataclass(frozen=True)
class ShareCard:
    """The content of the image. `state` sets the colour of the verdict; `picture` is the first chart that can be drawn
    small, None where there is none."""

    title: str
    what: str
    verdict: str
    state: str
    inputs: tuple[tuple[str, str], ...]
    figures: tuple[tuple[str, str], ...]
    picture: Miniature | None

    @classmethod
    def of(cls, title: str, what: str, opened: OpenedAnswer) -> ShareCard:
        """Return the card of a stored answer; for a page stored as HTML only the title."""
        charts: Iterable[Figure] = ()
        if opened.result:
            charts = result_figures(opened.result)
        elif opened.page:
            charts = opened.page.summary.figures
        return cls(
            title,
            what,
            opened.verdict,
            opened.state,
            tuple((each.label, each.text) for each in opened.inputs if not each.default)[:_MOST_INPUTS],
            tuple((opened.cards[name].label, opened.cards[name].value) for name in opened.headline[:4]),
            _picture(charts),
        )


def _picture(charts: Iterable[Figure]) -> Miniature | None:
    plots = (orjson.loads(chart.plot) for chart in charts)
    return next((miniature(plot) for plot in plots if is_drawable(plot)), None)


def draw(card: ShareCard) -> bytes:
    """Return the card as PNG."""
    image = Image.new("RGB", (_SIZE[0] * _ZOOM, _SIZE[1] * _ZOOM), COLOURS["bg"])
    pen = _Pen(ImageDraw.Draw(image, "RGBA"))
    pen.logo(_EDGE, 40)
    pen.text(_EDGE + 48, 42, f"Walls of ML systems / {card.what}", "muted", 24)
    below = pen.lines(card.title, 84, 34, 1, "text")
    first, _, others = card.verdict.partition(". ")
    short = len(first) <= _SHORT_SENTENCE
    colour = STATE_COLOURS.get(card.state, card.state)
    first = f"{first}." if others else first
    below = pen.lines(first, below + 4, 60 if short else 36, 1 if short else 2, colour if colour in COLOURS else "text")
    below = pen.lines(others, below, 27, 2, "text")
    _draw_inputs(pen, card.inputs, max(below + 16, 300))
    if card.picture:
        left = 620 if card.inputs else _EDGE
        pen.picture(card.picture, (left, max(below + 16, 300), _SIZE[0] - _EDGE, 496))
    step = (_SIZE[0] - 2 * _EDGE) // max(len(card.figures), 1)
    for k, (label, value) in enumerate(card.figures):
        pen.line((_EDGE + k * step, 512, _EDGE + (k + 1) * step - 20, 512), "line", 3)
        pen.text(_EDGE + k * step, 522, _short(label, 22), "muted", 22)
        pen.text(_EDGE + k * step, 552, _short(value, 14), "text", 36)
    out = io.BytesIO()
    small = image.resize(_SIZE, Image.Resampling.LANCZOS)
    small.quantize(128, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw_inputs(pen: _Pen, inputs: tuple[tuple[str, str], ...], top: float) -> None:
    for k, (label, value) in enumerate(inputs):
        at = top + k * 46
        pen.text(_EDGE, at, _short(label, 22), "muted", 23)
        pen.text(_EDGE + 270, at, _short(value, 20), "text", 23)
        pen.line((_EDGE, at + 37, 580, at + 37), "line", 1)


@dataclass(frozen=True)
class _Pen:
    """Draws at twice the coordinates it is given, in colours by name."""

    on: ImageDraw.ImageDraw

    def text(self, x: float, y: float, text: str, colour: str, size: int) -> None:
        self.on.text((x * _ZOOM, y * _ZOOM), text, COLOURS[colour], _font(size * _ZOOM))

    def lines(self, text: str, top: float, size: int, most: int, colour: str) -> float:
        """Draw the text in at most `most` lines. Return the y position below it."""
        each = max(1, int((_SIZE[0] - 2 * _EDGE) / (size * 0.52)))
        for line in textwrap.wrap(text, each, max_lines=most, placeholder=" …"):
            self.text(_EDGE, top, line, colour, size)
            top += size * 1.25
        return top

    def line(self, ends: tuple[float, ...], colour: str, width: float) -> None:
        self.on.line([end * _ZOOM for end in ends], COLOURS[colour], round(width * _ZOOM), joint="curve")

    def logo(self, x: float, y: float) -> None:
        """Draw the roofline of the site's logo."""
        self.line((x, y + 28, x + 16, y + 6), "memory", 4)
        self.line((x + 15, y + 7, x + 36, y + 7), "compute", 4)

    def picture(self, picture: Miniature, box: tuple[float, float, float, float]) -> None:
        """Draw a chart stretched to a box."""
        left, top, right, bottom = box
        across, down = (right - left) / WIDTH, (bottom - top) / HEIGHT
        for area in picture.areas:
            ends = (area.x, area.y, area.x + area.width, area.y + area.height)
            corners = [
                (at * scale + start) * _ZOOM
                for at, scale, start in zip(ends, (across, down) * 2, (left, top) * 2, strict=True)
            ]
            self.on.rectangle(corners, _rgba(area.colour))
        for path in picture.paths:
            points = [((left + x * across) * _ZOOM, (top + y * down) * _ZOOM) for x, y in path.points]
            self.on.line(points, _rgba(path.colour), (2 if path.thin else 5) * _ZOOM, joint="curve")
        for dot in picture.dots:
            middle = ((left + dot.x * across) * _ZOOM, (top + dot.y * down) * _ZOOM)
            fill = COLOURS["surface"] if dot.hollow else _rgba(dot.colour)
            self.on.circle(middle, 2 * radius(dot) * _ZOOM, fill, _rgba(dot.colour), 3 * _ZOOM if dot.hollow else 0)


def _rgba(colour: Colour) -> tuple[int, ...]:
    """Return a colour for Pillow; a name that is not known, in the colour of text."""
    red, green, blue = ImageColor.getrgb(COLOURS.get(colour.token, COLOURS["text"]))[:3]
    return (red, green, blue, round(255 * colour.opacity))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FONT, size)


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
