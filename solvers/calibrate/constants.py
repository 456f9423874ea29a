"""The constants that are fitted, and the measurement that tells each of them: the six of a chip that price its kernels,
and the three that its power follows from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from solvers.fields import Input
from solvers.specs import Accelerator, columns


class FitKind(IntEnum):
    """The kinds of constants, each fitted on its own: to times, or to power."""

    TIMES = 0
    POWER = 1


@dataclass(frozen=True)
class LawConstant:
    """A constant: its declared figure, its attribute of `KernelConstants` or `PowerConstants`, whether it is a share
    that physics bounds by 1, the measurement that separates it from the others, and what it is fitted to."""

    name: str
    attribute: str
    bounded: bool
    separated_by: str
    kind: FitKind = FitKind.TIMES

    @property
    def declared(self) -> Input:
        """Return the declaration of the figure: label and units."""
        return columns(Accelerator)[self.name]


CONSTANTS = (
    LawConstant(
        "measured_gemm_efficiency", "matrix_efficiency", True, "the TTFT of a prompt of 4,096 tokens or more in 16 bits"
    ),
    LawConstant(
        "measured_gemm_efficiency_8bit",
        "narrow_efficiency",
        True,
        "the TTFT of a prompt of 4,096 tokens or more in fp8",
    ),
    LawConstant(
        "measured_memory_efficiency", "bandwidth_efficiency", True, "the ITL at batch 1 of the largest model that fits"
    ),
    LawConstant("measured_kernel_time", "kernel_floor", False, "the ITL at batch 1 of a model of 1B to 3B parameters"),
    LawConstant(
        "measured_collective_latency", "all_reduce_start", False, "the ITL at batch 1 with tensor parallelism 4 or 8"
    ),
    LawConstant(
        "measured_link_efficiency",
        "link_efficiency",
        False,
        "the TTFT of a prompt of 4,096 tokens or more with tensor parallelism 4 or 8",
    ),
)
POWER_CONSTANTS = (
    LawConstant(
        "measured_idle_fraction",
        "idle_fraction",
        True,
        "the power at one concurrent request of a model of 1B to 3B parameters",
        FitKind.POWER,
    ),
    LawConstant(
        "measured_arithmetic_power",
        "arithmetic",
        False,
        "the power at a batch size of 32 to 128, below the TDP",
        FitKind.POWER,
    ),
    LawConstant(
        "measured_memory_power",
        "memory",
        False,
        "the power at batch 1 of the largest model that fits",
        FitKind.POWER,
    ),
)
