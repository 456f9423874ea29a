"""How much memory does training need per device, and does it fit?

Rajbhandari et al. 2020 (ZeRO, figure 1) for weights, gradients and optimizer state; Korthikanti et al. 2023
(equations 1 to 6, table 2) for activations under tensor parallelism, recomputation and pipelining. Not modeled:
memory fragmentation, buffers of the communication library, and the logits of the last layer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solvers import checks, inputs, remarks
from solvers.declare import (
    Array,
    Chart,
    Codes,
    Equation,
    Fallacy,
    Preset,
    Source,
    Truth,
    curve,
    flag,
    label,
    number,
    output,
    solver,
    spec,
)
from solvers.errors import InputError
from solvers.laws.memory import usable_memory
from solvers.laws.memory_remedies import REMEDY_HELP, REMEDY_SIZE_HELP, MemoryPlan, Remedy, memory_remedy
from solvers.laws.ratio import ratio_or_inf
from solvers.laws.training_memory import (
    ADAM_BYTES,
    Attention,
    DeviceParameters,
    ModelState,
    Recomputation,
    SequenceParallel,
    activation_bytes_per_layer,
    layers_in_flight,
    model_state_bytes,
    parameters_per_device,
)
from solvers.laws.transformer import bytes_per_element
from solvers.specs import Accelerator, Fleet, Model, Node, Precision
from solvers.verdict import State, Verdict


@dataclass(frozen=True, kw_only=True)
class Inputs:
    model: Model = inputs.model("llama-3-8b")
    fleet: Fleet | None = inputs.fleet()
    node: Node | None = inputs.node()
    accelerator: Accelerator | None = spec(
        Accelerator,
        "Accelerator",
        "h100-sxm5-80gb",
        optional=True,
        default_from="node.accelerator",
        help="Accelerator whose capacity is checked; the memory required does not depend on it.",
    )
    precision: Codes = inputs.precision(Precision.BF16, help="Number format of weights, gradients and activations.")
    batch_size: Array = inputs.microbatch(1)
    sequence_length: Array = inputs.sequence_length(8192)
    data_parallel: Array = inputs.data_parallel(
        8, default_from="fleet.devices", shared=("tensor_parallel", "pipeline_parallel", "context_parallel")
    )
    tensor_parallel: Array = inputs.tensor_parallel(1)
    pipeline_parallel: Array = inputs.pipeline_parallel(1)
    zero_stage: Array = inputs.zero_stage(0)
    recomputation: Codes = inputs.recomputation(Recomputation.SELECTIVE)
    context_parallel: Array = inputs.context_parallel(1)
    expert_parallel: Array = inputs.expert_parallel(1)
    virtual_stages: Array = inputs.virtual_stages(1)
    microbatches: Array = number(
        "1",
        "Micro-batches per step",
        0,
        high=1e6,
        slider=(0, 128),
        integer=True,
        advanced=True,
        help="Empty: enough to keep every stage busy, which is the worst case for memory.",
        zero_means="every stage busy",
    )
    attention: Codes = inputs.attention(Attention.UNFUSED)
    sequence_parallel: Codes = inputs.sequence_parallel(SequenceParallel.OFF)
    memory_reserve: Array = inputs.memory_reserve()
    optimizer_bytes: Array = number(
        "byte",
        "Optimizer bytes per parameter",
        ADAM_BYTES,
        high=64,
        slider=(0, 16),
        symbol="o",
        advanced=True,
        help="12: Adam with fp32 copies. 8: without the weight copy. 6: 8-bit moments.",
    )


_NO_ROOM = "unknown: no capacity is known"


@dataclass(frozen=True, kw_only=True)
class Outputs:
    weights: Array = output("byte", "Weights")
    gradients: Array = output("byte", "Gradients")
    optimizer_state: Array = output("byte", "Optimizer state")
    activations: Array = output(
        "byte", "Activations", help="Peak memory of the activations kept for the backward pass."
    )
    total: Array = output("byte", "Memory per device", symbol="M")
    model_state: Array = output(
        "byte", "Model states", symbol=r"M_\text{state}", help="Weights, gradients and optimizer state."
    )
    unsharded_state: Array = output("byte", "Model states without ZeRO", symbol=r"M_\text{dense}")
    held_parameters: Array = output(
        "1", "Parameters per device", display_unit="param", symbol="N_d", help="Parameters before ZeRO sharding."
    )
    activations_per_layer: Array = output(
        "byte", "Activations per layer", symbol="A", help="Activations of one micro-batch."
    )
    layers_in_flight: Array = output(
        "1", "Layers with stored activations", help="Counted once per micro-batch in flight."
    )
    activation_share: Array = output("1", "Activation share of memory", display_unit="percent")
    memory_room: Array = output(
        "byte",
        "Usable memory capacity",
        if_infinite="unknown: the catalog has no capacity",
        help="Memory capacity minus the headroom.",
    )
    memory_shortfall: Array = output(
        "byte", "Memory shortfall", if_infinite="unknown: the catalog has no capacity", help="0 if everything fits."
    )
    feasible: Truth = flag("Fits in memory")
    largest_batch_size: Array = output(
        "1",
        "Maximum micro-batch size",
        if_infinite="unknown: the catalog has no capacity",
        help="0 if not even one sequence fits.",
    )
    total_recomputed: Array = output("byte", "Memory with full recomputation")
    total_sharded: Array = output("byte", "Memory with ZeRO-3")
    least_total: Array = output("byte", "Memory with ZeRO-3 and full recomputation")
    split_needed: Array = output(
        "1",
        "Extra model parallelism needed",
        if_infinite="unknown: the catalog has no capacity",
        help="Factor by which tensor or pipeline parallelism must grow for the model states to fit.",
    )
    remedy: Codes = label(Remedy, "Change that would fit", help=REMEDY_HELP)
    remedy_size: Array = output("1", "Size of that change", if_infinite="none", help=REMEDY_SIZE_HELP)
    remedy_total: Array = output("byte", "Memory with that change", if_infinite="none")


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: a transformer, and groups that divide each other."""
    yield from checks.trainable_transformer(i.model)
    yield from checks.expert_parallelism(i.model, i.expert_parallel, i.data_parallel)


