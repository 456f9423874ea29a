"""Presenter (stage 5) of hardware match. Does not solve."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
import orjson

from mlsysweb.show.charts.hardware_match import Chip, hardware_match
from mlsysweb.show.results.page import Figure, Link, Table
from mlsysweb.show.results.present import card, embedded
from solvers.formatting import fill_slots
from solvers.grammar import agree
from solvers.meta.synthesis import Demand, Ranking
from solvers.quantities import format_quantity
from solvers.result import Result
from solvers.verdict import State

from .page import HardwareMatchPage, Match

_HEADLINE = ("required_bandwidth", "required_rate", "required_memory", "required_ridge_point")
_SHORT = {Demand.RATE: "peak FLOP/s", Demand.BANDWIDTH: "memory bandwidth", Demand.MEMORY: "memory capacity"}


@dataclass(frozen=True)
class HardwareMatchLinks:
    """The paths of this page and of the wall, the typed text, and the chips (slug and name) in the order of the
    catalog."""

    url: str
    wall: str
    text: Mapping[str, str]
    chips: Sequence[tuple[str, str]]


def hardware_match_page(needed: Result, ranking: Ranking, around: HardwareMatchLinks) -> HardwareMatchPage:
    """Return the requirements and every chip whose number of devices is known, fewest devices first."""
    count = np.broadcast_to(np.asarray(ranking.outputs.devices_needed, dtype=float), (len(around.chips),))
    known = [place for place in ranking.order.tolist() if math.isfinite(count[place])]
    alone = [place for place in known if count[place] <= 1]
    query = urlencode(around.text)
    return HardwareMatchPage(
        verdict=_verdict(fill_slots(needed.verdict, needed.values), alone, known, ranking, around),
        cards=tuple(card(name, needed.values[name]) for name in _HEADLINE),
        figure=_figure(needed, ranking, known, around) if known else None,
        matches=tuple(_matches(known, ranking, around)),
        unknown=len(around.chips) - len(known),
        wall=Link("Open the synthesis wall with this target", f"{around.wall}?{query}" if query else around.wall),
        url=f"{around.url}?{query}" if query else around.url,
        kind=State.OK if alone else State.MISSED,
    )


def _verdict(needed: str, alone: list[int], known: list[int], ranking: Ranking, around: HardwareMatchLinks) -> str:
    """Return how many chips suffice, what the target needs, and the chip to take. `needed` is the verdict of the wall
    without a chip: its state, then its requirements."""
    required = needed.partition(". ")[2]
    if not known:
        return f"No chip suffices. {required}"
    if not alone:
        chip, count = around.chips[known[0]][1], agree(_count(ranking, known[0]), " devices")
        return f"No single chip of {len(known)} suffices. {required} The fewest are {count} of {chip}."
    prices = _column(ranking, "price_of_devices", around)
    priced = [place for place in alone if math.isfinite(prices[place])]
    told = f"{len(alone)} of {len(known)} chips suffice alone. {required}"
    if not priced:
        return told
    cheapest = min(priced, key=lambda place: float(prices[place]))
    price = format_quantity(float(prices[cheapest]), "USD")
    return f"{told} The cheapest with a known price is {around.chips[cheapest][1]}, {price}."


def _column(ranking: Ranking, name: str, around: HardwareMatchLinks) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.broadcast_to(np.asarray(getattr(ranking.outputs, name), dtype=float), (len(around.chips),))


def _count(ranking: Ranking, place: int) -> str:
    return format_quantity(float(np.asarray(ranking.outputs.devices_needed)[place]), "1")


def _matches(known: list[int], ranking: Ranking, around: HardwareMatchLinks) -> Iterator[Match]:
    needed, tightest, prices = (
        _column(ranking, name, around).tolist() for name in ("devices_needed", "tightest", "price_of_devices")
    )
    # The links differ in the accelerator only: the rest is quoted once.
    asked = list({**around.text, "accelerator": ""}.items())
    at = [name for name, _ in asked].index("accelerator")
    first, last = urlencode(asked[:at]), urlencode(asked[at + 1 :])
    for place in known:
        slug, name = around.chips[place]
        query = "&".join(part for part in (first, urlencode({"accelerator": slug}), last) if part)
        yield Match(
            chip=Link(name, f"{around.wall}?{query}"),
            needed=format_quantity(needed[place], "1"),
            tightest=_SHORT[Demand(int(tightest[place]))],
            price=format_quantity(prices[place], "USD") if math.isfinite(prices[place]) else "unknown",
            alone=needed[place] <= 1,
        )


def _chips(ranking: Ranking, known: list[int], around: HardwareMatchLinks) -> Iterator[Chip]:
    rate, bandwidth = _column(ranking, "peak", around), _column(ranking, "bandwidth", around)
    for place in known:
        if math.isfinite(rate[place]) and math.isfinite(bandwidth[place]):
            alone = float(np.asarray(ranking.outputs.devices_needed)[place]) <= 1
            yield Chip(
                around.chips[place][1],
                float(bandwidth[place]),
                float(rate[place]),
                _count(ranking, place),
                alone,
                around.chips[place][0],
            )


def _figure(needed: Result, ranking: Ranking, known: list[int], around: HardwareMatchLinks) -> Figure | None:
    limits = [needed.values[name].value for name in ("required_bandwidth", "required_rate")]
    if not all(isinstance(limit, float) and math.isfinite(limit) and limit > 0 for limit in limits):
        return None
    chips = list(_chips(ranking, known, around))
    title = "Accelerators vs. requirement"
    rows = tuple(
        (c.name, format_quantity(c.bandwidth, "byte/s"), format_quantity(c.rate, "flop/s"), c.needed) for c in chips
    )
    others = {name: text for name, text in around.text.items() if name != "accelerator"}
    link = f"{around.wall}?{urlencode({**others, 'accelerator': ''})}"
    drawn = hardware_match(chips, float(limits[0]), float(limits[1]), link)
    table = Table(("Accelerator", "Memory bandwidth", "Peak FLOP/s", "Devices"), rows)
    return Figure(
        "hardware-match-0",
        title,
        "Each dot is an accelerator; one is enough above and to the right of both dotted lines.",
        embedded(orjson.dumps(drawn).decode()),
        table,
    )
