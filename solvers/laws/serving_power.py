"""Power of the devices that serve a language model, from the work of a prefill and of a decode step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from solvers.declare import Array
from solvers.laws.power import PowerConstants, activity, chip_power


class PhaseWork(NamedTuple):
    """The work of one device in a phase: operations (`flop`) and bytes (`moved`) in `time` seconds."""

    flop: Array
    moved: Array
    time: Array


class ServingPower(NamedTuple):
    """Electrical power of one device in watts: in prefill, in decode, and the mean while it serves."""

    prefill: Array
    decode: Array
    mean: Array


def phase_power(tdp: Array, constants: PowerConstants, work: PhaseWork, peak: Array, bandwidth: Array) -> Array:
    """Electrical power in watts of one device in a phase: P·(i + (1−i)·min(1, a_c·u_c + a_m·√u_m)), with P its thermal
    design power in watts (`tdp`), i, a_c and a_m its `constants` (dimensionless), and u_c and u_m the shares that the
    `work` uses of its `peak` rate in flop/s and of its memory's `bandwidth` in byte/s. Arrays broadcast. The law is
    `laws.power.activity`, fitted to GPU power of the ML.ENERGY Benchmark (Chung et al. 2025, arXiv:2505.06371)."""
    mfu, reading = work.flop / work.time / peak, work.moved / work.time / bandwidth
    share = activity(mfu, reading, constants.arithmetic, constants.memory)
    return chip_power(tdp, constants.idle_fraction, share)


def serving_power(
    tdp: Array,
    constants: PowerConstants,
    phases: tuple[PhaseWork, PhaseWork],
    prefill_share: Array,
    peak: Array,
    bandwidth: Array,
) -> ServingPower:
    """Electrical power in watts of one device that prefills for a share s of the time it serves (`prefill_share`, 0 to
    1) and decodes in the rest: `phase_power` P_1 and P_2 of its two `phases`, and the mean s·P_1 + (1−s)·P_2. `tdp` is
    its thermal design power in watts, `constants` are those of its power (dimensionless), `peak` is its rate in flop/s,
    `bandwidth` that of its memory in byte/s. Arrays broadcast. Derived: the mean over time."""
    first, later = (phase_power(tdp, constants, work, peak, bandwidth) for work in phases)
    return ServingPower(first, later, np.asarray(prefill_share * first + (1 - np.asarray(prefill_share)) * later))
