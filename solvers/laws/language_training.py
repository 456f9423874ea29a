"""The time of a training step of a language model, for every wall that needs it.

As measured, a device's forward and backward pass are sums of kernels (`training_pass`) with the constants of the chip,
and links reach a share of what data sheets say. The textbook's roofline stands beside it: the slower of all arithmetic
and all memory traffic, links at their full rate. What devices exchange, and what they wait for, is the same by both.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.laws import training_memory as memory
from solvers.laws import training_step as law
from solvers.laws.collectives import NetworkLink
from solvers.laws.decoder import Layout
from solvers.laws.kernels import SMALL_EFFICIENCY, KernelDevice, all_reduce_time, update_time
from solvers.laws.language_pass import Roofline, Timing
from solvers.laws.measured_collectives import measured_links
from solvers.laws.model_decoder import decoder_of, head_parameters, kernel_device, multiplied_parameters
from solvers.laws.training_memory import (
    ADAM_BYTES,
    UPDATE_BYTES,
    Attention,
    DeviceParameters,
    ModelState,
    Recomputation,
    SequenceParallel,
)
from solvers.laws.training_pass import (
    ATTENTION_BACKWARD,
    arithmetic_time,
    backward_pass,
    forward_pass,
    recomputed_pass,
)
from solvers.laws.training_step import Network, ParallelLayout
from solvers.laws.training_traffic import LayerMessages, layer_messages
from solvers.laws.training_work import (
    DeviceWork,
    causal_attention_flop,
    device_work,
    memory_traffic,
    stage_imbalance,
)
from solvers.laws.transformer import bytes_per_element
from solvers.laws.transformer_pass import PassTime
from solvers.specs import Accelerator, Model, peak_rate

# Logits are kept, scaled and differentiated in 32 bits: bytes of each that pass the memory in a step.
_LOGIT_BYTES = 16.0


@dataclass(frozen=True, kw_only=True)
class Overlaps:
    """Communication hidden behind arithmetic, as shares (0 to 1): of the exchange of `gradients`, of the all-reduces
    inside the layers (`tensor`), of the exchange of `experts`, each as far as arithmetic lasts; and what does not of
    the gathers of ZeRO-3 (`exposed_gathers`)."""

    gradients: Array = 0.8
    tensor: Array = 0.0
    experts: Array = 0.0
    exposed_gathers: Array = law.EXPOSED_GATHERS


@dataclass(frozen=True, kw_only=True)
class TrainingJob:
    """A step of training: m `microbatches` of b `sequences` of s tokens (`length`) for each copy, on devices of one
    `chip` split by a `layout` on a `network`; weights in `precision`, ZeRO stage, and codes of `Recomputation`,
    `Attention`, `SequenceParallel` and `Timing`. The slowest device takes `straggler_factor` times as long as a mean
    one. The devices of a node have a `shared_bus` where the chip's links are one, unless said."""

    chip: Accelerator
    precision: Codes
    sequences: Array
    length: Array
    layout: ParallelLayout
    network: Network
    microbatches: Array = 1.0
    zero_stage: Array = 0.0
    recomputation: Codes = Recomputation.NONE
    attention: Codes = Attention.FUSED
    sequence_parallel: Codes = SequenceParallel.ON
    overlaps: Overlaps = Overlaps()
    roofline: Roofline = Roofline(efficiency=1.0, bandwidth_efficiency=1.0, layer_overhead=0.0)
    straggler_factor: Array = 1.0
    timing: Codes = Timing.AUTO
    shared_bus: Truth | None = None

    @cached_property
    def device(self) -> KernelDevice:
        """One of the devices as kernels see it."""
        return kernel_device(self.chip, self.precision, self.network.intra.bandwidth, self.shared_bus)

    @property
    def devices_per_replica(self) -> Array:
        """Devices that share a copy of the model."""
        return np.asarray(self.layout.devices / np.asarray(self.layout.data, dtype=float))

    @property
    def by_roofline(self) -> Truth:
        """Whether the textbook's roofline is meant, true or false."""
        return np.asarray(np.asarray(self.timing) == Timing.ROOFLINE)

    @property
    def replicas(self) -> Array:
        """Devices with the same weights: over data and context."""
        return np.asarray(self.layout.data, dtype=float) * self.layout.context


