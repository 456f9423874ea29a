"""The six constants of a chip that price its kernels, and the measurement that tells each of them."""

from __future__ import annotations

from dataclasses import dataclass

from solvers.fields import Input
from solvers.specs import Accelerator, columns


@dataclass(frozen=True)
class KernelConstant:
    """A constant: its figure of `Accelerator`, its attribute of `KernelConstants`, whether it is a share of a peak that
    physics bounds by 1, and the measurement that separates it from the others."""

    name: str
    attribute: str
    bounded: bool
    separated_by: str

    @property
    def declared(self) -> Input:
        """Return the declaration of the figure: label and units."""
        return columns(Accelerator)[self.name]


CONSTANTS = (
    KernelConstant(
        "measured_gemm_efficiency", "matrix_efficiency", True, "the TTFT of a prompt of 4,096 tokens or more in 16 bits"
    ),
    KernelConstant(
        "measured_gemm_efficiency_8bit",
        "narrow_efficiency",
        True,
        "the TTFT of a prompt of 4,096 tokens or more in fp8",
    ),
    KernelConstant(
        "measured_memory_efficiency", "bandwidth_efficiency", True, "the ITL at batch 1 of the largest model that fits"
    ),
    KernelConstant(
        "measured_kernel_time", "kernel_floor", False, "the ITL at batch 1 of a model of 1B to 3B parameters"
    ),
    KernelConstant(
        "measured_collective_latency", "all_reduce_start", False, "the ITL at batch 1 with tensor parallelism 4 or 8"
    ),
    KernelConstant(
        "measured_link_efficiency",
        "link_efficiency",
        False,
        "the TTFT of a prompt of 4,096 tokens or more with tensor parallelism 4 or 8",
    ),
)
