"""Presenter (stage 5) of the spectrum. Does not solve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from urllib.parse import urlencode

from mlsysweb.show.results.page import Card, Case, FallacyResult, Link
from mlsysweb.show.results.present import card
from solvers.fields import Choice, Input, InputField
from solvers.laws.step_time import Bound
from solvers.node.roofline import roofline
from solvers.quantities import format_quantity, to_input_text
from solvers.result import Value

from .figures import TIERS, figures, undrawn
from .page import DeviceRow, DeviceTable, SpectrumPage
from .question import SPECTRUM, Smallest, TableRows
from .sentences import BINDS, HOLDS, answer_unit, beside, latency, verdict, why
from .survey import Fate, Survey, bigger

# Tiers that may run on a battery; the others have mains power.
_PORTABLE = ("tiny", "mobile", "edge", "asked")


@dataclass(frozen=True)
class SpectrumLinks:
    """The links of the page, and the question's text as in the page's own link."""

    page: str
    wall: str
    battery: str
    text: Mapping[str, str]


def spectrum_page(s: Survey, around: SpectrumLinks) -> SpectrumPage:
    """Return the page of a survey; `around` are its links."""
    query = urlencode(around.text)
    shared = dict(_shared(around.text))
    told = _told(s, shared, around)
    return SpectrumPage(
        verdict=verdict(s),
        kind="infeasible" if s.smallest is None else _binds(s, s.smallest),
        beside=beside(s),
        headline=tuple(_headline(s)),
        links=tuple(_links(s, shared, around)),
        figures=figures(s),
        notes=tuple(_notes(s)),
        fallacies=(told,) if told else (),
        groups=tuple(_groups(s, shared, around)),
        url=f"{around.page}?{query}" if query else around.page,
    )


def _binds(s: Survey, place: int) -> str:
    return s.binding[place].name.lower()


def _headline(s: Survey) -> Iterator[Card]:
    """Yield the figures of the smallest device that meets the target."""
    place = s.smallest
    if place is None:
        return
    energy = s.of("energy_per_sample", place)
    yield card("latency", Value(s.of("latency", place), "s", label="Latency"))
    yield card("energy", Value(energy, "J", label=f"Energy per {answer_unit(s)}", if_infinite="unknown"))
    yield card("tdp", Value(s.power(place), "W", label="Power (TDP)"))
    yield card("price", Value(s.price(place), "USD", label="Price"))
    yield card("memory_tier", Value(HOLDS[s.tier[place]], label="Weights in"))


def _links(s: Survey, shared: Mapping[str, str], around: SpectrumLinks) -> Iterator[Link]:
    """Yield links from the smallest device, and from the one compared with it, to their roofline and battery pages."""
    for place in dict.fromkeys(place for place in (s.smallest, s.held) if place is not None):
        name = s.devices[place].name
        if url := _wall(s, place, shared, around):
            yield Link(f"{name} on the roofline", url)
        if url := _battery(s, place, around):
            yield Link(f"Battery life with {name}", url)


def _notes(s: Survey) -> Iterator[str]:
    yield undrawn(s)
    unknown = sum(not isfinite(s.size[place]) for place in s.where(Fate.MEETS))
    if unknown:
        what = "power" if s.point.smallest == Smallest.POWER else "price"
        yield (f"The {what} of {unknown} devices that meet the target is unknown; none of them is named as the best.")
    if any(s.runs(place) and not isfinite(s.power(place)) for place in s.order):
        yield "Energy is unknown where the power is unknown."
    if s.smallest is not None and s.devices[s.smallest].tier in _PORTABLE and not isfinite(_asleep(s, s.smallest)):
        yield (
            f"The sleep power of {s.devices[s.smallest].name} is unknown; the battery page starts from its own default."
        )
    if any(s.runs(place) and not _has_wall(s, place) for place in s.order):
        yield (
            "A device without a link runs the model from its SRAM; the bandwidth of its memory, which the roofline "
            "page needs, is unknown."
        )


def _shared(text: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the question as query of the roofline's page: the typed values, and the defaults in which the two pages
    differ."""
    for name, io in SPECTRUM.inputs.items():
        other = roofline.inputs.get(name)
        if other is None or name == "accelerator":
            continue
        if name in text:
            yield name, text[name]
        elif io.default != other.default:
            yield name, _words(io)
    yield from ((name, value) for name, value in text.items() if name.startswith("model."))


def _words(io: InputField) -> str:
    if isinstance(io, Input):
        return to_input_text(io.default, io.unit, io.display_unit)
    return io.kind(io.default).name.lower() if isinstance(io, Choice) else io.default


def _wall(s: Survey, place: int, shared: Mapping[str, str], around: SpectrumLinks) -> str:
    """Return the link to the roofline of a device; empty where that page would have no answer."""
    device = s.devices[place]
    if not _has_wall(s, place):
        return ""
    query = {name: value for name, value in around.text.items() if name.partition(".")[0] == "accelerator"}
    own = {"accelerator": device.slug} if device.slug else query
    return f"{around.wall}?{'&'.join(filter(None, (_query(tuple(shared.items())), urlencode(own))))}"


