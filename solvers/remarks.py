"""Remarks for the reader on the figures a wall used."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from solvers.calibration import SILICON
from solvers.declare import Array, Codes, Truth
from solvers.laws.kernel_constants import is_measured
from solvers.laws.language_pass import Timing
from solvers.laws.memory_remedies import Remedy
from solvers.laws.model_decoder import widens_weights
from solvers.laws.power import power_constants
from solvers.specs import Accelerator, Fleet, Model, Precision, arithmetic_format

# Sentences on the memory that a change of the run needs, with the slots of the walls that answer `memory_remedy`.
MEMORY_REMEDIES = {
    Remedy.NONE: "No smaller micro-batch, recomputation, ZeRO stage or split by one dimension fits.",
    Remedy.SMALLER_MICROBATCH: "A micro-batch size of {remedy_size} would need {remedy_total}.",
    Remedy.RECOMPUTATION: "Full recomputation would need {remedy_total}.",
    Remedy.ZERO_STAGE: "ZeRO stage {remedy_size} would need {remedy_total}.",
    Remedy.ZERO_AND_RECOMPUTATION: "ZeRO-3 with full recomputation would need {remedy_total}.",
    Remedy.TENSOR_PARALLELISM: "Tensor parallelism of {remedy_size} would need {remedy_total}.",
    Remedy.CONTEXT_PARALLELISM: "Context parallelism of {remedy_size} would need {remedy_total}.",
    Remedy.PIPELINE_STAGES: "A pipeline of {remedy_size} stages would need {remedy_total}.",
    Remedy.CONTEXT_AND_ALL: "ZeRO-3, full recomputation, context parallelism {remedy_size}: {remedy_total}.",
    Remedy.STAGES_AND_RECOMPUTATION: "Full recomputation and {remedy_size} stages would need {remedy_total}.",
}


# The share of a server's time above which prefills are said to take most of it.
MOST_PREFILL = 0.5


def precision_fallback(chip: Accelerator, precision: Codes, timing: Codes = Timing.ROOFLINE) -> Iterator[str]:
    """Yield a remark when weights are stored in one format and arithmetic runs in another, as the `timing` has it."""
    runs_in = int(arithmetic_format(chip, precision))
    if runs_in in (-1, int(precision)):
        return
    stored, used = Precision(int(precision)).name, Precision(runs_in).name
    if timing != Timing.ROOFLINE and widens_weights(chip, precision):
        yield (
            f"{chip.name} has no rate for {stored}: kernels widen the weights to 16 bits and multiply in those. Peak "
            f"FLOP/s and MFU are those of {used}."
        )
        return
    yield f"{chip.name} has no rate for {stored}: weights are stored in {stored}, arithmetic runs in {used}."


def pass_timing(chip: Accelerator, timing: Codes) -> Iterator[str]:
    """Says how a pass is timed, and when the constants of the kernels are not those of the chip."""
    if timing == Timing.ROOFLINE:
        yield "Times follow the roofline with the given efficiencies and overhead."
        return
    if timing == Timing.KERNELS:
        yield "Times are kernel sums with the accelerator's constants."
    else:
        yield (
            "Times are kernel sums with the accelerator's constants; the roofline's efficiencies and overhead are not "
            "used. Changing one of them selects the roofline."
        )
    yield from unmeasured_kernels(chip)


def stand_in_roofline(
    chip: Accelerator,
    timing: Codes,
    efficiency: Array = math.nan,
    bandwidth_efficiency: Array = math.nan,
    layer_overhead: Array = math.nan,
) -> Iterator[str]:
    """Says which constants of the roofline are those fitted on an H100, since a chip has none of its own and no other
    value is given. Those that a wall leaves out are not said."""
    if timing != Timing.ROOFLINE:
        return
    figures = (
        ("compute efficiency", chip.measured_efficiency, efficiency, SILICON.efficiency),
        (
            "bandwidth efficiency",
            chip.measured_bandwidth_efficiency,
            bandwidth_efficiency,
            SILICON.bandwidth_efficiency,
        ),
        ("overhead per layer", chip.measured_layer_overhead, layer_overhead, SILICON.layer_overhead),
    )
    borrowed = [name for name, own, used, stand_in in figures if math.isnan(own) and used == stand_in]
    if borrowed:
        listed = " and ".join(filter(None, (", ".join(borrowed[:-1]), borrowed[-1])))
        yield f"Not measured on {chip.name}: {listed}. Those fitted to serving on an H100 are used."


def assumed_power(chip: Accelerator, arithmetic: Array, memory: Array) -> Iterator[str]:
    """Says that power follows constants fitted to H100s, where a chip of known TDP has none of its own and no others
    are given."""
    own = power_constants(chip)
    unknown = np.isnan(chip.measured_arithmetic_power) or np.isnan(chip.measured_memory_power)
    if unknown and not math.isnan(chip.tdp) and (arithmetic, memory) == (own.arithmetic, own.memory):
        yield (
            f"Not measured: {chip.name} has no power constants of its own. Its power follows its TDP with those fitted "
            "to H100s."
        )


def unmeasured_kernels(chip: Accelerator) -> Iterator[str]:
    """Says when the constants of a chip's kernels are not its own."""
    if not is_measured(chip):
        yield (
            f"Not measured: {chip.name} has no kernel constants of its own. Those of the measured accelerators are "
            "used (geometric mean, times scaled by the clock where known)."
        )


