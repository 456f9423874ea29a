"""Evaluates a job in every place in one vectorised call of the wall, and finds the Pareto-optimal places by cost and
carbon."""

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
    """A grid or a cloud region. `slug` is empty where pickers do not offer it, `iso` where it is not a country."""

    slug: str
    name: str
    iso: str
    mix: str
    spec: Any


@dataclass(frozen=True)
class Atlas:
    """The job in every place, in the order of `places`: operational carbon (kg), water (L), electricity cost (USD),
    that cost including carbon (USD), which places are Pareto-optimal in cost and carbon, and the order by carbon."""

    places: tuple[GridPlace, ...]
    intensity: Floats
    pue: Floats
    carbon: Floats
    water: Floats
    cost: Floats
    priced: Floats
    front: NDArray[np.intp]
    ranked: NDArray[np.intp]

    @property
    def priced_places(self) -> int:
        """Return how many places have an electricity price of their own."""
        return int(sum(not np.isnan(getattr(place.spec, "electricity_price", np.nan)) for place in self.places))

    @property
    def best(self) -> int:
        """Return the index of the place with the lowest cost including carbon."""
        return int(np.argmin(self.priced))


def atlas(i: Inputs, places: Sequence[GridPlace]) -> Atlas:
    """Return the results of the job of `i` in each place with a known carbon intensity."""
    known = tuple(place for place in places if not np.isnan(place.spec.carbon_intensity))
    intensity = _figures(known, "carbon_intensity", np.nan)
    pue = _figures(known, "pue", i.pue) if i.counted == Counted.GRID_AND_SITE else np.full(len(known), float(i.pue))
    price = _figures(known, "electricity_price", i.electricity_price)
    outputs = sustainability(
        devices=i.devices,
        tdp=i.accelerator.tdp,
        duration=i.duration,
        mfu=i.mfu,
        pue=pue,
        carbon_intensity=intensity,
        water_intensity=_figures(known, "water_intensity", i.water_intensity),
    )
    carbon, cost = np.asarray(outputs.operational_carbon), np.asarray(outputs.facility_energy) * price
    return Atlas(
        places=known,
        intensity=intensity,
        pue=pue,
        carbon=carbon,
        water=np.asarray(outputs.water),
        cost=cost,
        priced=cost + carbon * i.carbon_price,
        front=np.sort(front(np.stack([cost, carbon], axis=1))),
        ranked=np.argsort(carbon, kind="stable"),
    )


def _figures(places: Sequence[GridPlace], name: str, otherwise: Any) -> Floats:
    """Return a figure of every place; where it is unknown, or the kind of place has no such column, the value
    `otherwise`."""
    values = np.array([float(getattr(place.spec, name, np.nan)) for place in places])
    return np.where(np.isnan(values), float(otherwise), values)


@dataclass(frozen=True)
class Life:
    """Embodied and operational carbon of a device over its lifetime on one grid, in kg."""

    name: str
    making: float
    running: float


def lives(i: Inputs, chips: Sequence[Accelerator]) -> tuple[Life, ...]:
    """Return the carbon of each chip, always on at the MFU and over the lifetime in the question; chips with unknown
    figures are left out."""
    told = [chip for chip in chips if not np.isnan(chip.embodied_carbon) and not np.isnan(chip.tdp)]
    outputs = sustainability(
        devices=1,
        tdp=np.array([float(chip.tdp) for chip in told]),
        duration=i.lifetime,
        mfu=i.mfu,
        pue=i.pue,
        carbon_intensity=i.grid.carbon_intensity,
        embodied_lifetime=i.lifetime,
        embodied_per_device=np.array([float(chip.embodied_carbon) for chip in told]),
    )
    pairs = zip(told, np.asarray(outputs.embodied_carbon), np.asarray(outputs.operational_carbon), strict=True)
    return tuple(Life(chip.name, float(made), float(ran)) for chip, made, ran in pairs)
