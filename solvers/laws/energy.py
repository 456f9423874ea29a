"""Electrical energy of a fleet, from the chips to the meter of the building."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array
from solvers.laws.power import linear_power

# Share of the thermal design power a powered chip draws while it does nothing.
IDLE = 0.3


def fleet_power(devices: Array, tdp: Array, idle_fraction: Array, utilization: Array) -> Array:
    """Watts that n `devices` of thermal design power `tdp` draw together at `utilization` u, each
    tdp·(i + (1−i)·u) with i the `idle_fraction`. Arrays broadcast. Barroso and Hölzle 2007, doi:10.1109/MC.2007.443.
    The chips alone: hosts, switches and cooling come on top."""
    return np.asarray(devices * linear_power(tdp, idle_fraction, utilization))


def facility_energy(it_energy: Array, pue: Array) -> Array:
    """Joule at the meter of the building for `it_energy` at the chips: E·PUE, the power usage effectiveness `pue` at
    least 1. Arrays broadcast. Barroso, Hölzle and Ranganathan 2018, doi:10.2200/S00874ED3V01Y201809CAC046, section
    5.1. PUE as a mean over the year."""
    return np.asarray(it_energy * np.asarray(pue, dtype=float))