def decode_accelerator(chip: Accelerator, prefill_chip: Accelerator, precision: Codes, timing: Codes) -> Iterator[str]:
    """Yield the remarks on a decode accelerator of its own beside the one that prefills."""
    yield from precision_fallback(chip, precision, timing)
    if timing != Timing.ROOFLINE and chip.name != prefill_chip.name:
        yield from unmeasured_kernels(chip)


def server_under_load(concurrency: Array, prefill_share: Array) -> Iterator[str]:
    """Yield the remarks on a server with concurrent requests, of whose time prefills take the share `prefill_share`."""
    if concurrency > 0:
        yield (
            "TTFT is that of a prompt that does not queue. Its wait under load depends on the arrivals: see the "
            "tail-latency wall."
        )
    if concurrency > 1 and prefill_share > MOST_PREFILL:
        yield "Prefills take most of the server's time: fewer or cached prompts would lower every latency."


def core_rates(chip: Accelerator, used: Truth) -> Iterator[str]:
    """Says that a microcontroller's kernels have measured rates, where they are `used`, and whether they are those of
    its core."""
    if not used:
        return
    yield (
        "Compute time follows measured rates of convolutions, depthwise convolutions and dense layers. Changing the "
        "compute efficiency replaces them."
    )
    if math.isnan(chip.measured_gemm_efficiency_8bit):
        yield f"Not measured: {chip.name} has no kernel rates of its own. The mean of three Cortex-M cores is used."


def missing_figures(chip: Accelerator) -> Iterator[str]:
    """Yield a remark on which figures of the chip are unknown and which outputs that leaves unknown."""
    if math.isnan(chip.tdp):
        yield f"TDP of {chip.name} unknown: power and energy not available."
    if math.isnan(chip.memory_capacity) and math.isnan(chip.flash_capacity):
        yield f"Memory capacity of {chip.name} unknown: whether the model fits is not checked."


def unknown_layers(model: Model) -> Iterator[str]:
    """Says when the number of layers, each of which is launched, is not known."""
    if not model.layers > 0:
        yield f"Number of layers of {model.name} unknown: kernel-launch time is not included."


def assumed_overhead(chip: Accelerator) -> Iterator[str]:
    """Says that the overhead of a step is an assumption where the chip has no measured one."""
    if math.isnan(chip.measured_layer_overhead):
        yield (
            f"The overhead is an assumption: none is measured on {chip.name}, and {{layer_overhead}} per layer is the "
            "same for every accelerator. Do not rank accelerators by it."
        )


# Of the servers in the catalog, those with links between their accelerators; racks such as the GB200 NVL72 have more.
_USUAL_NODE = 8


def beyond_context_length(model: Model, tokens: Array) -> Iterator[str]:
    """Yield a remark when a sequence is longer than the model supports: the costs remain valid, the quality of its
    answers may not."""
    if tokens > model.context_length:
        yield f"Exceeds the context window of {model.name} ({model.context_length:,.0f} tokens)."


def tensor_parallelism(model: Model, tensor_parallel: Array, devices_per_node: Array) -> Iterator[str]:
    """Yield remarks on tensor-parallel sizes that leave a node (0: its number of devices is not known), or over which
    attention heads do not divide."""
    if tensor_parallel > devices_per_node > 0:
        yield "Tensor parallelism spans nodes: every layer waits for the inter-node network, twice in each direction."
    elif tensor_parallel > _USUAL_NODE and not devices_per_node:
        yield (
            f"Most nodes have {_USUAL_NODE} devices or fewer. If these are on several, Devices per node counts the "
            "network between them."
        )
    if model.attention_heads > 0 and model.attention_heads % tensor_parallel:
        yield (
            f"The {model.attention_heads:g} attention heads do not divide by {tensor_parallel:g} devices: "
            "Megatron-LM and vLLM refuse such a size."
        )


def unusual_parallelism(zero_stage: Array, pipeline_parallel: Array, virtual_stages: Array) -> Iterator[str]:
    """Yield remarks on unusual or ineffective ways to split training."""
    if zero_stage >= 2 and pipeline_parallel > 1:
        yield "ZeRO stages 2 and 3 with pipeline parallelism exchange gradients or weights per micro-batch: unusual."
    if virtual_stages > 1 and pipeline_parallel == 1:
        yield "Virtual pipeline stages have no effect without pipeline parallelism."


def idle_devices(fleet: Fleet | None, used: Array) -> Iterator[str]:
    """Says how many devices of the picked fleet a layout leaves without work."""
    if fleet is not None and fleet.devices > used:
        yield f"{fleet.devices - used:,.0f} of the {fleet.devices:,.0f} devices of {fleet.name} are idle."
