"""Presenter (stage 5) of carbon geography. Does not solve."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import orjson

from mlsysweb.show.charts.geography import PlacePoint, lifetimes, ranking, tradeoff
from mlsysweb.show.charts.series import varies
from mlsysweb.show.results.page import Card, Figure, Link, Table
from mlsysweb.show.results.present import card, embedded
from solvers.grammar import agree
from solvers.quantities import format_quantity, to_input_text
from solvers.result import Value

from .findings import embodied_sources, lifetimes_finding, tradeoff_finding
from .page import Band, GeographyPage, PlaceRow
from .places import Atlas, GridPlace, Life
from .question import Counted, Inputs

# Bounds of the map's colour bands in g/kWh: each about twice the one before, so that clean grids differ, too.
_STEPS = (50, 100, 200, 350, 500, 700)
_ENDS = 12
_KWH = 3.6e6


@dataclass(frozen=True)
class GeographyLinks:
    """Paths of this page and of the wall, the typed text, and the picked place."""

    url: str
    wall: str
    text: Mapping[str, str]
    picked: GridPlace


def geography_page(
    i: Inputs, found: Atlas, here: int, world: Mapping[str, int], lived: Sequence[Life], around: GeographyLinks
) -> GeographyPage:
    """Return the page. `here` is the index of the picked place; `world` maps ISO codes to the indexes of countries on
    the map."""
    link = f"{around.url}?{urlencode(around.text)}" if around.text else around.url
    return GeographyPage(
        verdict=_verdict(found, here),
        placement=_placement(i, found),
        cards=tuple(_cards(found, here)),
        bands=tuple(_bands()),
        picked=around.picked.slug,
        map=embedded(orjson.dumps({iso: _told(found, place) for iso, place in world.items()}).decode()),
        figures=tuple(_figures(i, found, here, lived)),
        rows=tuple(_rows(found, here, around)),
        unknown="" if world else "The catalog has no country to draw.",
        wall=_wall(i, found, here, around),
        notes=tuple(_notes(i, found, lived)),
        url=link,
        region="" if around.picked.slug else around.picked.name,
        country=around.picked.country,
        priced=found.priced_places > 1,
    )


def _verdict(found: Atlas, here: int) -> str:
    """Return the chosen place between the cleanest and the dirtiest. Places whose emissions are shown as the same
    figure are not compared."""
    best, worst = int(found.ranked[0]), int(found.ranked[-1])
    cleanest, dirtiest = found.places[best].name, found.places[worst].name
    carbon, least, most = (_tonnes(found, place) for place in (here, best, worst))
    state = _rank(found, here, least == most, carbon == least, carbon == most)
    first = f"{state}. In {found.places[here].name} the job emits {carbon} CO₂e"
    if least == most:
        return f"{first}, as in every other place."
    if carbon == least:
        rank = "the least of all" if here == best else f"as little as in {cleanest} and less than elsewhere"
        ratio = f", {_times(found, worst, here)}" if found.carbon[here] > 0 else ""
        told = f"{first}, {rank}; in {dirtiest} it would be {most}{ratio}."
    else:
        rank = ""
        if carbon == most:
            rank = ", the most of all" if here == worst else f", as much as in {dirtiest} and more than elsewhere"
        ratio = f", {_times(found, here, best)} as" if found.carbon[best] > 0 else "; nothing"
        end = "" if rank else f"; in {dirtiest} it would be {most}"
        told = f"{first}{rank}{ratio} in {cleanest} ({least}){end}."
    return f"{told} {_energy(found, here, best, worst)}"


def _rank(found: Atlas, here: int, same: bool, lowest: bool, highest: bool) -> str:
    """Return the state that the verdict begins with: the place among all, by its emissions."""
    if same:
        return "Equal emissions"
    if lowest or highest:
        return "Lowest emissions" if lowest else "Highest emissions"
    best = int(found.ranked[0])
    ratio = float(found.carbon[here] / found.carbon[best]) if found.carbon[best] > 0 else math.inf
    return (
        f"{format_quantity(ratio, '1')}× the lowest emissions" if math.isfinite(ratio) else "Above the lowest emissions"
    )


def _energy(found: Atlas, here: int, best: int, worst: int) -> str:
    """Whether the places differ by their grids alone or by their sites' PUE, too."""
    places = list(dict.fromkeys((here, best, worst)))
    if len({float(found.pue[place]) for place in places}) == 1:
        return "The energy is the same."
    told = (f"{format_quantity(float(found.pue[place]), '1')} in {found.places[place].name}" for place in places)
    return f"The energy differs, too: the PUE is {', '.join(told)}."


