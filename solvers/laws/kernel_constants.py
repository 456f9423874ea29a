"""The six constants of a chip that its kernels are priced by, and what stands for them where they were not measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Truth
from solvers.specs import Accelerator


@dataclass(frozen=True, kw_only=True)
class KernelConstants:
    """Shares of data-sheet figures that kernels reach, and times: shares of the 16-bit and the 8-bit peak that matrix
    products reach (η_c, η_8), of the memory's bandwidth (η_b) and of the link's (η_l); seconds each kernel takes at
    least (τ) and an all-reduce takes to start (α). `measured` tells chips with constants of their own from those
    without."""

    matrix_efficiency: Array
    narrow_efficiency: Array
    bandwidth_efficiency: Array
    kernel_floor: Array
    all_reduce_start: Array
    link_efficiency: Array
    measured: Truth


# Geometric means of the catalog's measured chips, H100 and A100 (tests/solvers/laws/test_kernels.py computes them
# again from the shipped rows), and of their highest clocks, Hz.
STAND_INS = KernelConstants(
    matrix_efficiency=(0.80 * 0.83) ** 0.5,
    narrow_efficiency=0.65,
    bandwidth_efficiency=(0.85 * 0.77) ** 0.5,
    kernel_floor=(4.0e-6 * 5.5e-6) ** 0.5,
    all_reduce_start=(4.0e-6 * 7.2e-6) ** 0.5,
    link_efficiency=(0.82 * 0.55) ** 0.5,
    measured=False,
)
_CLOCK = (1.98e9 * 1.41e9) ** 0.5


def is_measured(chip: Accelerator) -> Truth:
    """Whether (true or false) a `chip` has constants of its own: what its products and its memory reach, and how long a
    kernel takes at least. Arrays broadcast. Derived from the catalog row."""
    figures = (chip.measured_gemm_efficiency, chip.measured_memory_efficiency, chip.measured_kernel_time)
    return np.asarray(~np.isnan(sum(figures)))


def is_link_measured(chip: Accelerator) -> Truth:
    """Whether (true or false) a `chip` has constants of its own for its links: how long an all-reduce takes to start,
    and what share of the bandwidth it reaches. Arrays broadcast. Derived from the catalog row."""
    return np.asarray(~np.isnan(chip.measured_collective_latency + chip.measured_link_efficiency))


def kernel_constants(chip: Accelerator) -> KernelConstants:
    """Constants (shares and seconds) of a `chip`: its own where the catalog has them, else the geometric mean of the
    measured chips', the two times in proportion to 1/clock where its highest clock is known. Arrays broadcast. Derived
    from the measured chips. A stand-in may be off by a fifth."""
    clock = np.asarray(chip.boost_clock, dtype=float)
    scale = np.where(np.isnan(clock), 1.0, _CLOCK / clock)
    return KernelConstants(
        matrix_efficiency=_own(chip.measured_gemm_efficiency, STAND_INS.matrix_efficiency),
        narrow_efficiency=_own(chip.measured_gemm_efficiency_8bit, STAND_INS.narrow_efficiency),
        bandwidth_efficiency=_own(chip.measured_memory_efficiency, STAND_INS.bandwidth_efficiency),
        kernel_floor=_own(chip.measured_kernel_time, STAND_INS.kernel_floor * scale),
        all_reduce_start=_own(chip.measured_collective_latency, STAND_INS.all_reduce_start * scale),
        link_efficiency=_own(chip.measured_link_efficiency, STAND_INS.link_efficiency),
        measured=is_measured(chip),
    )


def _own(figure: Array, stand_in: Array) -> Array:
    return np.where(np.isnan(figure), stand_in, figure)