@dataclass(frozen=True, kw_only=True)
class KernelTimes:
    """Seconds of one microbatch on one device, by class of kernels: forward and backward (`once`), and what is
    `recomputed`."""

    once: PassTime
    recomputed: PassTime

    @property
    def total(self) -> PassTime:
        """Seconds by class in all; without all-reduces, which are the network's."""
        both = (getattr(self.once, f.name) + getattr(self.recomputed, f.name) for f in dataclasses.fields(PassTime))
        return dataclasses.replace(PassTime(*both), all_reduce=np.float64(0.0))


@dataclass(frozen=True, kw_only=True)
class TrainingStep:
    """Seconds of a step by cause, which add up to it: those of a `device` alone, those its layers `exchange`, the
    pipeline's `bubble`, messages between its `stages`, what the copies exchange (`data`, of `gradients` in all), and
    the `update` of the weights. `stage` is one microbatch on one stage. `kernels` are seconds by class of a step of one
    device, unknown by the roofline."""

    device: law.DeviceTime
    exchange: law.LayerExchange
    bubble: Array
    stages: Array
    data: Array
    update: Array
    gradients: Array
    stage: Array
    work: DeviceWork
    state: ModelState
    activations: Array
    kernels: PassTime

    @property
    def by_cause(self) -> tuple[Array, ...]:
        """Seconds of all causes: arithmetic, memory and small kernels, the slowest device, the largest stage, tensor,
        context and expert parallelism, bubble, stages, data, update."""
        device, exchange = self.device, self.exchange
        alone = (device.compute, device.memory, device.straggler, device.imbalance)
        layers = (exchange.tensor, exchange.context, exchange.expert)
        return (*alone, *layers, self.bubble, self.stages, self.data, self.update)


def price_training_step(model: Model, job: TrainingJob) -> TrainingStep:
    """Seconds of one optimizer step of a `model` by cause, for a `job` (see `TrainingJob`). Arrays broadcast. Narayanan
    et al. 2021, arXiv:2104.04473, sections 2.2 and 3, for how a step is put together; Williams, Waterman and Patterson
    2009, doi:10.1145/1498765.1498785, equation 1, for each kernel, or for all of them at once. Not modeled: failures,
    experts that draw unequal numbers of tokens, one thing hidden behind arithmetic that hides another."""
    stages, microbatches = np.asarray(job.layout.pipeline, dtype=float), np.asarray(job.microbatches, dtype=float)
    part = memory.parameters_per_device(model, job.layout.tensor, stages, job.layout.expert)
    layer, state = _activations_per_layer(model, job), _model_state(part, job)
    passes, kept = law.layer_passes(job.recomputation), np.asarray(model.layers) / stages
    work = _work(model, job, memory_traffic(part, bytes_per_element(job.precision), passes, layer * kept))
    compute, busy, kernels = _device_seconds(model, job, work)
    imbalance = stage_imbalance(model.layers, stages, job.layout.virtual)
    device = law.device_time(compute, busy, job.straggler_factor, imbalance)
    network, messages = _network(job), _messages(model, job)
    rounds = (imbalance * kept, passes, microbatches)
    exchange = _exchange(messages, rounds, network, device.busy, job)
    stage = (device.total + exchange.total) / microbatches
    size = bytes_per_element(job.precision)
    gradients = law.data_time(part.dense * size, part.routed * size, job.zero_stage, microbatches, job.layout, network)
    shares = (job.overlaps.gradients, job.overlaps.exposed_gathers)
    return TrainingStep(
        device=device,
        exchange=exchange,
        bubble=(stages - 1) / job.layout.virtual * stage,
        stages=law.stage_time(messages.boundary, microbatches, job.layout, network),
        data=law.exposed_time(gradients, *shares, device.busy / microbatches, microbatches, job.zero_stage),
        update=price_update(model, job),
        gradients=gradients,
        stage=stage,
        work=work,
        state=state,
        activations=layer * memory.layers_in_flight(model.layers, stages, job.layout.virtual, microbatches),
        kernels=kernels,
    )