def verdict(i: Inputs, o: Outputs) -> Verdict:
    parts = "({model_state} model states, {activations} activations)"
    if math.isnan(o.memory_room):
        return Verdict(State.MEMORY, f"Memory capacity unknown. Each device needs {{total}} {parts}.")
    if o.feasible:
        return Verdict(
            State.OK,
            f"Fits in memory. Each device needs {{total}} of {{memory_room}} {parts}; the largest micro-batch is "
            "{largest_batch_size}.",
        )
    short = "Out of memory. Each device needs {total} ({model_state} states, {activations} activations); "
    change = remarks.MEMORY_REMEDIES[Remedy(int(o.remedy))]
    return Verdict(State.INFEASIBLE, f"{short}{{memory_room}} is usable. {change}")


def _larger(o: Outputs) -> str:
    if o.activations > o.model_state:
        return "Activations are the larger part: recomputation, tensor and context parallelism shrink them."
    return "Model states are the larger part: ZeRO shards them, tensor and pipeline parallelism split them."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield _larger(o)
    if i.zero_stage > 0 and i.data_parallel * i.context_parallel == 1:
        yield "ZeRO shards across data-parallel replicas; there is only one, so it saves nothing."
    yield from remarks.unusual_parallelism(i.zero_stage, i.pipeline_parallel, i.virtual_stages)


FIGURES = (
    Chart("buildup", "Memory per device by component", (), ("weights", "gradients", "optimizer_state", "activations")),
    curve("data_parallel", ("total", "model_state"), "Memory per device vs. data-parallel size"),
    curve("sequence_length", ("activations", "model_state"), "Memory per device vs. sequence length"),
)

