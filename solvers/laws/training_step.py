"""Duration of a training step that is split over many devices, by cause."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Codes
from solvers.laws.collectives import (
    NetworkLink,
    RankGroup,
    all_to_all,
    hierarchical_all_gather,
    hierarchical_all_reduce,
    point_to_point,
    rank_group,
    slowest_link,
)
from solvers.laws.training_memory import Recomputation
from solvers.laws.training_traffic import LayerMessages


@dataclass(frozen=True)
class Network:
    """The network of a fleet: nodes of `devices_per_node` devices with `intra` links inside and `inter` links between
    them. Every transfer takes `congestion` times as long as alone (at least 1)."""

    devices_per_node: Array
    intra: NetworkLink
    inter: NetworkLink
    congestion: Array


@dataclass(frozen=True)
class ParallelLayout:
    """Devices of each parallel dimension: `tensor` (t), `context` (c), `data` (d), of which `expert` (e) hold different
    experts, and `pipeline` (p) with `virtual` (v) stages per device. Nodes are filled in this order, tensor first,
    pipeline last."""

    tensor: Array
    context: Array
    data: Array
    expert: Array
    pipeline: Array
    virtual: Array

    @property
    def devices(self) -> Array:
        """Devices in all: t·c·d·p."""
        return np.asarray(self.tensor, dtype=float) * self.context * self.data * self.pipeline

    def tensor_group(self, network: Network) -> RankGroup:
        """The devices that share each layer."""
        return rank_group(self.tensor, 1, network.devices_per_node)

    def context_group(self, network: Network) -> RankGroup:
        """The devices that share each sequence."""
        return rank_group(self.context, self.tensor, network.devices_per_node)

    def replica_group(self, network: Network) -> RankGroup:
        """The devices with the same weights: over data and context."""
        size = np.asarray(self.data, dtype=float) * self.context
        return rank_group(size, self.tensor, network.devices_per_node)

    def expert_group(self, network: Network) -> RankGroup:
        """The devices that hold different experts of a layer."""
        stride = np.asarray(self.tensor, dtype=float) * self.context
        return rank_group(self.expert, stride, network.devices_per_node)

    def expert_replica_group(self, network: Network) -> RankGroup:
        """The devices with the same experts: of d·c replicas every e-th."""
        stride = np.asarray(self.tensor, dtype=float) * self.expert
        size = np.asarray(self.data, dtype=float) * self.context / self.expert
        return rank_group(size, stride, network.devices_per_node)

    def stage_link(self, network: Network) -> NetworkLink:
        """The link to the next pipeline stage: between nodes, unless both stages fit into one node."""
        stride = np.asarray(self.tensor, dtype=float) * self.context * self.data
        pair = RankGroup(2.0, 1.0, np.where(2 * stride > network.devices_per_node, 2.0, 1.0))
        return slowest_link(pair, network.intra, network.inter)


def layer_passes(recomputation: Codes) -> Array:
    """Times the collectives of a layer run for one microbatch, a dimensionless count of passes, by `recomputation`
    (codes of `Recomputation`): forward and backward, and forward again with full recomputation. Arrays broadcast.
    Korthikanti et al. 2023, arXiv:2205.05198, section 5. Selective recomputation repeats no collective."""
    return np.where(np.asarray(recomputation) == Recomputation.FULL, 3.0, 2.0)


def tensor_time(message: Array, layers: Array, passes: Array, layout: ParallelLayout, network: Network) -> Array:
    """Seconds of the tensor-parallel all-reduces of one microbatch: 2 of `message` bytes for each of L `layers` and P
    `passes` (attention and MLP), over the devices of the `layout` on the `network`. Arrays broadcast. Shoeybi et al.
    2019, arXiv:1909.08053, section 3. Not overlapped with arithmetic."""
    group = layout.tensor_group(network)
    once = hierarchical_all_reduce(message, group, network.intra, network.inter)
    return np.asarray(2 * passes * layers * once * network.congestion)


def context_time(message: Array, layers: Array, passes: Array, layout: ParallelLayout, network: Network) -> Array:
    """Seconds of gathering keys and values (`message` bytes per layer, of the full sequence) over the context-parallel
    devices of the `layout` on the `network`, for L `layers` and P `passes`: one all-gather per layer and forward pass,
    and in the backward pass another with a reduce-scatter of gradients. Arrays broadcast. Grattafiori et al. 2024
    (Llama 3), arXiv:2407.21783, section 3.3.2. Not overlapped with arithmetic."""
    group = layout.context_group(network)
    once = hierarchical_all_gather(message, group, network.intra, network.inter)
    return np.asarray((passes + 1) * layers * once * network.congestion)


def expert_time(message: Array, layers: Array, passes: Array, layout: ParallelLayout, network: Network) -> Array:
    """Seconds of sending tokens to their experts and back: 2 all-to-alls of `message` bytes for each of L `layers` and
    P `passes`, over the expert-parallel devices of the `layout` on the `network`. Arrays broadcast. Lepikhin et al.
    2021 (GShard), arXiv:2006.16668, section 2.2. Experts receive equally many tokens; not overlapped."""
    group = layout.expert_group(network)
    link = slowest_link(group, network.intra, network.inter)
    once = all_to_all(message, group.size, link.bandwidth, link.latency)
    return np.asarray(2 * passes * layers * once * network.congestion)


def stage_time(message: Array, microbatches: Array, layout: ParallelLayout, network: Network) -> Array:
    """Seconds a device spends sending `message` bytes M to the next pipeline stage and gradients back, for m
    `microbatches`: 2mv·(M/β + α), with v virtual stages of the `layout`, bandwidth β (byte/s) and latency α (s) of the
    `network`; 0 without a pipeline. Arrays broadcast. Narayanan et al. 2021, arXiv:2104.04473, section 2.2. Not
    overlapped with arithmetic."""
    once = point_to_point(message, layout.stage_link(network))
    crossings = 2 * np.asarray(microbatches, dtype=float) * layout.virtual
    return np.where(np.asarray(layout.pipeline) > 1, crossings * once * network.congestion, 0.0)


def bubble_fraction(stages: Array, virtual_stages: Array, microbatches: Array) -> Array:
    """Dimensionless share of the time in which a pipeline stage is idle: (p−1)/(v·m + p−1), with p `stages`, v
    `virtual_stages` per device and m `microbatches`. Arrays broadcast. Narayanan et al. 2021, arXiv:2104.04473, section
    2.2. Equal stages, one-forward-one-backward schedule."""
    idle = np.asarray(stages, dtype=float) - 1
    return np.asarray(idle / (np.asarray(virtual_stages, dtype=float) * microbatches + idle))


def data_time(
    dense: Array, routed: Array, zero_stage: Array, microbatches: Array, layout: ParallelLayout, network: Network
) -> Array:
    """Seconds of exchanging gradients between replicas in one step, for the bytes of `dense` and `routed` parameters of
    a device: an all-reduce; from `zero_stage` 1 on a reduce-scatter of gradients and an all-gather of weights, equally
    long; at stage 3 the weights are gathered twice for each of m `microbatches` instead. Over the replicas of the
    `layout` on the `network`. Arrays broadcast. Rajbhandari et al. 2020, arXiv:1910.02054, section 7. Before any
    overlap, see `exposed_time`."""
    replicas, expert_replicas = layout.replica_group(network), layout.expert_replica_group(network)
    once = hierarchical_all_gather(dense, replicas, network.intra, network.inter)
    experts = hierarchical_all_gather(routed, expert_replicas, network.intra, network.inter)
    once = once + np.where(np.asarray(routed) > 0, experts, 0.0)  # a dense model has no second exchange
    rounds = np.where(np.asarray(zero_stage) >= 3, 1 + 2 * np.asarray(microbatches, dtype=float), 2.0)
    return np.asarray(rounds * once * network.congestion)


def exposed_time(exchange: Array, overlap: Array, microbatch: Array, microbatches: Array, zero_stage: Array) -> Array:
    """Seconds of the `exchange` (seconds) between replicas that arithmetic does not hide: a share `overlap` (0 to 1)
    may run beside the backward pass, two thirds of the `microbatch` seconds of arithmetic, of the last of m
    `microbatches`; at `zero_stage` 3, which gathers weights for each, of all of them. Arrays broadcast. Li et al. 2020
    (PyTorch DDP), arXiv:2006.15704, section 3.2. Backward passes take twice as long as forward passes."""
    rounds = np.where(np.asarray(zero_stage) >= 3, microbatches, 1)
    return np.asarray(exchange - np.minimum(overlap * np.asarray(exchange), 2 / 3 * np.asarray(microbatch) * rounds))


@dataclass(frozen=True)
class DeviceTime:
    """Seconds of one step that a device spends without the network: `compute` (its FLOP), `memory` (traffic on top),
    `straggler` (waiting for the slowest device) and `imbalance` (waiting for the largest pipeline stage)."""

    compute: Array
    memory: Array
    straggler: Array
    imbalance: Array

    @property
    def busy(self) -> Array:
        """Seconds in which the device itself computes or waits for its memory."""
        return self.compute + self.memory

    @property
    def total(self) -> Array:
        """Seconds of all four causes."""
        return self.busy + self.straggler + self.imbalance


def device_time(
    flop: Array, moved: Array, rate: Array, bandwidth: Array, straggler_factor: Array, imbalance_factor: Array
) -> DeviceTime:
    """Seconds of one step that need no network, by cause: max(W/π, Q/β), with W the `flop` and Q the bytes `moved` by a
    device that reaches π FLOP/s (`rate`) and β byte/s (`bandwidth`); all wait for the slowest device and for the
    largest stage, dimensionless factors `straggler_factor` and `imbalance_factor` (both at least 1). Arrays broadcast.
    Williams, Waterman and Patterson 2009, doi:10.1145/1498765.1498785, equation 1, and derived. Perfect overlap of
    arithmetic and memory."""
    compute = np.asarray(flop / rate)
    busy = np.maximum(compute, moved / bandwidth)
    straggler = (np.asarray(straggler_factor) - 1) * busy
    return DeviceTime(compute, busy - compute, straggler, (imbalance_factor - 1) * (busy + straggler))


@dataclass(frozen=True)
class LayerExchange:
    """Seconds of one step in which the layers exchange data: over `tensor`-, `context`- and `expert`-parallel
    devices."""

    tensor: Array
    context: Array
    expert: Array

    @property
    def total(self) -> Array:
        """Seconds of all three exchanges."""
        return self.tensor + self.context + self.expert


def layer_exchange(
    messages: LayerMessages, layers: Array, passes: Array, microbatches: Array, layout: ParallelLayout, network: Network
) -> LayerExchange:
    """Seconds of one step in which the layers exchange `messages` (bytes), for L `layers` of the largest stage, P
    `passes` and m `microbatches`, over the `layout` on the `network`. Arrays broadcast. Derived: m times `tensor_time`,
    `context_time` and `expert_time`. Not overlapped with arithmetic."""
    return LayerExchange(
        tensor=tensor_time(messages.activations, layers, passes, layout, network) * microbatches,
        context=context_time(messages.kv, layers, passes, layout, network) * microbatches,
        expert=expert_time(messages.experts, layers, passes, layout, network) * microbatches,
    )
