"""Does storage deliver training data as fast as the accelerators consume it?

Mohan et al. 2021, section 3: a data pipeline is as fast as its slowest part, and accelerators stall for the rest of
the time; a cache in main memory serves the share of reads it holds. Not modelled: latency and request rates of small
files, preprocessing on the way (the transformation wall), and bursts of reads.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers.declare import (
    Array,
    Codes,
    Equation,
    Fallacy,
    Preset,
    Source,
    Truth,
    curve,
    flag,
    label,
    number,
    output,
    solver,
)
from solvers.laws.ratio import ratio_or_inf


class IngestionBottleneck(IntEnum):
    """The slower part of the path from storage to the accelerators."""

    STORAGE = 0
    INTERCONNECT = 1


@dataclass(frozen=True, kw_only=True)
class Inputs:
    demand_bandwidth: Array = number(
        "byte/s",
        "Demand",
        2.8e9,
        high=1e18,
        slider=(1e6, 1e12),
        log=True,
        display_unit="GB/s",
        symbol=r"\beta_\text{demand}",
        help="What the accelerators would read if data were always there: samples a second times bytes a sample.",
    )
    storage_bandwidth: Array = number(
        "byte/s",
        "Storage bandwidth",
        500e6,
        exclusive_min=True,
        high=1e18,
        slider=(1e7, 1e12),
        log=True,
        display_unit="GB/s",
        symbol=r"\beta_\text{storage}",
        help="What the disks or the file system deliver to this job.",
    )
    io_bandwidth: Array = number(
        "byte/s",
        "Path to the accelerators",
        25e9,
        exclusive_min=True,
        high=1e18,
        slider=(1e8, 1e12),
        log=True,
        display_unit="GB/s",
        symbol=r"\beta_\text{io}",
        help="Network or PCIe between storage and accelerators.",
    )
    cached_fraction: Array = number(
        "1",
        "Share read from memory",
        0,
        high=1,
        slider=(0, 1),
        display_unit="percent",
        symbol="h",
        advanced=True,
        help="Of the reads, those that main memory of the hosts answers instead of storage.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    supply_bandwidth: Array = output(
        "byte/s", "Supply", display_unit="GB/s", symbol=r"\beta_\text{supply}", help="Of the slower part of the way."
    )
    utilization: Array = output(
        "1",
        "Demand over supply",
        display_unit="percent",
        symbol="u",
        help="Above 100 % the accelerators wait for data.",
    )
    stalled: Truth = flag("Stalled", help="Whether the accelerators wait for data.")
    bottleneck: Codes = label(IngestionBottleneck, "Slower part")
    accelerator_utilization: Array = output(
        "1",
        "Accelerators at work",
        display_unit="percent",
        help="Share of the time in which they have data to work on.",
    )
    margin: Array = output(
        "byte/s", "Margin", display_unit="GB/s", help="Supply less demand; negative where data is missing."
    )
    shortfall: Array = output("byte/s", "Missing", display_unit="GB/s", help="Zero where the supply is enough.")
    delivered_bandwidth: Array = output("byte/s", "Delivered", display_unit="GB/s", help="What is in fact read.")
    storage_supply: Array = output(
        "byte/s",
        "Storage with its cache",
        display_unit="GB/s",
        symbol=r"\beta_\text{cached}",
        if_infinite="no limit: all is cached",
    )
    slowdown: Array = output("1", "Slowdown", help="Training takes this many times as long as with data always there.")
    storage_bandwidth_needed: Array = output(
        "byte/s", "Storage bandwidth needed", display_unit="GB/s", help="For the reads the cache does not answer."
    )
    cached_fraction_needed: Array = output(
        "1", "Share to cache", display_unit="percent", help="With which this storage would be enough."
    )
    best_without_storage: Array = output(
        "1", "At work with endless storage", display_unit="percent", help="What the path alone would still allow."
    )


def verdict(i: Inputs, o: Outputs) -> str:
    if not o.stalled:
        return (
            "No stall: the supply of {supply_bandwidth} covers the demand of {demand_bandwidth}, {margin} are to "
            "spare. "
            f"{_SLOWER[IngestionBottleneck(int(o.bottleneck))]} would bind first, once the accelerators eat faster."
        )
    first = (
        "Stalled: the accelerators could eat {demand_bandwidth} and get {supply_bandwidth}, so they work "
        "{accelerator_utilization} of the time. Faster ones would only wait longer; "
    )
    return first + _way_out(o)


_SLOWER = {IngestionBottleneck.STORAGE: "Storage", IngestionBottleneck.INTERCONNECT: "The path from storage"}


def _way_out(o: Outputs) -> str:
    if o.bottleneck == IngestionBottleneck.INTERCONNECT:
        return "faster storage would not help either: the path has to carry {demand_bandwidth}."
    cure = "storage of {storage_bandwidth_needed}, or {cached_fraction_needed} of the reads from memory, would "
    if o.best_without_storage < 1:
        return cure + "move the limit to the path, which lets them work {best_without_storage} of the time."
    return cure + "feed them."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if i.demand_bandwidth == 0:
        yield "Nothing is read, so nothing can stall."
    if not o.stalled and o.utilization > 0.8:
        yield "Reads come in bursts; with so little to spare a cold cache or a busy neighbour makes them stall."
    if i.cached_fraction > 0:
        yield "The first pass over the data finds nothing in memory: it runs at the storage's own speed."


FIGURES = (
    curve(
        "storage_bandwidth",
        ("accelerator_utilization", "delivered_bandwidth"),
        "What faster storage buys",
        x_marks=("storage_bandwidth_needed",),
    ),
    curve(
        "demand_bandwidth",
        ("accelerator_utilization", "delivered_bandwidth"),
        "What faster accelerators buy",
        x_marks=("supply_bandwidth",),
    ),
)

EQUATIONS = (
    Equation(
        "storage_supply",
        r"@storage_supply = \frac{@storage_bandwidth}{1 - @cached_fraction}",
        where=lambda i, o: i.cached_fraction < 1,
    ),
    Equation(
        "supply_bandwidth",
        r"@supply_bandwidth = \min(@storage_supply, @io_bandwidth)",
        where=lambda i, o: math.isfinite(o.storage_supply),
    ),
    Equation("utilization", r"@utilization = \frac{@demand_bandwidth}{@supply_bandwidth}"),
    Equation(
        "accelerator_utilization",
        r"@accelerator_utilization = \min(1, \frac{@supply_bandwidth}{@demand_bandwidth})",
        where=lambda i, o: i.demand_bandwidth > 0,
    ),
    Equation("margin", r"@margin = @supply_bandwidth - @demand_bandwidth"),
    Equation("slowdown", r"@slowdown = \max(1, @utilization)"),
    Equation(
        "storage_bandwidth_needed",
        r"@storage_bandwidth_needed = @demand_bandwidth \cdot (1 - @cached_fraction)",
    ),
    Equation(
        "cached_fraction_needed",
        r"@cached_fraction_needed = \max(0, 1 - \frac{@storage_bandwidth}{@demand_bandwidth})",
        where=lambda i, o: i.demand_bandwidth > 0,
    ),
)

SOURCES = (
    Source("Mohan et al. 2021", "Analyzing and mitigating data stalls in DNN training", "10.14778/3446095.3446100"),
)

ASSUMPTIONS = (
    "Reading overlaps perfectly with training: data is fetched ahead, and only what is missing is waited for.",
    "All parts of the way run at their sustained bandwidth, whatever the order of the reads.",
    "A cache answers its share of the reads in every epoch (as one does that never evicts what it holds).",
)

LIMITATIONS = (
    "Requests a second: many small files stay below the bandwidth of a disk.",
    "Decoding and augmenting what was read: see the transformation wall.",
    "Sharing the file system with other jobs.",
)

PRESETS = (
    Preset("ImageNet for eight H100s from a SATA disk", {}),
    Preset("The same from NVMe", {"storage_bandwidth": "7 GB/s"}),
    Preset("Most of it in memory", {"cached_fraction": "85 percent"}),
    Preset("A path that is too narrow", {"storage_bandwidth": "28 GB/s", "io_bandwidth": "1.25 GB/s"}),
    Preset("Text for a language model", {"demand_bandwidth": "2 MB/s", "storage_bandwidth": "100 MB/s"}),
)

FALLACIES = (
    Fallacy(
        "Faster accelerators train faster.",
        "Accelerators twice as fast are given {before} before and {after} after: storage binds, they wait.",
        "delivered_bandwidth",
        {},
        {"demand_bandwidth": "5.6 GB/s"},
        lambda before, after: after == before,
    ),
    Fallacy(
        "Faster storage always ends a stall.",
        "Ten times the storage bandwidth takes the time at work from {before} to {after}: then the path binds.",
        "accelerator_utilization",
        {"demand_bandwidth": "10 GB/s", "io_bandwidth": "1.25 GB/s", "storage_bandwidth": "1 GB/s"},
        {"demand_bandwidth": "10 GB/s", "io_bandwidth": "1.25 GB/s", "storage_bandwidth": "10 GB/s"},
        lambda before, after: after < 1.3 * before,
    ),
)


@solver(
    walls=(8,),
    title="Ingestion",
    question="Does storage deliver data as fast as the accelerators eat it?",
    version="1",
    factor="MFU",
    verdict=verdict,
    notes=notes,
    headline=("supply_bandwidth", "utilization", "accelerator_utilization", "margin"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def ingestion(i: Inputs) -> Outputs:
    missed = 1 - np.asarray(i.cached_fraction)
    storage = ratio_or_inf(i.storage_bandwidth, missed)
    supply = np.minimum(storage, i.io_bandwidth)
    demand = np.asarray(i.demand_bandwidth)
    at_work = np.minimum(1.0, ratio_or_inf(supply, demand))
    return Outputs(
        supply_bandwidth=supply,
        utilization=demand / supply,
        stalled=demand > supply,
        bottleneck=np.where(storage <= i.io_bandwidth, IngestionBottleneck.STORAGE, IngestionBottleneck.INTERCONNECT),
        accelerator_utilization=at_work,
        margin=supply - demand,
        shortfall=np.maximum(demand - supply, 0.0),
        delivered_bandwidth=np.minimum(demand, supply),
        storage_supply=storage,
        slowdown=np.maximum(demand / supply, 1.0),
        storage_bandwidth_needed=demand * missed,
        cached_fraction_needed=np.maximum(0.0, 1 - ratio_or_inf(i.storage_bandwidth, demand)),
        best_without_storage=np.minimum(1.0, ratio_or_inf(i.io_bandwidth, demand)),
    )