def price_kernels(model: Model, job: TrainingJob, device: KernelDevice) -> KernelTimes:
    """Seconds by class of kernels in which a `device` of a `job` works on one microbatch of a `model`, forward and
    backward. Arrays broadcast. Narayanan et al. 2021, arXiv:2104.04473, section 3. Layers, head and logits are spread
    evenly over the stages of a pipeline."""
    decoder, layout, stages = decoder_of(model), job.layout, np.asarray(job.layout.pipeline, dtype=float)
    scores = np.asarray(job.attention) == Attention.UNFUSED
    held = Layout(
        weight_bytes=bytes_per_element(job.precision),
        tensor_parallel=np.asarray(layout.tensor, dtype=float),
        expert_copies=np.asarray(layout.expert, dtype=float),
    )
    forward = forward_pass(decoder, device, held, job.sequences, job.length, layout.context, scores)
    backward, again = backward_pass(forward), recomputed_pass(forward, job.recomputation)
    tokens = np.asarray(job.sequences, dtype=float) * job.length
    split = layout.tensor * np.asarray(layout.context, dtype=float)
    logits = _LOGIT_BYTES * tokens * decoder.vocabulary / split / (SMALL_EFFICIENCY * device.bandwidth)
    once = PassTime(
        products=(forward.products + backward.products) / stages,
        attention=(forward.attention + backward.attention) / stages,
        experts=(forward.experts + backward.experts) / stages,
        small=(forward.small + backward.small + logits) / stages,
        head=(forward.head + backward.head) / stages,
        all_reduce=np.float64(0.0),
    )
    repeated = PassTime(*(getattr(again, f.name) / stages for f in dataclasses.fields(PassTime)))
    return KernelTimes(once=once, recomputed=repeated)


def price_arithmetic(model: Model, job: TrainingJob) -> tuple[Array, Array]:
    """Seconds that the FLOP of one microbatch of a `model` alone take a device of a `job`, forward, backward and
    recomputed: those of matrix products, and those of attention. Arrays broadcast. Derived from `arithmetic_time`, with
    the passes of `backward_pass` and `recomputed_pass`. Experts draw equally many tokens."""
    way, head = np.asarray(job.recomputation), head_parameters(model)
    tokens = np.asarray(job.sequences, dtype=float) * job.length
    shared = job.devices_per_replica
    layers = 2 * (multiplied_parameters(model) - head) * tokens / shared
    scored = causal_attention_flop(model, job.sequences, job.length) / shared
    product_passes = np.where(way == Recomputation.FULL, 4.0, 3.0)
    attention_passes = 1 + ATTENTION_BACKWARD + np.where(way == Recomputation.NONE, 0.0, 1.0)
    products = arithmetic_time(product_passes * layers, 0.0, 3 * 2 * head * tokens / shared, job.device)
    return products, arithmetic_time(0.0, attention_passes * scored, 0.0, job.device)


def price_update(model: Model, job: TrainingJob) -> Array:
    """Seconds in which a device of a `job` updates the weights of a `model` it holds, or its part of them where ZeRO
    divides the optimizer. Arrays broadcast. Rajbhandari et al. 2020, arXiv:1910.02054, section 3.1; by the roofline it
    reads and writes its model state once. Adam in mixed precision."""
    layout = job.layout
    part = memory.parameters_per_device(model, layout.tensor, layout.pipeline, layout.expert)
    own = part.dense / job.replicas + part.routed / (job.replicas / layout.expert)
    held = np.where(np.asarray(job.zero_stage) >= 1, own, part.total)
    found = update_time(held, UPDATE_BYTES, job.device)
    if not np.any(job.by_roofline):
        return found
    bandwidth = job.chip.memory_bandwidth * np.asarray(job.roofline.bandwidth_efficiency)
    return np.where(job.by_roofline, 2 * _model_state(part, job).total / bandwidth, found)


_NO_KERNELS = PassTime(*(np.float64(np.nan) for _ in dataclasses.fields(PassTime)))


