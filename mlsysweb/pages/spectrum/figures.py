"""The charts of a survey: devices by any two figures, and the effect of chip size on latency."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, nan
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from mlsysweb.show.charts.device_latency import DeviceLatency, device_latency
from mlsysweb.show.charts.spectrum import Bar, Constant, DeviceGroup, DevicePoint, spectrum
from mlsysweb.show.results.page import Figure, Table
from mlsysweb.show.results.present import embedded
from solvers.laws.step_time import Bound
from solvers.quantities import format_quantity
from solvers.result import Value
from solvers.spec_parts import in_sentence

from .question import PlotQuantity, TableRows
from .sentences import BINDS, why
from .survey import Column, Survey

TIERS = {
    "tiny": "Tiny",
    "mobile": "Mobile",
    "edge": "Edge",
    "workstation": "Workstation",
    "cloud": "Cloud",
    "asked": "Custom",
}

# Devices labelled in the chart, from the smallest to the largest, for orientation.
_LANDMARKS = {
    "nrf52840": "nRF52840",
    "esp32-s3": "ESP32-S3",
    "coral-edge-tpu": "Coral",
    "iphone-15-pro": "iPhone 15 Pro",
    "jetson-orin-nx-16gb": "Orin NX",
    "h100-sxm5-80gb": "H100",
    "cerebras-wse3": "WSE-3",
}

_VALUES = {
    PlotQuantity.PEAK: Value(nan, "flop/s", label="Peak FLOP/s"),
    PlotQuantity.BANDWIDTH: Value(nan, "byte/s", label="Memory bandwidth"),
    PlotQuantity.CAPACITY: Value(nan, "byte", label="Usable memory"),
    PlotQuantity.POWER: Value(nan, "W", label="TDP"),
    PlotQuantity.PRICE: Value(nan, "USD", label="Price"),
    PlotQuantity.ENERGY: Value(nan, "J", label="Energy per inference"),
    PlotQuantity.LATENCY: Value(nan, "s", label="Latency"),
}

# The quotient or product of two figures, with its unit and the words that follow its value.
_QUOTIENTS = {
    (PlotQuantity.PEAK, PlotQuantity.BANDWIDTH): ("flop/byte", ""),
    (PlotQuantity.PEAK, PlotQuantity.POWER): ("flop/s", " per W"),
    (PlotQuantity.BANDWIDTH, PlotQuantity.POWER): ("byte/s", " per W"),
    (PlotQuantity.PEAK, PlotQuantity.PRICE): ("flop/s", " per $"),
    (PlotQuantity.BANDWIDTH, PlotQuantity.PRICE): ("byte/s", " per $"),
    (PlotQuantity.CAPACITY, PlotQuantity.PRICE): ("byte", " per $"),
    (PlotQuantity.CAPACITY, PlotQuantity.BANDWIDTH): ("s", " to read all"),
    (PlotQuantity.ENERGY, PlotQuantity.LATENCY): ("W", ""),
}
_PRODUCTS = {(PlotQuantity.POWER, PlotQuantity.LATENCY): ("J", " at full power")}


def figures(s: Survey) -> tuple[Figure, ...]:
    """Return the charts that have data."""
    return tuple(figure for figure in (_spectrum(s), _launches(s)) if figure)


def column(s: Survey, axis: PlotQuantity) -> Column:
    """Return a figure of all devices. What the model needs is known only where it runs."""
    match axis:
        case PlotQuantity.PEAK:
            figure: Any = s.found.peak
        case PlotQuantity.BANDWIDTH:
            figure = s.found.bandwidth
        case PlotQuantity.CAPACITY:
            figure = s.found.memory_room
        case PlotQuantity.POWER:
            figure = s.chips.tdp
        case PlotQuantity.PRICE:
            figure = s.chips.unit_price
        case PlotQuantity.ENERGY:
            figure = np.where(_ran(s), s.found.energy_per_sample, np.nan)
        case PlotQuantity.LATENCY:
            figure = np.where(_ran(s), s.found.latency, np.nan)
    return np.asarray(figure)


def _ran(s: Survey) -> NDArray[np.bool_]:
    return np.array([s.runs(place) for place in range(len(s.devices))])


def undrawn(s: Survey) -> str:
    """Return a sentence on how many devices the first chart leaves out, and which figures they lack."""
    missing = []
    for axis in _axes(s):
        count = int(np.sum(~np.isfinite(column(s, axis))))
        if count:
            missing.append(f"{count} without a known {axis.name.lower()}")
    return f"Not drawn: {' and '.join(missing)}." if missing else ""


def _axes(s: Survey) -> tuple[PlotQuantity, PlotQuantity]:
    return PlotQuantity(int(s.point.x)), PlotQuantity(int(s.point.y))


def _spectrum(s: Survey) -> Figure | None:
    across, up = _axes(s)
    columns = _columns(s)
    groups = [_group(s, columns, tier, place) for place, tier in enumerate(TIERS)]
    drawn = spectrum(
        groups, _VALUES[across], _VALUES[up], tuple(_constants(s, across, up)), tuple(_bars(s, across, up))
    )
    if not drawn["data"]:
        return None
    title = f"{_VALUES[up].label} vs. {in_sentence(_VALUES[across].label)}"
    return _figure("spectrum", title, _ranges(s, across, up), drawn, _table(s, across, up))


def _ranges(s: Survey, *axes: PlotQuantity) -> str:
    """Return the devices at the ends of each axis, of those that are drawn: with known figures on all axes."""
    columns = [column(s, axis) for axis in axes]
    drawn = np.all([np.isfinite(each) for each in columns], axis=0).nonzero()[0]
    names = [s.devices[place].name for place in drawn]
    told = []
    for axis, known in zip(axes, columns, strict=True):
        figures = list(zip(known[drawn].tolist(), names, strict=True))
        (low, first), (high, last) = min(figures), max(figures)
        unit = _VALUES[axis].unit
        told.append(
            f"{_VALUES[axis].label}: {format_quantity(low, unit)} ({first}) to {format_quantity(high, unit)} ({last})."
        )
    return " ".join(told)


def _figure(id: str, title: str, description: str, drawn: dict[str, Any], table: Table) -> Figure:
    plot = embedded(orjson.dumps(drawn).decode())
    return Figure(id, title, description, plot, table)


def _columns(s: Survey) -> tuple[list[float], list[float]]:
    across, up = _axes(s)
    return column(s, across).tolist(), column(s, up).tolist()


def _group(s: Survey, columns: tuple[list[float], list[float]], tier: str, series: int) -> DeviceGroup:
    across, up = columns
    dots = tuple(
        _dot(s, place, across[place], up[place])
        for place, device in enumerate(s.devices)
        if device.tier == tier and isfinite(across[place]) and isfinite(up[place])
    )
    return DeviceGroup(TIERS[tier], series, dots)


def _dot(s: Survey, place: int, x: float, y: float) -> DevicePoint:
    device = s.devices[place]
    words = f"{BINDS[s.binding[place]]}-bound" if s.runs(place) else why(s, place)
    ringed = place in (s.smallest, s.held)
    return DevicePoint(x, y, device.name, words, not s.runs(place), _label(s, place), ringed, device.slug)


def _label(s: Survey, place: int) -> str:
    """Return the name to write beside a dot; empty for most."""
    device = s.devices[place]
    return _LANDMARKS.get(device.slug, device.name if place in (s.smallest, s.held) else "")


def _constants(s: Survey, across: PlotQuantity, up: PlotQuantity) -> Iterator[Constant]:
    """Yield lines of constant quotient or product of the two figures, and the line of the model itself."""
    for (top, bottom), words in _QUOTIENTS.items():
        if {top, bottom} == {across, up}:
            signs = (-1, 1) if up == top else (1, -1)
            yield Constant(*signs, *words)
    for pair, words in _PRODUCTS.items():
        if set(pair) == {across, up}:
            yield Constant(1, 1, *words)
    yield from _own(s, across, up)


def _own(s: Survey, across: PlotQuantity, up: PlotQuantity) -> Iterator[Constant]:
    """Yield the line of the model: its arithmetic intensity, which separates memory-bound from compute-bound devices,
    or the least time its work takes."""
    efficiency, feeding = float(s.point.efficiency), float(s.point.bandwidth_efficiency)
    flop, moved = (float(np.asarray(c)[0]) for c in (s.found.flop, s.found.moved))
    pair = {across, up}
    if pair == {PlotQuantity.PEAK, PlotQuantity.BANDWIDTH}:
        signs = (-1, 1) if up == PlotQuantity.PEAK else (1, -1)
        balance = flop / moved * feeding / efficiency
        name = f"balanced for this model: {format_quantity(balance, 'flop/byte')}"
        yield Constant(*signs, "flop/byte", value=balance, name=name, colour="token:text")
    elif pair == {PlotQuantity.PEAK, PlotQuantity.LATENCY}:
        yield Constant(1, 1, "flop", value=flop / efficiency, name="compute only", colour="token:compute")
    elif pair == {PlotQuantity.BANDWIDTH, PlotQuantity.LATENCY}:
        yield Constant(1, 1, "byte", value=moved / feeding, name="memory only", colour="token:memory")


def _bars(s: Survey, across: PlotQuantity, up: PlotQuantity) -> Iterator[Bar]:
    limits = {
        PlotQuantity.LATENCY: (float(s.point.target_latency), "target"),
        PlotQuantity.POWER: (float(s.point.power_limit), "limit"),
        PlotQuantity.PRICE: (float(s.point.price_limit), "limit"),
    }
    for axis, vertical in ((across, True), (up, False)):
        if axis in limits and isfinite(limits[axis][0]):
            value, words = limits[axis]
            yield Bar(value, f"{words} {format_quantity(value, _VALUES[axis].unit)}", vertical)


def _table(s: Survey, across: PlotQuantity, up: PlotQuantity) -> Table:
    """Return the two figures of the chart by tier: of the labelled devices, or of all."""
    xs, ys = _columns(s)
    tiers = list(TIERS)
    rows = sorted(
        (tiers.index(device.tier), device.name, place)
        for place, device in enumerate(s.devices)
        if isfinite(xs[place]) and isfinite(ys[place]) and (s.point.rows == TableRows.ALL or _label(s, place))
    )
    return Table(
        ("Device", "Tier", _VALUES[across].label, _VALUES[up].label),
        tuple(
            (
                name,
                TIERS[tiers[tier]],
                format_quantity(xs[place], _VALUES[across].unit),
                format_quantity(ys[place], _VALUES[up].unit),
            )
            for tier, name, place in rows
        ),
    )


def _launches(s: Survey) -> Figure | None:
    """Return the chart of latency against the rate of the chip for this model."""
    places = sorted((place for place in s.order if s.runs(place)), key=lambda place: s.of("peak", place))
    if not places:
        return None
    drawn = device_latency(
        [_timed(s, place) for place in places], _VALUES[PlotQuantity.PEAK], _VALUES[PlotQuantity.LATENCY]
    )
    columns = ("Device", "Peak FLOP/s", "Latency", "Compute", "Memory", "Overhead", "Bottleneck")
    rows = tuple(_parts(s, place) for place in places if s.point.rows == TableRows.ALL or _label(s, place))
    title = "Latency vs. peak FLOP/s for this model"
    slowest, fastest = (end(places, key=lambda place: s.of("latency", place)) for end in (max, min))
    launching = sum(s.binding[place] == Bound.OVERHEAD for place in places)
    description = (
        f"From {format_quantity(s.of('latency', slowest), 's')} on {s.devices[slowest].name} to "
        f"{format_quantity(s.of('latency', fastest), 's')} on {s.devices[fastest].name}; {launching} of {len(places)} "
        "devices are overhead-bound."
    )
    return _figure("launches", title, description, drawn, Table(columns, rows))


def _timed(s: Survey, place: int) -> DeviceLatency:
    roofs = max(s.of("compute_time", place), s.of("memory_time", place))
    binds = s.binding[place].name.lower()
    label = _label(s, place) if place in (s.smallest, s.held) else ""
    name, slug = s.devices[place].name, s.devices[place].slug
    return DeviceLatency(s.of("peak", place), s.of("latency", place), roofs, binds, name, label, slug)


def _parts(s: Survey, place: int) -> tuple[str, ...]:
    times = (
        format_quantity(s.of(name, place), "s") for name in ("latency", "compute_time", "memory_time", "overhead_time")
    )
    return (s.devices[place].name, format_quantity(s.of("peak", place), "flop/s"), *times, BINDS[s.binding[place]])