def _placement(i: Inputs, found: Atlas) -> str:
    if found.priced_places < 2:
        return "Electricity prices of these locations are unknown, so electricity costs are not compared."
    best = found.places[found.best].name
    price = format_quantity(float(i.carbon_price), "USD/kg", "USD/t")
    told = (
        f"With a carbon price of {price}, {best} has the lowest cost: "
        f"{format_quantity(float(found.cost[found.best]), 'USD')} of electricity and {_tonnes(found, found.best)} CO₂e."
    )
    if not _costs_vary(found):
        return f"{told} Nearly all locations pay the same for electricity, so cost vs. emissions is not drawn."
    count = len(found.front)
    return (
        f"{told} {count} of {found.priced_places} locations with a known electricity price are Pareto-optimal."
        if count > 1
        else told
    )


def _costs_vary(found: Atlas) -> bool:
    return found.priced_places > 1 and varies(
        [format_quantity(float(cost), "USD") for cost in found.cost[found.own_price]]
    )


def _tonnes(found: Atlas, place: int) -> str:
    return format_quantity(float(found.carbon[place]), "kg", "t")


def _water(found: Atlas, place: int) -> str:
    water = float(found.water[place])
    return "unknown" if math.isnan(water) else format_quantity(water, "L")


def _times(found: Atlas, over: int, under: int) -> str:
    """How many times as much one place emits as the other, which emits anything."""
    return agree(format_quantity(float(found.carbon[over] / found.carbon[under]), "1"), " times as much")


def _cards(found: Atlas, here: int) -> Iterator[Card]:
    carbon = float(found.carbon[here])
    yield card("carbon", Value(carbon, "kg", "t", "Emissions (CO₂e)"))
    against = Value(carbon / float(found.carbon.mean()), "1", "times", label="vs. mean of all locations")
    yield replace(card("against_mean", against), kind="carbon")
    yield card("water", Value(float(found.water[here]), "L", label="Water use", if_infinite="unknown"))
    yield card("cost", Value(float(found.cost[here]), "USD", label="Electricity cost"))
    yield card("pue", Value(float(found.pue[here]), "1", label="PUE"))


def _band(grams: float) -> int:
    return sum(grams >= step for step in _STEPS)


def _bands() -> Iterator[Band]:
    edges = (0, *_STEPS)
    for number, low in enumerate(edges):
        words = f"{low}–{edges[number + 1]}" if number + 1 < len(edges) else f"≥ {low}"
        yield Band(number, words)


def _told(found: Atlas, place: int) -> dict[str, str | int]:
    """Return what the map needs of a country: its colour band, the hover text, and the slug a click picks."""
    each = found.places[place]
    mix = f", {each.mix}" if each.mix else ""
    words = (
        f"{each.name}: {_intensity(found, place)}{mix}; {_tonnes(found, place)} CO₂e, "
        f"water {_water(found, place)}, "
        f"{format_quantity(float(found.cost[place]), 'USD')}"
    )
    return {"band": _band(float(found.intensity[place]) * _KWH * 1e3), "words": words, "slug": each.slug}


def _intensity(found: Atlas, place: int) -> str:
    return format_quantity(float(found.intensity[place]), "kg/J", "g/kWh")


def _mark(found: Atlas, place: int, here: int) -> str:
    if place == here:
        return "chosen"
    if place == found.best and found.own_price[place]:
        return "best"
    return "front" if place in found.on_front else ""


_MARKS = {"": "", "chosen": "selected", "best": "lowest cost with carbon price", "front": "Pareto-optimal"}


def _rows(found: Atlas, here: int, around: GeographyLinks) -> Iterator[PlaceRow]:
    # The links of the table differ in the grid only: the rest is quoted once.
    text = {name: text for name, text in {**around.text, "grid": ""}.items() if name != "region"}
    at = list(text).index("grid")
    first, last = urlencode(list(text.items())[:at]), urlencode(list(text.items())[at + 1 :])
    for place in found.ranked.tolist():
        each = found.places[place]
        query = "&".join(part for part in (first, urlencode({"grid": each.slug}), last) if part)
        yield PlaceRow(
            place=Link(each.name, f"{around.url}?{query}" if each.slug else ""),
            mix=each.mix,
            intensity=_intensity(found, place),
            carbon=_tonnes(found, place),
            water=_water(found, place),
            cost=f"{'' if found.own_price[place] else '≈ '}{format_quantity(float(found.cost[place]), 'USD')}",
            mark=_MARKS[_mark(found, place, here)],
        )


def _dot(found: Atlas, place: int, here: int) -> PlacePoint:
    each, mark = found.places[place], _mark(found, place, here)
    return PlacePoint(each.name, float(found.carbon[place]) / 1e3, float(found.cost[place]), mark, each.slug)


