"""Carbon of a job: operational carbon of its electricity, and its share of the embodied carbon of the devices."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array


def operational_carbon(energy: Array, carbon_intensity: Array) -> Array:
    """Greenhouse gas emissions in kg CO2e of electricity: E·c, with E the `energy` at the meter in joules and c the
    `carbon_intensity` of the grid in kg CO2e per joule. Arrays broadcast. Patterson et al. 2021, arXiv:2104.10350,
    equation 2. The intensity is a mean over the duration."""
    return np.asarray(energy * np.asarray(carbon_intensity, dtype=float))


def embodied_carbon(devices: Array, per_device: Array, duration: Array, lifetime: Array) -> Array:
    """A job's share in kg CO2e of the emissions of manufacturing its devices: n·C·T/L, with n the number of `devices`,
    C the emissions of one in kg CO2e (`per_device`), T the `duration` of the job and L the `lifetime` of a
    device, both in seconds. Arrays broadcast. Gupta et al. 2022 (ACT), doi:10.1145/3470496.3527408, equation 1. Spread
    evenly over the lifetime, idle or busy; above one lifetime the devices count more than once."""
    return np.asarray(devices * per_device * np.asarray(duration, dtype=float) / lifetime)


def share_of_total(part: Array, total: Array) -> Array:
    """The dimensionless share `part`/`total`, both in the same unit; 0 where `total` is 0 and unknown where it is
    unknown. Arrays broadcast. Derived: the definition of a share."""
    share = part / np.where(np.asarray(total) > 0, total, 1)
    return np.where(np.asarray(total) > 0, share, np.where(np.isnan(total), np.nan, 0.0))
