"""The time of one kernel of a transformer: a matrix product, an all-reduce, the update of the weights.

A kernel takes max(FLOP/(π·η), bytes/(β·η_b)) + launches·τ: the roofline of Williams, Waterman and Patterson 2009
(doi:10.1145/1498765.1498785, equation 1) for one kernel, and a floor below which none comes. Not modeled: waves of
tiles, the overlap of kernels, the host, the scheduler and the sampler.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from solvers.declare import Array, Truth
from solvers.laws.kernel_constants import KernelConstants

# Bytes of an activation, and of a weight of the head.
HALF = 2.0
# Share of the memory's bandwidth that norms, activations, look-ups and updates of weights reach.
SMALL_EFFICIENCY = 0.8
# An all-reduce in rings starts more messages than one in which each device reads all others.
_RING_STARTS = 7.0
_ONE_SHOT_EFFICIENCY = 0.8


@dataclass(frozen=True, kw_only=True, eq=False)
class KernelDevice:
    """A chip and its link as kernels see them. `peak` (π) is the dense FLOP/s of the format products run in, `narrow`
    whether that format has 8 bits or fewer; `half_peak` the rate in 16 bits, of attention and of the head; `bandwidth`
    (β) and `link` (β_l, one way) in byte/s; `shared_bus` says that all devices' transfers share one bus (PCIe)."""

    peak: Array
    half_peak: Array
    bandwidth: Array
    link: Array
    constants: KernelConstants
    narrow: Truth = False
    shared_bus: Truth = False

    @cached_property
    def product_rate(self) -> Array:
        """FLOP/s of matrix products, π·η_c, or π·η_8 in 8 bits and fewer."""
        efficiency: Array = self.constants.matrix_efficiency
        if np.any(self.narrow):
            efficiency = np.where(self.narrow, self.constants.narrow_efficiency, efficiency)
        return self.peak * efficiency

    @cached_property
    def half_rate(self) -> Array:
        """FLOP/s of matrix products in 16 bits, π·η_c."""
        return self.half_peak * self.constants.matrix_efficiency

    @cached_property
    def read_rate(self) -> Array:
        """Byte/s of memory as large kernels reach it, β·η_b."""
        return self.bandwidth * self.constants.bandwidth_efficiency


def product_time(
    tokens: Array, inputs: Array, outputs: Array, weight_bytes: Array, rate: Array, device: KernelDevice
) -> Array:
    """Seconds of one matrix product of `tokens` rows, `inputs` columns and `outputs` results on a `device`, its weights
    stored in `weight_bytes` each and multiplied at `rate` FLOP/s: max(2·tok·m·n/rate, (m·n·b + 2·tok·(m + n))/(β·η_b))
    + τ. Arrays broadcast. Williams, Waterman and Patterson 2009, doi:10.1145/1498765.1498785, equation 1. Shapes that
    fill few tiles run slower, weights that stay in the cache of the chip faster."""
    weights = inputs * outputs
    read = weights * weight_bytes / device.read_rate
    per_token = HALF * (inputs + outputs) / device.read_rate
    moved = added(tokens * per_token, read)
    return added(longer(tokens * (2 * weights / rate), moved), device.constants.kernel_floor)


def all_reduce_time(message: Array, devices: Array, device: KernelDevice) -> Array:
    """Seconds to sum `message` bytes (M) over n `devices` of one node, each a `device`, by whichever is faster: each
    reading all others, α + (n−1)·M/(0.8·η_l·β_l), or a ring, 7α + 2(n−1)/n·M/(η_l·β_l). Nothing for one device. On a
    shared bus the n links carry together what two would. Arrays broadcast. Thakur, Rabenseifner and Gropp 2005,
    doi:10.1177/1094342005051521, for the two forms. A switch that sums in the network (SHARP) can be faster."""
    n = np.asarray(devices, dtype=float)
    if np.all(n == 1):
        return np.float64(0)
    start = device.constants.all_reduce_start
    rate = device.link * device.constants.link_efficiency
    if np.any(device.shared_bus):
        rate = np.where(device.shared_bus, rate * 2 / np.maximum(n, 2), rate)
    one_shot = message * ((n - 1) / (_ONE_SHOT_EFFICIENCY * rate)) + start
    ring = message * (2 * (n - 1) / n / rate) + _RING_STARTS * start
    shorter = np.minimum(one_shot, ring)
    return shorter if np.all(n > 1) else np.where(n > 1, shorter, 0.0)


def update_time(parameters: Array, optimizer_bytes: Array, device: KernelDevice) -> Array:
    """Seconds in which a `device` updates its `parameters`, reading and writing `optimizer_bytes` of each
    in all: bytes/(0.8·β). Arrays broadcast. Rajbhandari et al. 2020, arXiv:1910.02054, section 3.1: Adam in mixed
    precision reads and writes 12 bytes of state, reads a gradient and writes a weight, some 30 bytes in all. Fused
    optimizers only."""
    return np.asarray(parameters * optimizer_bytes / (SMALL_EFFICIENCY * device.bandwidth))


def added(one: Array, other: Array) -> Array:
    """Seconds of both, `one` and the `other`, written into `one` where that is an array, which the caller may not use
    again: the allocation costs most of a million configurations. Arrays broadcast. Derived: a sum."""
    if isinstance(one, np.ndarray) and one.ndim and np.ndim(other) == 0:
        one += other
        return one
    return one + other


def longer(one: Array, other: Array) -> Array:
    """Seconds of the longer of two times, `one` and the `other`, written into `one` where that is an array, which the
    caller may not use again: the allocation costs most of a million configurations. Arrays broadcast. Derived: a
    maximum."""
    if isinstance(one, np.ndarray) and one.ndim and one.shape == np.shape(other):
        return np.maximum(one, other, out=one)
    return np.maximum(one, other)