def _figures(i: Inputs, found: Atlas, here: int, lived: Sequence[Life]) -> Iterator[Figure]:
    order = found.ranked.tolist()
    ends = order if len(order) <= 2 * _ENDS else [*order[:_ENDS], *order[-_ENDS:]]
    shown = sorted({*ends, here}, key=order.index)
    dots = [_dot(found, place, here) for place in shown]
    yield _figure(
        "ranking-0",
        "Lowest and highest carbon intensity",
        f"From {_tonnes(found, order[0])} CO₂e in {found.places[order[0]].name} to "
        f"{_tonnes(found, order[-1])} in {found.places[order[-1]].name}.",
        ranking(dots),
        ("Location", "Emissions (CO₂e)"),
        [(d.name, format_quantity(d.tonnes * 1e3, "kg", "t")) for d in dots],
    )
    every = [_dot(found, place, here) for place in order if found.own_price[place] or place == here]
    best = [d for d in every if d.mark]
    if _costs_vary(found):
        yield _figure(
            "tradeoff-1",
            "Electricity cost vs. emissions, by location",
            tradeoff_finding(every),
            tradeoff(every),
            ("Location", "Electricity cost", "Emissions (CO₂e)"),
            [(d.name, format_quantity(d.dollars, "USD"), format_quantity(d.tonnes * 1e3, "kg", "t")) for d in best],
        )
    if lived:
        kept = [(life.name, life.making, life.running) for life in lived]
        names, making, running = zip(*kept, strict=True)
        yield _figure(
            "lifetimes-2",
            f"Embodied vs. operational emissions over the hardware lifetime, {i.grid.name}",
            lifetimes_finding(lived),
            lifetimes(names, making, running),
            ("Device", "Embodied (CO₂e)", "Source of the embodied carbon", "Operational (CO₂e)"),
            [
                (
                    name,
                    format_quantity(embodied, "kg"),
                    "Boavizta model" if life.modeled else "vendor",
                    format_quantity(operational, "kg"),
                )
                for life, (name, embodied, operational) in zip(lived, kept, strict=True)
            ],
        )


def _figure(
    id: str, title: str, description: str, drawn: object, columns: tuple[str, ...], rows: list[tuple[str, ...]]
) -> Figure:
    return Figure(
        id,
        title,
        description,
        embedded(orjson.dumps(drawn).decode()),
        Table(columns, tuple(rows)),
    )


def _wall(i: Inputs, found: Atlas, here: int, around: GeographyLinks) -> Link:
    """The sustainability wall with this job at this place."""
    asked = {name: around.text[name] for name in ("fleet", "node", "accelerator") if name in around.text} | {
        "devices": f"{i.devices:g}",
        "mfu": to_input_text(float(i.mfu), "1", "percent"),
        "duration": to_input_text(float(i.duration), "s", "day"),
        "memory_utilization": to_input_text(float(i.memory_utilization), "1", "percent"),
        "host_power": to_input_text(float(i.host_power), "W", "W"),
        "pue": f"{found.pue[here]:g}",
        "wue": to_input_text(float(found.wue[here]), "L/J", "L/kWh"),
        "water_intensity": to_input_text(float(found.water_intensity[here]), "L/J", "L/kWh"),
        "carbon_intensity": to_input_text(float(found.intensity[here]), "kg/J", "g/kWh"),
    }
    return Link("Open the sustainability wall with this job and location", f"{around.wall}?{urlencode(asked)}")


def _notes(i: Inputs, found: Atlas, lived: Sequence[Life]) -> Iterator[str]:
    if i.counted == Counted.GRID_AND_SITE:
        yield "Each location's own PUE is used where it is known, so both grid and PUE differ between locations."
    if lived_asleep := [life.name for life in lived if life.sleeps]:
        yield (
            f"Lifetime emissions: {' and '.join(lived_asleep)} is active "
            f"{format_quantity(float(i.duty_cycle), '1', 'percent')} of the time, sleeps for the rest, and has no "
            "data-center PUE. The other devices are always on."
        )
    yield from embodied_sources(lived)
    if i.memory_utilization == 0:
        yield "Power depends on MFU alone, as in the tutorial. Set the memory utilization to include memory power."
    if i.host_power == 0:
        yield "Host power is not included; set it under Advanced inputs."
    yield (
        f"Electricity prices are known for {found.priced_places} of {len(found.places)} locations; the cost of the "
        "others (≈ in the table) uses the price given, and the cost chart leaves them out. Carbon intensity is a "
        "yearly mean."
    )