@lru_cache(16)  # the same for all devices of a page
def _query(shared: tuple[tuple[str, str], ...]) -> str:
    return urlencode(shared)


def _has_wall(s: Survey, place: int) -> bool:
    return s.fate[place] != Fate.UNKNOWN and isfinite(s.devices[place].spec.memory_bandwidth)


def _asleep(s: Survey, place: int) -> float:
    return float(s.devices[place].spec.sleep_power)


def _battery(s: Survey, place: int, around: SpectrumLinks) -> str:
    """Return the link to the battery wall for this device, with its energy per inference."""
    device = s.devices[place]
    figures = {
        "energy_per_inference": (s.of("energy_per_sample", place), "J"),
        "active_time": (s.of("latency", place) / float(s.point.batch_size), "s"),
        "sleep_power": (_asleep(s, place), "W"),
    }
    known = {name: to_input_text(value, unit, digits=6) for name, (value, unit) in figures.items() if isfinite(value)}
    if not s.runs(place) or device.tier not in _PORTABLE or "energy_per_inference" not in known:
        return ""
    return f"{around.battery}?{urlencode(known)}"


_HEADINGS = (
    ("meets", "Target met, lowest first", (Fate.MEETS,)),
    ("misses", "Too slow, or beyond a limit", (Fate.LIMITED, Fate.SLOW)),
    ("too-large", "Out of memory", (Fate.TOO_LARGE,)),
    ("unknown", "Unsupported, or unknown", (Fate.UNKNOWN,)),
)
_FIRST = 10


def _groups(s: Survey, shared: Mapping[str, str], around: SpectrumLinks) -> Iterator[DeviceTable]:
    everything = f"{around.page}?{urlencode({**around.text, 'rows': 'all'})}"
    for id, heading, fates in _HEADINGS:
        places = s.where(*fates)
        shown = [p for rank, p in enumerate(places) if rank < _FIRST or s.point.rows == TableRows.ALL or p == s.held]
        if shown:
            rows = tuple(_row(s, place, shared, around) for place in shown)
            more = Link(f"All {len(places)}", everything) if len(shown) < len(places) else None
            yield DeviceTable(id, f"{heading} ({len(places)})", fates[0] <= Fate.SLOW, id == "meets", rows, more)


def _row(s: Survey, place: int, shared: Mapping[str, str], around: SpectrumLinks) -> DeviceRow:
    device, runs = s.devices[place], s.runs(place)
    energy = s.of("energy_per_sample", place)
    return DeviceRow(
        name=device.name,
        url=_wall(s, place, shared, around),
        tier=TIERS[device.tier],
        power=format_quantity(s.power(place), "W"),
        price=format_quantity(s.price(place), "USD"),
        latency=latency(s, place) if runs else "",
        energy=format_quantity(energy, "J") if runs else "",
        memory=HOLDS[s.tier[place]] if runs else "",
        binds=BINDS[s.binding[place]] if runs else "",
        kind=_binds(s, place) if runs else "",
        why=why(s, place),
        battery=_battery(s, place, around),
        marked="smallest" if place == s.smallest else "compared" if place == s.held else "",
    )


_CLAIM = "A larger chip is always faster."


def _told(s: Survey, shared: Mapping[str, str], around: SpectrumLinks) -> FallacyResult | None:
    """Return the fallacy that a chip ten times as large is ten times as fast, evaluated for this model on the compared
    device."""
    if not s.runs(s.held):
        return None
    now, then = s.of("latency", s.held), s.tenfold
    name = s.devices[s.held].name
    step = (
        f"en times the FLOP/s and bandwidth of {name} would change the latency from {format_quantity(now, 's')} to "
        f"{format_quantity(then, 's')}"
    )
    ran = [place for place in s.order if s.runs(place)]
    count = sum(s.binding[place] == Bound.OVERHEAD for place in ran)
    bound = f"On {count} of the {len(ran)} devices that run it"
    if then > now / 2:
        launching = format_quantity(s.of("overhead_time", s.held), "s")
        truth = f"T{step}: kernel launches take {launching} on a chip of any size. {bound} they take longest."
    elif count:
        truth = f"Only up to a point: t{step}. {bound} kernel launches take longest; there a larger chip gains little."
    else:
        truth = f"True for this model: t{step}, and on no device do kernel launches take longest."
    return FallacyResult(_CLAIM, truth, "Latency", *_sides(s, shared, around), then > now / 2 or count > 0)


def _sides(s: Survey, shared: Mapping[str, str], around: SpectrumLinks) -> tuple[Case | None, Case | None]:
    """Return the compared device and ten times that device as cases, where both have a page."""
    device, url = s.devices[s.held], _wall(s, s.held, shared, around)
    if not url or not device.slug:
        return None, None
    more = urlencode({f"accelerator.{figure}": "x10" for figure in bigger(device.spec)})
    return (
        Case(f"on {device.name}", latency(s, s.held), url),
        Case("on ten times that chip", format_quantity(s.tenfold, "s"), f"{url}&{more}"),
    )
