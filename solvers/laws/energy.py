"""Electrical energy of a fleet, from the chips to the electricity meter of the building."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array
from solvers.laws.power import chip_power

# Litres that power stations evaporate for a joule of electricity: 3.1 L/kWh, the mean of the United States (Li et al.
# 2023, arXiv:2304.03271, section 3.2).
WATER_OF_GENERATION = 3.1 / 3.6e6


def fleet_power(devices: Array, tdp: Array, idle_fraction: Array, share: Array, host_power: Array) -> Array:
    """Electrical power in watts of a fleet: n·(P·(i + (1−i)·a) + H), with n the number of `devices`, P the thermal
    design power of each in watts (`tdp`), i the share of it drawn when idle (`idle_fraction`, 0 to 1), a the `share` of
    the rest that its work draws (0 to 1, `laws.power.dynamic_share`) and H the watts of its part of a host
    (`host_power`), always on. Arrays broadcast. Barroso and Hölzle 2007, doi:10.1109/MC.2007.443, figure 2. Cooling is
    not included."""
    return np.asarray(devices * (chip_power(tdp, idle_fraction, share) + host_power))


def facility_energy(it_energy: Array, pue: Array) -> Array:
    """Energy in joules at the meter of the building: E·PUE, with E the energy of the computing equipment in joules
    (`it_energy`) and `pue` the power usage effectiveness (at least 1). Arrays broadcast. Barroso, Hölzle and
    Ranganathan 2018, doi:10.2200/S00874ED3V01Y201809CAC046, section 5.1. PUE is a yearly mean."""
    return np.asarray(it_energy * np.asarray(pue, dtype=float))


def water_use(energy: Array, intensity: Array) -> Array:
    """Water in litres that an `energy` in joules takes at the `intensity` w in litres per joule: E·w. With the energy
    of the computing equipment and a site's water-usage effectiveness, what its cooling evaporates; with the energy at
    the meter and a grid's intensity, what generation does. Arrays broadcast. Li et al. 2023, arXiv:2304.03271,
    equations 1 and 2. Water that is withdrawn and returned does not count."""
    return np.asarray(energy * np.asarray(intensity, dtype=float))
