"""Power of a chip from what its arithmetic and its memory do."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array

# Dynamic power that arithmetic at its peak would draw if no limit held it, and memory at its full bandwidth, as shares
# of what the thermal design power leaves above idle. Fitted to 243 runs of 11 language models on H100s.
_ARITHMETIC_SHARE = 2.0
_MEMORY_SHARE = 0.65


def activity(mfu: Array, bandwidth_utilization: Array) -> Array:
    """Share of a chip's dynamic power that is drawn, dimensionless, min(1, 2·u_c + 0.65·√u_m), at the share u_c of its
    peak rate (`mfu`) and u_m of its memory's bandwidth (`bandwidth_utilization`), both 0 to 1. Arrays broadcast. Fitted
    to GPU power of the ML.ENERGY Benchmark (Chung et al. 2025, arXiv:2505.06371) on the H100, default power limit; the
    root because clocks and cores wait at full voltage while the memory is read."""
    return np.minimum(
        _ARITHMETIC_SHARE * np.asarray(mfu, dtype=float) + _MEMORY_SHARE * np.sqrt(bandwidth_utilization), 1.0
    )


def activity_power(tdp: Array, idle_fraction: Array, mfu: Array, bandwidth_utilization: Array) -> Array:
    """The power in watts of a chip of thermal design power `tdp` (W) that draws the share `idle_fraction` i (0 to 1)
    when idle: tdp·(i + (1−i)·a), a the `activity` at the shares u_c of its peak rate (`mfu`) and u_m of its memory's
    bandwidth (`bandwidth_utilization`). Arrays broadcast. Barroso and Hölzle 2007, doi:10.1109/MC.2007.443, for the
    linear form. The chip alone: CPU, network cards and fans draw power of their own."""
    idle = np.asarray(idle_fraction, dtype=float)
    return np.asarray(tdp * (idle + (1 - idle) * activity(mfu, bandwidth_utilization)))