EQUATIONS = (
    Equation(
        "weights",
        r"@weights = 2 \cdot @held_parameters",
        where=lambda i, o: bytes_per_element(i.precision) == 2 and i.zero_stage < 3,
    ),
    Equation(
        "optimizer_state",
        r"@optimizer_state = @optimizer_bytes \cdot @held_parameters",
        where=lambda i, o: i.zero_stage == 0,
    ),
    Equation(
        "optimizer_state",
        r"@optimizer_state = \frac{@optimizer_bytes \cdot @held_parameters}{@data_parallel \cdot @context_parallel}",
        where=lambda i, o: i.zero_stage >= 1 and i.expert_parallel == 1,
    ),
    Equation("model_state", r"@model_state = @weights + @gradients + @optimizer_state"),
    Equation(
        "activations_per_layer",
        r"@activations_per_layer = \frac{@sequence_length \cdot @batch_size \cdot "
        r"@model.hidden_size}{@context_parallel} "
        r"\cdot (10 + \frac{24}{@tensor_parallel})",
        where=lambda i, o: i.recomputation == Recomputation.SELECTIVE and i.sequence_parallel == SequenceParallel.OFF,
    ),
    Equation(
        "activations_per_layer",
        r"@activations_per_layer = \frac{@sequence_length \cdot @batch_size \cdot "
        r"@model.hidden_size}{@context_parallel} "
        r"\cdot (10 + \frac{24 + \frac{5 \cdot @model.attention_heads \cdot "
        r"@sequence_length}{@model.hidden_size}}{@tensor_parallel})",
        where=lambda i, o: (
            i.recomputation == Recomputation.NONE
            and i.attention == Attention.UNFUSED
            and i.sequence_parallel == SequenceParallel.OFF
        ),
    ),
    Equation(
        "activations_per_layer",
        r"@activations_per_layer = \frac{2 \cdot @sequence_length \cdot @batch_size \cdot "
        r"@model.hidden_size}{@context_parallel}",
        where=lambda i, o: i.recomputation == Recomputation.FULL and i.sequence_parallel == SequenceParallel.OFF,
    ),
    Equation("activations", r"@activations = @activations_per_layer \cdot @layers_in_flight"),
    Equation("total", r"@total = @model_state + @activations"),
)

SOURCES = (
    Source(
        "Rajbhandari et al. 2020",
        "ZeRO: memory optimizations toward training trillion parameter models",
        "arXiv:1910.02054",
    ),
    Source(
        "Korthikanti et al. 2023",
        "Reducing activation recomputation in large transformer models",
        "arXiv:2205.05198",
    ),
    Source(
        "Narayanan et al. 2021",
        "Efficient large-scale language model training on GPU clusters using Megatron-LM",
        "arXiv:2104.04473",
    ),
    Source(
        "Dao et al. 2022",
        "FlashAttention: fast and memory-efficient exact attention with IO-awareness",
        "arXiv:2205.14135",
    ),
)

ASSUMPTIONS = (
    "Adam in mixed precision: weights, gradients, an fp32 copy of each weight, and two moments.",
    "Parameters are spread evenly over tensor- and pipeline-parallel devices, embeddings included.",
    "The first pipeline stage is modeled: it keeps the most activations, of as many micro-batches as stages.",
    "A layer has an MLP four times as wide as the hidden size, and dropout; activations are 16-bit.",
    "ZeRO shards across data-parallel and context-parallel devices alike.",
)

LIMITATIONS = (
    "Fragmentation and individual buffers; the memory headroom covers them.",
    "The logits of the last layer, which are large for a large vocabulary.",
    "Offloading state to host memory or disk.",
)

PRESETS = (
    Preset("Llama-3-8B on eight H100", {}),
    Preset("Llama-3-8B on eight H100, ZeRO-3", {"zero_stage": "3"}, part="Part 4"),
    Preset("No recomputation", {"recomputation": "none"}),
    Preset("Full recomputation", {"zero_stage": "3", "recomputation": "full", "sequence_length": "32768"}),
    Preset(
        "Llama-3-70B, TP 8, PP 4",
        {"model": "llama-3-70b", "tensor_parallel": "8", "pipeline_parallel": "4", "zero_stage": "1"},
    ),
    Preset(
        "ZeRO paper, figure 1: 7.5B parameters on 64 devices",
        {"model.parameters": "7.5e9", "data_parallel": "64", "zero_stage": "1"},
    ),
)