def _device_seconds(model: Model, job: TrainingJob, work: DeviceWork) -> tuple[Array, Array, PassTime]:
    """Seconds of arithmetic and all seconds in which a device is busy in a step, and those by class of kernels."""
    textbook, found = job.by_roofline, []
    if np.any(textbook):
        compute = np.asarray(work.flop / (peak_rate(job.chip, job.precision) * job.roofline.efficiency))
        moved = work.moved / (job.chip.memory_bandwidth * np.asarray(job.roofline.bandwidth_efficiency))
        found.append((compute, np.maximum(compute, moved), _NO_KERNELS))
    if not np.all(textbook):
        times, microbatches = price_kernels(model, job, job.device), np.asarray(job.microbatches, dtype=float)
        step = PassTime(*(getattr(times.total, f.name) * microbatches for f in dataclasses.fields(PassTime)))
        products, attention = price_arithmetic(model, job)
        found.append((np.minimum((products + attention) * microbatches, step.total), step.total, step))
    if len(found) == 1:
        return found[0]
    (compute, busy, none), (own, all_of_it, kernels) = found
    by_class = (np.where(textbook, np.nan, getattr(kernels, f.name)) for f in dataclasses.fields(none))
    return np.where(textbook, compute, own), np.where(textbook, busy, all_of_it), PassTime(*by_class)


def _network(job: TrainingJob) -> Network:
    """The network as exchanges reach it."""
    if np.all(job.by_roofline):
        return job.network
    network = job.network
    reached = measured_links(network.intra, network.inter, job.device)
    intra, inter = (
        NetworkLink(np.where(job.by_roofline, sheet.bandwidth, own.bandwidth), sheet.latency)
        for sheet, own in zip((network.intra, network.inter), reached, strict=True)
    )
    return dataclasses.replace(network, intra=intra, inter=inter)


def _exchange(
    messages: LayerMessages, rounds: tuple[Array, Array, Array], network: Network, busy: Array, job: TrainingJob
) -> law.LayerExchange:
    """Return the time of what the layers exchange in a step, for layers, passes and microbatches (`rounds`), and the
    `busy` seconds of the device do not hide; all-reduces inside a node are those of kernels, with the chip's own
    start."""
    exchange = law.layer_exchange(messages, *rounds, job.layout, network, job.overlaps.experts, busy)
    group, tensor = job.layout.tensor_group(network), exchange.tensor
    measured = np.asarray((group.size > 1) & (group.nodes <= 1)) & ~np.asarray(job.by_roofline)
    if np.any(measured):
        layers, passes, microbatches = rounds
        once = all_reduce_time(messages.activations, group.size, job.device) * network.congestion
        tensor = np.where(measured, 2 * passes * layers * microbatches * once, tensor)
    return dataclasses.replace(exchange, tensor=tensor - np.minimum(job.overlaps.tensor * tensor, busy))


def _activations_per_layer(model: Model, job: TrainingJob) -> Array:
    return memory.activation_bytes_per_layer(
        model,
        job.sequences,
        job.length,
        job.layout.tensor,
        job.layout.context,
        job.recomputation,
        np.asarray(job.attention) == Attention.FUSED,
        np.asarray(job.sequence_parallel) == SequenceParallel.ON,
    )


def _model_state(part: DeviceParameters, job: TrainingJob) -> ModelState:
    return memory.model_state_bytes(part, job.precision, job.zero_stage, job.replicas, job.layout.expert, ADAM_BYTES)


def _work(model: Model, job: TrainingJob, moved: Array) -> DeviceWork:
    microbatches, copies = np.asarray(job.microbatches, dtype=float), job.layout.data
    shared = job.devices_per_replica
    return device_work(model, job.sequences, job.length, microbatches, copies, shared, job.recomputation, moved)


def _messages(model: Model, job: TrainingJob) -> LayerMessages:
    spread = np.where(np.asarray(job.sequence_parallel) == SequenceParallel.ON, job.layout.tensor, 1)
    return layer_messages(model, job.sequences, job.length, job.layout.tensor, job.layout.context, spread)
