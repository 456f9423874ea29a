"""Solves the question for every device at once: which run the model, which meet the target, and their ranking."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.laws.memory import Tier
from solvers.laws.phase import Phase, effective_phase
from solvers.laws.step_time import Bound
from solvers.node import roofline as wall
from solvers.node.roofline import roofline
from solvers.specs import Accelerator, Changed, changed_spec, stack, take

from .question import Inputs, Smallest

Column = NDArray[np.float64]


class Fate(IntEnum):
    """The outcome for a device, best first."""

    MEETS = 0
    LIMITED = 1
    SLOW = 2
    TOO_LARGE = 3
    UNKNOWN = 4


@dataclass(frozen=True, eq=False)
class Device:
    """A row of the catalog, or the device in the question with changed figures, which has no slug."""

    slug: str
    name: str
    tier: str
    spec: Accelerator


@dataclass(frozen=True)
class Survey:
    """The model on all devices: columns have one entry per device. `size` is the ranking criterion, `order` the
    ranking, `held` the device the others are compared with, `smallest` the first that meets all requirements and
    whose size is known; `phase` is the phase of the model; `tenfold` is the latency on a device ten times as large
    as `held`."""

    point: Inputs
    devices: tuple[Device, ...]
    chips: Accelerator
    found: wall.Outputs
    fate: tuple[Fate, ...]
    binding: tuple[Bound, ...]
    tier: tuple[Tier, ...]
    size: Column
    order: tuple[int, ...]
    held: int
    smallest: int | None
    phase: Phase
    tenfold: float

    def where(self, *fates: Fate) -> tuple[int, ...]:
        """Return the indexes of the devices with these fates, in order."""
        return tuple(place for place in self.order if self.fate[place] in fates)

    def runs(self, place: int) -> bool:
        """Return whether the model runs on the device."""
        return self.fate[place] <= Fate.SLOW

    def of(self, column: str, place: int) -> float:
        """Return an output of the roofline for a device."""
        return float(getattr(self.found, column)[place])

    def power(self, place: int) -> float:
        return float(self.chips.tdp[place])  # type: ignore[index]

    def price(self, place: int) -> float:
        return float(self.chips.unit_price[place])  # type: ignore[index]


def survey(point: Inputs, offered: tuple[Device, ...]) -> Survey:
    """Return the survey of the model of `point` on all devices `offered`, on the device compared with them and on one
    ten times as large, from one call of the roofline."""
    devices, held = _with_held(point, offered)
    chips = _stacked((*(device.spec for device in devices), tenfold(devices[held].spec)))
    outputs = _solved(point, chips)
    tenfold_latency = float(np.asarray(outputs.latency)[-1])
    chips, outputs = take(chips, np.arange(len(devices))), _first(outputs, len(devices))
    fate = _fate(point, chips, outputs)
    size = np.asarray(chips.tdp if point.smallest == Smallest.POWER else chips.unit_price)
    latency = np.asarray(outputs.latency)
    # Devices that meet the target by size; the others by what they lack, so that the nearest miss comes first.
    lack = np.select(
        [fate <= Fate.LIMITED, fate == Fate.TOO_LARGE], [size, np.asarray(outputs.memory_shortfall)], latency
    )
    order = tuple(np.lexsort((latency, lack, fate)).tolist())  # NaN sorts last
    meets = fate[order[0]] == Fate.MEETS and np.isfinite(size[order[0]])
    return Survey(
        point=point,
        devices=devices,
        chips=chips,
        found=outputs,
        fate=tuple(map(Fate, fate.tolist())),
        binding=tuple(map(Bound, np.asarray(outputs.binding).tolist())),
        tier=tuple(map(Tier, np.asarray(outputs.memory_tier).tolist())),
        size=size,
        order=order,
        held=held,
        smallest=order[0] if meets else None,
        phase=Phase(int(effective_phase(point.model, point.phase))),
        tenfold=tenfold_latency,
    )


# The figures in which a bigger chip is bigger: rates, and the memories that supply it.
BIGGER = ("peak", "memory_bandwidth", "sram_bandwidth", "flash_bandwidth")


@lru_cache(256)
def tenfold(spec: Accelerator) -> Accelerator:
    """Return a chip with ten times the known figures; the launch overhead stays the same."""
    for figure in bigger(spec):
        spec = changed_spec(spec, f"accelerator.{figure}", Changed(10, scaled=True))
    return spec


def bigger(spec: Accelerator) -> tuple[str, ...]:
    """Return the names of the figures that `tenfold` multiplies."""
    return tuple(figure for figure in BIGGER if not np.all(np.isnan(getattr(spec, figure))))


def _with_held(point: Inputs, offered: tuple[Device, ...]) -> tuple[tuple[Device, ...], int]:
    """Return the devices and the index of the compared one, which is appended if it is not among those offered (typed
    in, or with changed figures)."""
    for place, device in enumerate(offered):
        if device.spec is point.accelerator:
            return offered, place
    asked = Device("", f"{point.accelerator.name}, as asked", "asked", point.accelerator)
    return (*offered, asked), len(offered)


@lru_cache(4)
def _stacked(specs: tuple[Accelerator, ...]) -> Accelerator:
    """Return the stacked specs. Cached: stacking the catalog takes longer than solving it, and its specs are shared by
    requests."""
    return stack(specs)


def _solved(point: Inputs, chips: Accelerator) -> wall.Outputs:
    shared = {f.name: getattr(point, f.name) for f in dataclasses.fields(point) if f.name in roofline.inputs}
    with np.errstate(all="ignore"):
        outputs = roofline.function(roofline.inputs_type(**{**shared, "accelerator": chips}))
    devices = len(chips.tdp)  # type: ignore[arg-type]
    columns: dict[str, Any] = {n: np.broadcast_to(getattr(outputs, n), (devices,)) for n in roofline.outputs}
    return dataclasses.replace(outputs, **columns)


def _first(found: wall.Outputs, devices: int) -> wall.Outputs:
    return dataclasses.replace(found, **{name: getattr(found, name)[:devices] for name in roofline.outputs})


def _fate(point: Inputs, chips: Accelerator, found: wall.Outputs) -> NDArray[np.int_]:
    within = _below(chips.tdp, point.power_limit) & _below(chips.unit_price, point.price_limit)
    return np.select(
        [~np.asarray(found.feasible), ~np.isfinite(found.latency), found.latency > point.target_latency, ~within],
        [Fate.TOO_LARGE, Fate.UNKNOWN, Fate.SLOW, Fate.LIMITED],
        Fate.MEETS,
    )


def _below(figure: Any, limit: Any) -> NDArray[np.bool_]:
    """Return where a figure is within a limit. An unknown figure is not, unless there is no limit."""
    return np.asarray(np.isinf(limit) | (figure <= limit))