FALLACIES = (
    Fallacy(
        "A model that fits for inference fits for training.",
        "Weights take {before}; weights, gradients and optimizer state of the same model take {after}, {ratio} times "
        "that.",
        "model_state",
        {"optimizer_bytes": "0 byte", "zero_stage": "3", "data_parallel": "2"},
        {},
        lambda before, after: after > 7 * before,
    ),
    Fallacy(
        "With ZeRO, adding devices makes any model fit.",
        "With 64 times the data-parallel size the total only falls from {before} to {after}: activations are not "
        "sharded.",
        "total",
        {"zero_stage": "3"},
        {"zero_stage": "3", "data_parallel": "512"},
        lambda before, after: after > before / 2,
    ),
    Fallacy(
        "Eight pipeline stages need an eighth of the activation memory each.",
        "Activations take {before} without a pipeline and {after} with it: the first stage keeps eight micro-batches.",
        "activations",
        {},
        {"pipeline_parallel": "8"},
        lambda before, after: after == before,
    ),
)


@solver(
    walls=(14,),
    title="Training memory",
    question="How much memory does training need per device, and does it fit?",
    version="3",
    factor="Scaling efficiency",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=("total", "feasible", "model_state", "activations", "largest_batch_size"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def training_memory(i: Inputs) -> Outputs:
    part = parameters_per_device(i.model, i.tensor_parallel, i.pipeline_parallel, i.expert_parallel)
    state = _state(i, part, i.zero_stage)
    layer, kept = _activations(i, i.recomputation), _kept(i)
    activations = layer * kept
    recomputed = _activations(i, Recomputation.FULL) * kept
    sharded = _state(i, part, 3).total
    room = usable_memory(np.nan if i.accelerator is None else i.accelerator.memory_capacity, i.memory_reserve)
    total = state.total + activations
    per_sequence = activations / i.batch_size
    remedy = memory_remedy(_plan(i), room)
    return Outputs(
        weights=state.weights,
        gradients=state.gradients,
        optimizer_state=state.optimizer,
        activations=activations,
        total=total,
        model_state=state.total,
        unsharded_state=_state(i, part, 0).total,
        held_parameters=part.total,
        activations_per_layer=layer,
        layers_in_flight=kept,
        activation_share=activations / total,
        memory_room=room,
        memory_shortfall=np.maximum(total - room, 0),
        feasible=total <= room,
        largest_batch_size=np.maximum(np.floor(ratio_or_inf(room - state.total, per_sequence)), 0),
        total_recomputed=state.total + recomputed,
        total_sharded=sharded + activations,
        least_total=sharded + recomputed,
        split_needed=np.ceil(state.total / room),
        remedy=remedy.remedy,
        remedy_size=remedy.size,
        remedy_total=remedy.total,
    )


def _plan(i: Inputs) -> MemoryPlan:
    return MemoryPlan(
        model=i.model,
        precision=i.precision,
        sequences=i.batch_size,
        length=i.sequence_length,
        data=i.data_parallel,
        tensor=i.tensor_parallel,
        pipeline=i.pipeline_parallel,
        context=i.context_parallel,
        expert=i.expert_parallel,
        virtual=i.virtual_stages,
        microbatches=np.where(np.asarray(i.microbatches) > 0, i.microbatches, np.inf),
        zero_stage=i.zero_stage,
        recomputation=i.recomputation,
        attention=i.attention,
        sequence_parallel=i.sequence_parallel,
        optimizer_bytes=i.optimizer_bytes,
    )


def _state(i: Inputs, part: DeviceParameters, stage: Array) -> ModelState:
    replicas = np.asarray(i.data_parallel, dtype=float) * i.context_parallel
    return model_state_bytes(part, i.precision, stage, replicas, i.expert_parallel, i.optimizer_bytes)


def _activations(i: Inputs, recomputation: Codes) -> Array:
    return activation_bytes_per_layer(
        i.model,
        i.batch_size,
        i.sequence_length,
        i.tensor_parallel,
        i.context_parallel,
        recomputation,
        np.asarray(i.attention) == Attention.FUSED,
        np.asarray(i.sequence_parallel) == SequenceParallel.ON,
    )


def _kept(i: Inputs) -> Array:
    full = np.where(np.asarray(i.microbatches) > 0, i.microbatches, np.inf)
    return layers_in_flight(i.model.layers, i.pipeline_parallel, i.virtual_stages, full)
