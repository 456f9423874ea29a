"""How long a step of a training run that is split over many devices takes, by cause."""

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


@dataclass(frozen=True)
class Network:
    """How devices reach each other: inside a node, and between nodes of so many devices. Everything a network does
    takes `congestion` times as long as it would alone."""

    devices_per_node: Array
    intra: NetworkLink
    inter: NetworkLink
    congestion: Array


@dataclass(frozen=True)
class ParallelLayout:
    """Devices each dimension is split over: tensor (t), context (c), data (d), of which e hold other experts, and
    pipeline (p) with v stages a device. Nodes are filled in that order, tensor first, pipeline last."""

    tensor: Array
    context: Array
    data: Array
    expert: Array
    pipeline: Array
    virtual: Array

    @property
    def devices(self) -> Array:
        return np.asarray(self.tensor, dtype=float) * self.context * self.data * self.pipeline

    def tensor_group(self, network: Network) -> RankGroup:
        return rank_group(self.tensor, 1, network.devices_per_node)

    def context_group(self, network: Network) -> RankGroup:
        return rank_group(self.context, self.tensor, network.devices_per_node)

    def replica_group(self, network: Network) -> RankGroup:
        """Devices with the same weights: over data and context."""
        size = np.asarray(self.data, dtype=float) * self.context
        return rank_group(size, self.tensor, network.devices_per_node)

    def expert_group(self, network: Network) -> RankGroup:
        stride = np.asarray(self.tensor, dtype=float) * self.context
        return rank_group(self.expert, stride, network.devices_per_node)

    def expert_replica_group(self, network: Network) -> RankGroup:
        """Devices with the same experts: the copies that are left when e of them hold different ones."""
        stride = np.asarray(self.tensor, dtype=float) * self.expert
        size = np.asarray(self.data, dtype=float) * self.context / self.expert
        return rank_group(size, stride, network.devices_per_node)

    def stage_link(self, network: Network) -> NetworkLink:
        """What the next pipeline stage is reached by: it lies outside the node unless both fit into one."""
        stride = np.asarray(self.tensor, dtype=float) * self.context * self.data
        pair = RankGroup(2.0, 1.0, np.where(2 * stride > network.devices_per_node, 2.0, 1.0))
        return slowest_link(pair, network.intra, network.inter)


def layer_passes(recomputation: Codes) -> Array:
    """Times the layers' exchanges run for one microbatch, in units of a forward pass: forward and backward, and
    forward again where everything is computed again. Korthikanti et al. 2023, arXiv:2205.05198."""
    return np.where(np.asarray(recomputation) == Recomputation.FULL, 3.0, 2.0)


def tensor_time(message: Array, layers: Array, passed: Array, split: ParallelLayout, network: Network) -> Array:
    """Seconds of the tensor-parallel all-reduces of one microbatch: two of `message` bytes per layer (attention, MLP)
    and pass, so four for forward and backward. Shoeybi et al. 2019, arXiv:1909.08053, section 3. Not overlapped."""
    group = split.tensor_group(network)
    once = hierarchical_all_reduce(message, group, network.intra, network.inter)
    return np.asarray(2 * passed * layers * once * network.congestion)


def context_time(message: Array, layers: Array, passed: Array, split: ParallelLayout, network: Network) -> Array:
    """Seconds of gathering keys and values (`message` bytes a layer, of the whole sequence) over the context-parallel
    devices: one all-gather per layer and forward pass, and in the backward pass another beside a reduce-scatter of
    their gradients. Grattafiori et al. 2024 (Llama 3), arXiv:2407.21783, section 3.3.2. Not overlapped."""
    group = split.context_group(network)
    once = hierarchical_all_gather(message, group, network.intra, network.inter)
    return np.asarray((passed + 1) * layers * once * network.congestion)


def expert_time(message: Array, layers: Array, passed: Array, split: ParallelLayout, network: Network) -> Array:
    """Seconds of sending tokens to their experts and back: two all-to-alls of `message` bytes per layer with experts
    and pass, so two forward and two backward. Lepikhin et al. 2021 (GShard), arXiv:2006.16668. Balanced experts."""
    group = split.expert_group(network)
    link = slowest_link(group, network.intra, network.inter)
    once = all_to_all(message, group.size, link.bandwidth, link.latency)
    return np.asarray(2 * passed * layers * once * network.congestion)


def stage_time(message: Array, microbatches: Array, split: ParallelLayout, network: Network) -> Array:
    """Seconds a device spends handing `message` bytes to the next stage and gradients back, for m `microbatches`:
    2mv·(M/β + α), nothing without a pipeline. Narayanan et al. 2021, arXiv:2104.04473, section 2.2."""
    once = point_to_point(message, split.stage_link(network))
    crossings = 2 * np.asarray(microbatches, dtype=float) * split.virtual
    return np.where(np.asarray(split.pipeline) > 1, crossings * once * network.congestion, 0.0)


def bubble_fraction(stages: Array, virtual_stages: Array, microbatches: Array) -> Array:
    """Share of the pipeline's time in which a stage waits for others: (p−1)/(v·m + p−1) with p `stages`, v
    `virtual_stages` a device and m `microbatches`. Arrays broadcast. Narayanan et al. 2021, arXiv:2104.04473, section
    2.2. All stages take equally long, one forward and one backward at a time."""
    idle = np.asarray(stages, dtype=float) - 1
    return np.asarray(idle / (np.asarray(virtual_stages, dtype=float) * microbatches + idle))


def data_time(
    dense: Array, routed: Array, zero_stage: Array, microbatches: Array, split: ParallelLayout, network: Network
) -> Array:
    """Seconds in which the copies exchange gradients in one step, for the bytes of `dense` and `routed` parameters of
    a device. An all-reduce; from ZeRO stage 1 on a reduce-scatter of gradients and an all-gather of weights, just as
    long; at stage 3 the weights are gathered twice for each of m `microbatches` instead. Rajbhandari et al. 2020,
    arXiv:1910.02054, section 7."""
    everybody, same_experts = split.replica_group(network), split.expert_replica_group(network)
    once = hierarchical_all_gather(dense, everybody, network.intra, network.inter)
    experts = hierarchical_all_gather(routed, same_experts, network.intra, network.inter)
    once = once + np.where(np.asarray(routed) > 0, experts, 0.0)  # a dense model starts no second exchange
    rounds = np.where(np.asarray(zero_stage) >= 3, 1 + 2 * np.asarray(microbatches, dtype=float), 2.0)
    return np.asarray(rounds * once * network.congestion)


def exposed_time(exchange: Array, overlap: Array, microbatch: Array, microbatches: Array, zero_stage: Array) -> Array:
    """Seconds of the copies' `exchange` that arithmetic does not hide. A share `overlap` may run beside the backward
    pass, two thirds of `microbatch` seconds of arithmetic, of the last of m `microbatches`; at ZeRO stage 3, which
    gathers weights for each, of all of them. Arrays broadcast. Li et al. 2020 (PyTorch DDP), arXiv:2006.15704."""
    rounds = np.where(np.asarray(zero_stage) >= 3, microbatches, 1)
    return np.asarray(exchange - np.minimum(overlap * np.asarray(exchange), 2 / 3 * np.asarray(microbatch) * rounds))
