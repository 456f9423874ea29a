"""The six constants a chip needs for its kernels to be priced, and what stands for them where nobody measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Truth


@dataclass(frozen=True, kw_only=True)
class KernelConstants:
    """What kernels reach of a data sheet: shares of the 16-bit and the 8-bit peak that matrix products reach (η_c,
    η_8), of the memory's bandwidth (η_b) and of the link's (η_l); seconds each kernel takes at least (τ) and an
    all-reduce takes to start (α). `measured` tells chips fitted on their own rows from those that are not."""

    matrix_efficiency: Array
    narrow_efficiency: Array
    bandwidth_efficiency: Array
    kernel_floor: Array
    all_reduce_start: Array
    link_efficiency: Array
    measured: Truth
    source: str


_AICONFIGURATOR = (
    "Fitted to {rows} static-batching figures composed of kernel timings measured by NVIDIA aiconfigurator 0.12.0 "
    "(Apache-2.0): Llama 3.1 8B and 70B, Mixtral 8x7B, tensor parallelism 1 to 8."
)

# By the catalog's slug.
MEASURED: dict[str, KernelConstants] = {
    "h100-sxm5-80gb": KernelConstants(
        matrix_efficiency=0.80,
        narrow_efficiency=0.65,
        bandwidth_efficiency=0.85,
        kernel_floor=4.0e-6,
        all_reduce_start=4.0e-6,
        link_efficiency=0.82,
        measured=True,
        source=_AICONFIGURATOR.format(rows=1060),
    ),
    "a100-sxm4-80gb": KernelConstants(
        matrix_efficiency=0.83,
        narrow_efficiency=0.65,
        bandwidth_efficiency=0.77,
        kernel_floor=5.5e-6,
        all_reduce_start=7.2e-6,
        link_efficiency=0.55,
        measured=True,
        source=_AICONFIGURATOR.format(rows=526) + " Its 8-bit share was not measured: as estimated for other chips.",
    ),
}

# Highest clock of the measured chips' data sheets, Hz.
_BOOST_CLOCK = {"h100-sxm5-80gb": 1.98e9, "a100-sxm4-80gb": 1.41e9}


def estimated_constants(boost_clock: Array = math.nan) -> KernelConstants:
    """Constants for a chip that nobody measured, whose highest clock is `boost_clock` (Hz, NaN where unknown): the
    geometric mean of the measured chips', the two times in proportion to 1/clock where it is known. Arrays broadcast.
    A stand-in, and marked so: its own measured rows may differ by a fifth."""
    chips = list(MEASURED.values())
    clocks = [_BOOST_CLOCK[slug] for slug in MEASURED]
    clock = np.asarray(boost_clock, dtype=float)
    scale = np.where(np.isnan(clock), 1.0, _geometric_mean(clocks) / clock)
    return KernelConstants(
        matrix_efficiency=_geometric_mean([chip.matrix_efficiency for chip in chips]),
        narrow_efficiency=_geometric_mean([chip.narrow_efficiency for chip in chips]),
        bandwidth_efficiency=_geometric_mean([chip.bandwidth_efficiency for chip in chips]),
        kernel_floor=_geometric_mean([chip.kernel_floor for chip in chips]) * scale,
        all_reduce_start=_geometric_mean([chip.all_reduce_start for chip in chips]) * scale,
        link_efficiency=_geometric_mean([chip.link_efficiency for chip in chips]),
        measured=False,
        source="Not measured: the geometric mean of the measured chips, times scaled by 1/clock where it is known.",
    )


def constants_of(slug: str, boost_clock: float = math.nan) -> KernelConstants:
    """The constants of the chip with this `slug` of the catalog: its own where it was measured, else estimated from
    those that were, with its `boost_clock` (Hz) if known."""
    return MEASURED.get(slug) or estimated_constants(boost_clock)


def _geometric_mean(values: Sequence[Array]) -> float:
    return float(np.exp(np.mean(np.log(np.array(values, dtype=float)))))
