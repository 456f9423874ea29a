"""Electrical energy of a fleet, from the chips to the electricity meter of the building."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array
from solvers.laws.power import linear_power

# Share of the thermal design power that an idle chip draws.
IDLE = 0.3


def fleet_power(devices: Array, tdp: Array, idle_fraction: Array, utilization: Array) -> Array:
    """Electrical power in watts of all chips of a fleet: n·P·(i + (1−i)·u), with n the number of `devices`, P the
    thermal design power of each in watts (`tdp`), i the share of it drawn when idle (`idle_fraction`, 0 to 1) and u the
    `utilization` (0 to 1). Arrays broadcast. Barroso and Hölzle 2007, doi:10.1109/MC.2007.443, figure 2. Chips only:
    hosts, switches and cooling are not included."""
    return np.asarray(devices * linear_power(tdp, idle_fraction, utilization))


def facility_energy(it_energy: Array, pue: Array) -> Array:
    """Energy in joules at the meter of the building: E·PUE, with E the energy of the computing equipment in joules
    (`it_energy`) and `pue` the power usage effectiveness (at least 1). Arrays broadcast. Barroso, Hölzle and
    Ranganathan 2018, doi:10.2200/S00874ED3V01Y201809CAC046, section 5.1. PUE is a yearly mean."""
    return np.asarray(it_energy * np.asarray(pue, dtype=float))
