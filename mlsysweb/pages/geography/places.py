"""The job on every place at once: one vectorised call of the wall, and the places nobody beats in cost and carbon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    """A grid or a cloud region. `slug` is empty where a picker does not offer it; `iso` where it is no country."""

    slug: str
    name: str
    iso: str
    mix: str
    spec: Any


@dataclass(frozen=True)
class Atlas:
    """The job on every place: carbon of running (kg), water (L; NaN where it is not known), electricity (USD), its
    price with carbon's (USD), all in the order of `places`; which of them nobody beats in both, and the order by
    carbon."""

    places: tuple[GridPlace, ...]
    intensity: Floats
    pue: Floats
    wue: Floats
    water_intensity: Floats
    carbon: Floats
    water: Floats
    cost: Floats
    priced: Floats
    front: NDArray[np.intp]
    ranked: NDArray[np.intp]

    @property
    def priced_places(self) -> int:
        """How many have a price of electricity of their own."""
        return int(sum(not np.isnan(getattr(place.spec, "electricity_price", np.nan)) for place in self.places))

    @property
    def best(self) -> int:
        """The place of least cost and priced carbon."""
        return int(np.argmin(self.priced))


def atlas(i: Inputs, places: Sequence[GridPlace]) -> Atlas:
    """What the job of `i` comes to on each of the places whose carbon intensity is known."""
    known = tuple(place for place in places if not np.isnan(place.spec.carbon_intensity))
    intensity = _figures(known, "carbon_intensity", np.nan)
    pue = _figures(known, "pue", i.pue) if i.counted == Counted.GRID_AND_SITE else np.full(len(known), float(i.pue))
    price = _figures(known, "electricity_price", i.electricity_price)
    wue = _figures(known, "wue", i.wue) if i.counted == Counted.GRID_AND_SITE else np.full(len(known), float(i.wue))
    generation = _figures(known, "water_intensity", i.water_intensity)
    found = sustainability(
        devices=i.devices,
        tdp=i.accelerator.tdp,
        duration=i.duration,
        mfu=i.mfu,
        memory_utilization=i.memory_utilization,
        host_power=i.host_power,
        pue=pue,
        carbon_intensity=intensity,
        wue=wue,
        water_intensity=generation,
    )
    carbon, cost = np.asarray(found.operational_carbon), np.asarray(found.facility_energy) * price
    return Atlas(
        places=known,
        intensity=intensity,
        pue=pue,
        wue=wue,
        water_intensity=generation,
        carbon=carbon,
        water=np.asarray(found.water),
        cost=cost,
        priced=cost + carbon * i.carbon_price,
        front=np.sort(front(np.stack([cost, carbon], axis=1))),
        ranked=np.argsort(carbon, kind="stable"),
    )


def _figures(places: Sequence[GridPlace], name: str, otherwise: Any) -> Floats:
    """A figure of every place; what one does not know, or has no column for, is as given."""
    values = np.array([float(getattr(place.spec, name, np.nan)) for place in places])
    return np.where(np.isnan(values), float(otherwise), values)


@dataclass(frozen=True)
class Life:
    """A device over its life on one grid: carbon of making and of running, kg."""

    name: str
    making: float
    running: float


def lives(i: Inputs, chips: Sequence[Accelerator]) -> tuple[Life, ...]:
    """Each chip, always on at the MFU asked, over the life asked; those without a known figure are left out."""
    told = [chip for chip in chips if not np.isnan(chip.embodied_carbon) and not np.isnan(chip.tdp)]
    found = sustainability(
        devices=1,
        tdp=np.array([float(chip.tdp) for chip in told]),
        duration=i.lifetime,
        mfu=i.mfu,
        memory_utilization=i.memory_utilization,
        host_power=i.host_power,
        pue=i.pue,
        carbon_intensity=i.grid.carbon_intensity,
        embodied_lifetime=i.lifetime,
        embodied_per_device=np.array([float(chip.embodied_carbon) for chip in told]),
    )
    pairs = zip(told, np.asarray(found.embodied_carbon), np.asarray(found.operational_carbon), strict=True)
    return tuple(Life(chip.name, float(made), float(ran)) for chip, made, ran in pairs)
