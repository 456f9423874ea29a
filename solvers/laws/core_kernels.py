"""Rates of the kernels of small networks on the core of a microcontroller, by class of kernel."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.specs import Accelerator, Model, Precision

# Rates of a class over that of convolutions on the same core, and what convolutions reach of the 8-bit peak on a core
# that was not measured: the geometric mean of Cortex-M4, M7 and M33. Fitted to 194 results of MLPerf Tiny.
_DEPTHWISE = 0.2
_DENSE = 0.7
STAND_IN = (0.46 * 0.90 * 0.58) ** (1 / 3)


class KernelRates(IntEnum):
    """The source of the rate at which a chip computes: one efficiency for everything (ROOFLINE), or on a
    microcontroller the measured rates of classes of kernels (MEASURED). AUTO is MEASURED; a question that gives an
    efficiency means that one."""

    AUTO = 0
    MEASURED = 1
    ROOFLINE = 2


def has_core_rates(chip: Accelerator, model: Model, precision: Codes) -> Truth:
    """Whether (true or false) the rates of classes of kernels hold for one pass of a `model` on a `chip`: a
    microcontroller, known by its flash, that runs a network of stated FLOP with weights in 8 bits (`precision`, a code
    of `Precision`). Arrays broadcast. Derived from the catalog rows."""
    fixed = ~np.isnan(chip.flash_capacity) & ~np.isnan(model.inference_flop)
    return np.asarray(fixed & (np.asarray(precision) == Precision.INT8))


def core_efficiency(chip: Accelerator, model: Model) -> Array:
    """Dimensionless share of its 8-bit peak that a microcontroller (`chip`) reaches over one pass of a `model`:
    η / (1 + s_dw·(1/0.2 − 1) + s_fc·(1/0.7 − 1)), with η the share that convolutions reach, s_dw the share of the
    FLOP in depthwise convolutions and s_fc that in dense layers. Arrays broadcast. Derived: classes run one after
    the other (Banbury et al. 2021, arXiv:2106.07597, for the measurements); depthwise convolutions reuse no weights
    across channels and dense layers no weights at all (Lai, Suda and Chandra 2018, arXiv:1801.06601, section 3). A
    core that was not measured has the mean of those that were. FLOP of unknown class count as convolutions. Libraries
    of kernels differ by several times on the same core."""
    reached = np.where(np.isnan(chip.measured_gemm_efficiency_8bit), STAND_IN, chip.measured_gemm_efficiency_8bit)
    with np.errstate(divide="ignore", invalid="ignore"):
        depthwise = np.nan_to_num(np.asarray(model.depthwise_flop) / model.inference_flop, nan=0.0, posinf=0.0)
        dense = np.nan_to_num(np.asarray(model.dense_flop) / model.inference_flop, nan=0.0, posinf=0.0)
    return np.asarray(reached / (1 + depthwise * (1 / _DEPTHWISE - 1) + dense * (1 / _DENSE - 1)))


def kernel_efficiency(
    chip: Accelerator, model: Model, precision: Codes, efficiency: Array, rates: Codes, forward: Truth
) -> Array:
    """Dimensionless share of its peak that a `chip` reaches in a step of a `model` with weights in `precision` (a code
    of `Precision`): the `core_efficiency` of a microcontroller in a `forward` pass, unless `rates` (a code of
    `KernelRates`) is ROOFLINE; else the `efficiency` that is given (0 to 1). Arrays broadcast. Derived: a choice
    between the two. No other chip has rates by class here."""
    by_class = has_core_rates(chip, model, precision)
    by_class = by_class & (np.asarray(rates) != KernelRates.ROOFLINE) & forward
    if not np.any(by_class):  # any other chip, the usual question
        return efficiency
    return np.where(by_class, core_efficiency(chip, model), efficiency)
