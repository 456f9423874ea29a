"""Power of a chip, from what its arithmetic and its memory do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers.declare import Array
from solvers.specs import Accelerator

# Share of its thermal design power that a chip draws before any work.
IDLE = 0.3
# Dynamic power that arithmetic at its peak would draw if no limit held it, and memory at its full bandwidth, as shares
# of what the thermal design power leaves above idle. Fitted to 243 runs of 11 language models on H100s.
ARITHMETIC_SHARE = 2.0
MEMORY_SHARE = 0.65


class PowerModel(IntEnum):
    """The quantity that the power of a chip is computed from: its MFU, the busier of arithmetic and memory, or the
    activity of both."""

    MFU = 0
    BUSIEST = 1
    ACTIVITY = 2


@dataclass(frozen=True, kw_only=True)
class PowerConstants:
    """The constants of the power of a chip, dimensionless: the share of its thermal design power drawn before any work
    (i), and of what is left the shares that arithmetic at its peak and memory at its full bandwidth would draw."""

    idle_fraction: Array
    arithmetic: Array
    memory: Array


def power_constants(chip: Accelerator) -> PowerConstants:
    """Constants (dimensionless) of the power of a `chip`: its own where the catalog has them, else those that were
    fitted to H100s. Arrays broadcast. Derived from the catalog row."""
    return PowerConstants(
        idle_fraction=_own(chip.measured_idle_fraction, IDLE),
        arithmetic=_own(chip.measured_arithmetic_power, ARITHMETIC_SHARE),
        memory=_own(chip.measured_memory_power, MEMORY_SHARE),
    )


def _own(figure: Array, stand_in: Array) -> Array:
    return np.where(np.isnan(figure), stand_in, figure)


def activity(
    mfu: Array, memory_utilization: Array, arithmetic: Array = ARITHMETIC_SHARE, memory: Array = MEMORY_SHARE
) -> Array:
    """Dimensionless share (0 to 1) of a chip's dynamic power that is drawn, min(1, 2·u_c + 0.65·√u_m), at the share
    u_c of its peak rate (`mfu`) and u_m of its memory's bandwidth (`memory_utilization`), both 0 to 1; the factors 2
    and 0.65 may be another chip's (`arithmetic` and `memory`, dimensionless). Arrays broadcast. Fitted to GPU power of
    the ML.ENERGY Benchmark (Chung et al. 2025, arXiv:2505.06371) on the H100 at its default power limit; the root
    because clocks and cores wait at full voltage while the memory is read."""
    of_arithmetic = arithmetic * np.asarray(mfu, dtype=float)
    return np.minimum(of_arithmetic + memory * np.sqrt(memory_utilization), 1.0)


def dynamic_share(
    mfu: Array, memory_utilization: Array, arithmetic: Array = ARITHMETIC_SHARE, memory: Array = MEMORY_SHARE
) -> Array:
    """Dimensionless share (0 to 1) of a chip's dynamic power that is drawn: its `activity` at the share of its peak
    rate (`mfu`) and of its memory's bandwidth (`memory_utilization`) that are used, both 0 to 1, with its factors
    (`arithmetic` and `memory`, dimensionless). Where the latter share is 0 it is taken as not known, and the result is
    the MFU alone: the straight line of Barroso and Hölzle 2007, doi:10.1109/MC.2007.443, which measured chips exceed.
    Arrays broadcast."""
    drawn = activity(mfu, memory_utilization, arithmetic, memory)
    return np.where(np.asarray(memory_utilization) > 0, drawn, mfu)


def chip_power(tdp: Array, idle_fraction: Array, share: Array) -> Array:
    """Electrical power in watts of one chip: P·(i + (1−i)·a), with P the thermal design power in watts (`tdp`), i the
    share of it drawn when idle (`idle_fraction`, 0 to 1) and a the `share` of the rest that its work draws (0 to 1, see
    `dynamic_share`). Arrays broadcast. Barroso and Hölzle 2007, doi:10.1109/MC.2007.443, figure 2. The chip alone: CPU,
    network cards and fans draw power of their own."""
    return np.asarray(tdp * (idle_fraction + (1 - np.asarray(idle_fraction)) * share))


def idle_power(tdp: Array, idle_fraction: Array, measured: Array) -> Array:
    """Electrical power in watts of one chip that has no work: the `measured` watts, or where they are not known (NaN)
    P·i, with P the thermal design power in watts (`tdp`) and i the share of it drawn when idle (`idle_fraction`, 0 to
    1). Arrays broadcast. Barroso and Hölzle 2007, doi:10.1109/MC.2007.443, figure 2. A chip that holds a model between
    requests keeps its clocks up and draws 26 to 66 W more (Vadari 2026, arXiv:2605.23918)."""
    return np.where(np.isnan(measured), np.asarray(tdp) * idle_fraction, measured)


def power_in_use(tdp: Array, idle_fraction: Array, measured_idle: Array, share: Array) -> Array:
    """Electrical power in watts of one chip in use: its `chip_power` at the thermal design power in watts (`tdp`), the
    share of it drawn before any work (`idle_fraction`, 0 to 1) and the `share` of the rest that its work draws (0 to
    1); with no work at all that of an idle chip, of which `measured_idle` watts are known, or NaN. Arrays broadcast.
    Derived: clocks and voltage fall when nothing runs, so that power steps down."""
    busy = chip_power(tdp, idle_fraction, share)
    return np.where(np.asarray(share) > 0, busy, idle_power(tdp, idle_fraction, measured_idle))


def mean_power(in_use: Array, idle: Array, time_in_use: Array) -> Array:
    """Mean electrical power in watts of a chip that draws `in_use` watts for a share u of the time (`time_in_use`, 0 to
    1) and `idle` watts in the rest: u·P_use + (1−u)·P_idle. Arrays broadcast. Derived: the mean over time."""
    used = np.asarray(time_in_use, dtype=float)
    return np.asarray(used * in_use + (1 - used) * idle)
