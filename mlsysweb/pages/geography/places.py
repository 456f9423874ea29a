"""Evaluates a job in every place in one vectorised call of the wall, and finds the Pareto-optimal places by cost and
carbon."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.operations.sustainability import sustainability
from solvers.search.front import front
from solvers.specs import Accelerator

from .question import Counted, Inputs

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GridPlace:
    """A grid or a cloud region. `slug` is empty where the picker of grids does not offer it, `iso` where it is not a
    country; `country` is the ISO code of the country it lies in."""

    slug: str
    name: str
    iso: str
    mix: str
    spec: Any
    country: str = ""


@dataclass(frozen=True)
class Atlas:
    """The job in every place, in the order of `places`: operational carbon (kg), water (L; NaN where it is not known),
    electricity cost (USD), that cost including carbon (USD), which places have an electricity price of their own, which
    of these are Pareto-optimal in cost and carbon, and the order by carbon."""

    places: tuple[GridPlace, ...]
    intensity: Floats
    pue: Floats
    wue: Floats
    water_intensity: Floats
    carbon: Floats
    water: Floats
    cost: Floats
    priced: Floats
    own_price: NDArray[np.bool_]
    front: NDArray[np.intp]
    ranked: NDArray[np.intp]

    @property
    def priced_places(self) -> int:
        """Return how many places have an electricity price of their own."""
        return int(self.own_price.sum())

    @cached_property
    def best(self) -> int:
        """Return the index of the place with the lowest cost including carbon, of those with a price of their own."""
        return int(np.argmin(np.where(self.own_price, self.priced, np.inf)))

    @cached_property
    def on_front(self) -> frozenset[int]:
        """Return the indexes of the places on the front."""
        return frozenset(self.front.tolist())


def atlas(i: Inputs, places: Sequence[GridPlace]) -> Atlas:
    """Return the results of the job of `i` in each place with a known carbon intensity."""
    known = tuple(place for place in places if not np.isnan(place.spec.carbon_intensity))
    intensity = _figures(known, "carbon_intensity", np.nan)
    pue = _figures(known, "pue", i.pue) if i.counted == Counted.GRID_AND_SITE else np.full(len(known), float(i.pue))
    price = _figures(known, "electricity_price", i.electricity_price)
    own_price = ~np.isnan(_figures(known, "electricity_price", np.nan))
    wue = _figures(known, "wue", i.wue) if i.counted == Counted.GRID_AND_SITE else np.full(len(known), float(i.wue))
    generation = _figures(known, "water_intensity", i.water_intensity)
    outputs = sustainability(
        accelerator=i.accelerator,
        devices=i.devices,
        duration=i.duration,
        mfu=i.mfu,
        memory_utilization=i.memory_utilization,
        host_power=i.host_power,
        pue=pue,
        carbon_intensity=intensity,
        wue=wue,
        water_intensity=generation,
    )
    carbon, cost = np.asarray(outputs.operational_carbon), np.asarray(outputs.facility_energy) * price
    compared = np.flatnonzero(own_price)
    return Atlas(
        places=known,
        intensity=intensity,
        pue=pue,
        wue=wue,
        water_intensity=generation,
        carbon=carbon,
        water=np.asarray(outputs.water),
        cost=cost,
        priced=cost + carbon * i.carbon_price,
        own_price=own_price,
        front=np.sort(compared[front(np.stack([cost, carbon], axis=1)[compared])]) if compared.size else compared,
        ranked=np.argsort(carbon, kind="stable"),
    )


def _figures(places: Sequence[GridPlace], name: str, otherwise: Any) -> Floats:
    """Return a figure of every place; where it is unknown, or the kind of place has no such column, the value
    `otherwise`."""
    values = np.array([float(getattr(place.spec, name, np.nan)) for place in places])
    return np.where(np.isnan(values), float(otherwise), values)


@dataclass(frozen=True)
class Life:
    """A device over its life on one grid: embodied and operational carbon (kg), whether it sleeps in between, and
    whether the embodied carbon is that of the Boavizta model, for want of a figure of the vendor."""

    name: str
    making: float
    running: float
    sleeps: bool
    modeled: bool


def lives(i: Inputs, chips: Sequence[Accelerator], modeled: Collection[str]) -> tuple[Life, ...]:
    """Each chip over the life asked: always on in a data center at the MFU asked, or, where its sleep power is known,
    asleep outside its duty cycle and without a data center's PUE. Those without a known figure are left out.
    `modeled` are the names of those whose embodied carbon is that of the Boavizta model."""
    told = [chip for chip in chips if not np.isnan(chip.embodied_carbon) and not np.isnan(chip.tdp)]
    tdp, asleep = (np.array([float(getattr(chip, name)) for chip in told]) for name in ("tdp", "sleep_power"))
    sleeps = ~np.isnan(asleep)
    found = sustainability(
        accelerator=None,  # several, each with the figures below
        devices=1,
        tdp=np.array([float(chip.tdp) for chip in told]),
        duration=i.lifetime,
        mfu=i.mfu,
        memory_utilization=i.memory_utilization,
        host_power=np.where(sleeps, 0.0, i.host_power),
        mean_device_power=np.where(sleeps, i.duty_cycle * tdp + (1 - i.duty_cycle) * asleep, 0.0),  # 0: not measured
        pue=np.where(sleeps, 1.0, i.pue),
        carbon_intensity=i.grid.carbon_intensity,
        embodied_lifetime=i.lifetime,
        embodied_per_device=np.array([float(chip.embodied_carbon) for chip in told]),
    )
    embodied, operational = np.asarray(found.embodied_carbon), np.asarray(found.operational_carbon)
    each = zip(told, embodied.tolist(), operational.tolist(), sleeps.tolist(), strict=True)
    return tuple(Life(chip.name, made, run, at_rest, chip.name in modeled) for chip, made, run, at_rest in each)
