"""Does storage deliver training data as fast as the accelerators consume it?

Mohan et al. 2021, section 3: a data pipeline is as fast as its slowest part, and accelerators stall for the rest of
the time; a cache in host memory serves the reads it holds. Not modeled: latency and request rates of small files,
preprocessing (the transformation wall), and bursts of reads.
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
from solvers.verdict import State, Verdict


class IngestionBottleneck(IntEnum):
    """The slower part of the path from storage to the accelerators."""

    STORAGE = 0
    INTERCONNECT = 1


@dataclass(frozen=True, kw_only=True)
class Inputs:
    demand_bandwidth: Array = number(
        "byte/s",
        "Data demand",
        2.8e9,
        high=1e18,
        slider=(1e6, 1e12),
        log=True,
        display_unit="GB/s",
        symbol=r"\beta_\text{demand}",
        help="Bandwidth the accelerators consume without stalls: samples per second times bytes per sample.",
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
        help="Sustained read bandwidth of the disks or file system for this job.",
    )
    io_bandwidth: Array = number(
        "byte/s",
        "Host I/O bandwidth",
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
        "Cache hit rate",
        0,
        high=1,
        slider=(0, 1),
        display_unit="percent",
        symbol="h",
        advanced=True,
        help="Share of reads served from host memory instead of storage.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    supply_bandwidth: Array = output(
        "byte/s",
        "Data supply",
        display_unit="GB/s",
        symbol=r"\beta_\text{supply}",
        help="The slower of storage (with its cache) and host I/O.",
    )
    utilization: Array = output(
        "1",
        "Demand / supply",
        display_unit="percent",
        symbol="u",
        help="Above 100 % the accelerators stall.",
    )
    stalled: Truth = flag("Data stall")
    bottleneck: Codes = label(IngestionBottleneck, "Data supply limited by")
    accelerator_utilization: Array = output(
        "1",
        "Accelerator utilization",
        display_unit="percent",
        help="Share of time in which they have data.",
    )
    margin: Array = output(
        "byte/s", "Supply margin", display_unit="GB/s", help="Supply minus demand; negative in a stall."
    )
    shortfall: Array = output("byte/s", "Supply shortfall", display_unit="GB/s")
    delivered_bandwidth: Array = output(
        "byte/s", "Delivered bandwidth", display_unit="GB/s", help="The smaller of demand and supply."
    )
    storage_supply: Array = output(
        "byte/s",
        "Effective storage bandwidth",
        display_unit="GB/s",
        symbol=r"\beta_\text{cached}",
        if_infinite="unlimited: all reads hit the cache",
        help="Bandwidth of storage and cache together.",
    )
    slowdown: Array = output(
        "1", "Slowdown", display_unit="times", help="Training time relative to training without stalls."
    )
    storage_bandwidth_needed: Array = output(
        "byte/s", "Storage bandwidth required", display_unit="GB/s", help="Cache hit rate unchanged."
    )
    cached_fraction_needed: Array = output(
        "1", "Cache hit rate required", display_unit="percent", help="Storage bandwidth unchanged."
    )
    best_without_storage: Array = output(
        "1", "Utilization with unlimited storage", display_unit="percent", help="Limited by host I/O only."
    )


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if not o.stalled:
        return Verdict(
            State.OK,
            "No data stall. The supply of {supply_bandwidth} covers the demand of {demand_bandwidth}. "
            f"{_LIMIT[IngestionBottleneck(int(o.bottleneck))]} would be the limit if demand grew.",
        )
    return Verdict(
        State.MISSED,
        "Data stall. Accelerators can consume {demand_bandwidth} but get {supply_bandwidth}: utilization is "
        f"{{accelerator_utilization}}. {_way_out(o)}",
    )


_LIMIT = {IngestionBottleneck.STORAGE: "Storage", IngestionBottleneck.INTERCONNECT: "Host I/O"}


def _way_out(o: Outputs) -> str:
    if o.bottleneck == IngestionBottleneck.INTERCONNECT:
        return "Host I/O is the limit and needs {demand_bandwidth}; faster storage would not help."
    cure = "{storage_bandwidth_needed} of storage or a cache hit rate of {cached_fraction_needed} would "
    if o.best_without_storage < 1:
        return cure + "raise it to {best_without_storage}; then host I/O is the limit."
    return cure + "end the stall."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if i.demand_bandwidth == 0:
        yield "No data are read, so nothing can stall."
    if not o.stalled and o.utilization > 0.8:
        yield "Reads come in bursts: with this little margin, a cold cache or other jobs cause stalls."
    if i.cached_fraction > 0:
        yield "The first epoch runs at storage bandwidth: the cache is still empty."


FIGURES = (
    curve(
        "storage_bandwidth",
        ("accelerator_utilization", "cached_fraction_needed"),
        "Utilization and required cache hit rate vs. storage bandwidth",
        x_marks=("storage_bandwidth_needed",),
    ),
    curve(
        "demand_bandwidth",
        ("accelerator_utilization", "delivered_bandwidth"),
        "Utilization and delivered bandwidth vs. data demand",
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
    "Reads overlap perfectly with training (prefetching); only missing data cause a wait.",
    "Storage and host I/O run at their sustained bandwidth, whatever the order of reads.",
    "The cache hit rate is the same in every epoch.",
)

LIMITATIONS = (
    "I/O operations per second: many small files stay below the bandwidth of a disk.",
    "Decoding and augmentation: see the transformation wall.",
    "Other jobs on the same file system.",
)

PRESETS = (
    Preset("ImageNet for eight H100s from a SATA disk", {}),
    Preset("ImageNet for eight H100s from NVMe", {"storage_bandwidth": "7 GB/s"}),
    Preset("Cache hit rate of 85 %", {"cached_fraction": "85 percent"}),
    Preset("Limited by host I/O", {"storage_bandwidth": "28 GB/s", "io_bandwidth": "1.25 GB/s"}),
    Preset("Text for a language model", {"demand_bandwidth": "2 MB/s", "storage_bandwidth": "100 MB/s"}),
)

FALLACIES = (
    Fallacy(
        "Faster accelerators always train faster.",
        "The delivered bandwidth is {before} before and {after} with twice as fast accelerators: storage is the limit.",
        "delivered_bandwidth",
        {},
        {"demand_bandwidth": "5.6 GB/s"},
        lambda before, after: after == before,
    ),
    Fallacy(
        "Faster storage always removes a data stall.",
        "Ten times the storage bandwidth raises accelerator utilization from {before} to {after}: then host I/O is "
        "the limit.",
        "accelerator_utilization",
        {"demand_bandwidth": "10 GB/s", "io_bandwidth": "1.25 GB/s", "storage_bandwidth": "1 GB/s"},
        {"demand_bandwidth": "10 GB/s", "io_bandwidth": "1.25 GB/s", "storage_bandwidth": "10 GB/s"},
        lambda before, after: after < 1.3 * before,
    ),
)


@solver(
    walls=(8,),
    title="Data ingestion",
    question="Does storage deliver data as fast as the accelerators consume it?",
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
