"""The form of a page as a browser sends it, and the moves of its sliders: what a student's update asks."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

# Places of a slider from end to end, and those of a logarithmic one that stand for zero; as in static/js/sliders.js.
_PLACES, _ZERO = 1000, 20
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Slider:
    """A slider: the text field it writes into, its ends in the unit beside the field, and its scale."""

    name: str
    low: float
    high: float
    log: bool
    integer: bool

    def text(self, place: float) -> str:
        """Return the text that the slider writes at a place from 0 to 1, rounded as a browser rounds it."""
        value = self._value(place * _PLACES)
        return f"{round(value):d}" if self.integer else f"{value:.3g}"

    def _value(self, place: float) -> float:
        if not self.log:
            return self.low + place / _PLACES * (self.high - self.low)
        first = self.low or (1.0 if self.integer else self.high / 1e4)
        start = 0 if self.low else _ZERO
        if place < start:
            return self.low
        return first * (self.high / first) ** ((place - start) / (_PLACES - start))


@dataclass(frozen=True)
class PageForm:
    """The form of a page: its address, what it sends as it was opened, and its sliders."""

    address: str
    sent: tuple[tuple[str, str], ...]
    sliders: tuple[Slider, ...]

    def update(self, draw: random.Random, places: int = _PLACES) -> str:
        """Return the address of an update after one slider was moved to one of `places` places. In a form without
        sliders one number is typed instead."""
        if not self.sliders:
            return f"{self.address}?{urlencode(self._typed(draw))}"
        slider = draw.choice(self.sliders)
        text = slider.text(draw.randint(1, places) / places)
        return f"{self.address}?{urlencode([(n, text if n == slider.name else t) for n, t in self.sent])}"

    def _typed(self, draw: random.Random) -> list[tuple[str, str]]:
        sent = list(self.sent)
        at = draw.choice([k for k, (name, text) in enumerate(sent) if name == "goal" and _NUMBER.search(text)])
        name, text = sent[at]
        sent[at] = (name, _NUMBER.sub(lambda number: f"{float(number[0]) * draw.uniform(0.5, 1.5):.3g}", text, count=1))
        return sent


def page_form(html: str) -> PageForm | None:
    """Return the form that updates a page; None for a page without one, or with nothing to move or retype in it."""
    reader = _Reader()
    reader.feed(html)
    if not reader.address:
        return None
    names = {names["id"]: names["name"] for names in reader.texts}
    sliders = tuple(_sliders(reader.ranges, names))
    if not sliders and not any(name == "goal" for name, _ in reader.sent):
        return None
    return PageForm(reader.address, tuple(reader.sent), sliders)


def _sliders(ranges: list[dict[str, str]], names: dict[str, str]) -> Iterator[Slider]:
    for each in ranges:
        ends = float(each["data-low"]), float(each["data-high"])
        if math.isfinite(ends[1]):  # a slider without an upper end is removed by its script
            yield Slider(names[each["data-for"]], *ends, "data-log" in each, "data-integer" in each)


@dataclass
class _Reader(HTMLParser):
    """Reads the form with `hx-get`: its controls in order, as a browser submits them."""

    address: str = ""
    sent: list[tuple[str, str]] = field(default_factory=list)
    texts: list[dict[str, str]] = field(default_factory=list)
    ranges: list[dict[str, str]] = field(default_factory=list)
    inside: bool = False
    picked: str = ""
    options: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and told.get("id") == "inputs" and "hx-get" in told:
            self.inside, self.address = True, told["hx-get"]
        if not self.inside:
            return
        if tag == "input":
            self._input(told)
        elif tag == "select":
            self.picked, self.options = told["name"], []
        elif tag == "option" and self.picked:
            self.options.append((told["value"], "selected" in told))

    def _input(self, told: dict[str, str]) -> None:
        kind = told.get("type", "text")
        if kind == "range":
            self.ranges.append(told)
        elif "name" in told and (kind != "radio" or "checked" in told):
            self.sent.append((told["name"], told.get("value", "")))
            if kind == "text" and "id" in told:
                self.texts.append(told)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select" and self.picked:
            self.sent += [(self.picked, value) for value, selected in self.options if selected]
            self.picked = ""
