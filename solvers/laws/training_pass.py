"""How long the forward and the backward pass of a training step take, by class of kernels."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.laws.attention_kernels import ATTENTION_EFFICIENCY, prefill_attention
from solvers.laws.decoder import Decoder, Layout
from solvers.laws.kernels import HALF, KernelDevice
from solvers.laws.operators import SCORE_PASSES
from solvers.laws.training_memory import Recomputation
from solvers.laws.transformer_pass import PassTime, pass_time

# Times as long as in serving that the kernels of training take, by class: sustained clocks, attention with dropout or
# biases, norms and activations that keep what the backward pass needs. Fitted to 209 published rows of 16-bit training
# on A100 and H100 (llm-foundry) and 18 dense rows in 8 bits on H100 and B200 (NeMo, Megatron): one set for all.
_TRAINING_PRODUCTS = 1.1
_TRAINING_ATTENTION = 1.6
_TRAINING_SMALL = 2.2
# Routed experts: permutations and grouped products of few tokens each, as small kernels. Chosen, together with half of
# their exchange hidden, on 14 published rows of mixtures (Megatron), which differ threefold among themselves.
_TRAINING_EXPERTS = 2.2
# The backward pass of attention that keeps no scores computes them again: five products where forward has two.
ATTENTION_BACKWARD = 2.5


def forward_pass(
    decoder: Decoder,
    device: KernelDevice,
    layout: Layout,
    sequences: Array,
    length: Array,
    parts: Array = 1.0,
    scores: Truth = False,
) -> PassTime:
    """Seconds by class of the forward pass of a `decoder` in a training step over `sequences` of `length` tokens on
    each of the t devices of a `layout`, every one a `device`, which has one of `parts` parts of each sequence: as
    prefill, with the head on every token and kernels as training has them; `scores` (true or false) says that attention
    is not fused and moves its scores. Arrays broadcast. Narayanan et al. 2021, arXiv:2104.04473, section 3; Dao et al.
    2022, arXiv:2205.14135, algorithm 0, for scores. Balanced experts and parts; the all-reduces are those of tensor
    parallelism, none of them hidden."""
    split = np.asarray(parts, dtype=float)
    attention = prefill_attention(decoder, device, layout, sequences, length, 0.0) / split
    tokens = sequences * np.asarray(length, dtype=float) / split
    time = pass_time(decoder, device, layout, tokens, tokens, attention)
    moved = np.where(scores, scores_time(decoder, device, layout, tokens, length), 0.0) if np.any(scores) else 0.0
    return PassTime(
        products=_TRAINING_PRODUCTS * time.products,
        attention=_TRAINING_ATTENTION * time.attention + moved,
        experts=_TRAINING_EXPERTS * time.experts,
        small=_TRAINING_SMALL * time.small,
        head=_TRAINING_PRODUCTS * time.head,
        all_reduce=time.all_reduce,
    )


def scores_time(decoder: Decoder, device: KernelDevice, layout: Layout, tokens: Array, length: Array) -> Array:
    """Seconds that attention which is not fused adds to a forward pass of a `decoder` on each of the devices of a
    `layout`, every one a `device`: the scores of all layers, between its `tokens` and the `length` tokens of their
    sequences, masked half included, are moved four times. Arrays broadcast. Dao et al. 2022, arXiv:2205.14135,
    algorithm 0. In 16 bits."""
    scores = decoder.attending * np.asarray(decoder.heads) / layout.tensor_parallel * tokens * length
    return np.asarray(SCORE_PASSES * HALF * scores / device.read_rate)


def backward_pass(forward: PassTime) -> PassTime:
    """Seconds by class of the backward pass that follows `forward`: twice its products, for gradients of inputs and of
    weights, attention 2.5 times, its all-reduces once. Arrays broadcast. Narayanan et al. 2021, arXiv:2104.04473,
    section 3; Dao 2023, arXiv:2307.08691, section 2.2, for attention. Recomputation and exchanges between replicas come
    on top."""
    return PassTime(
        products=np.asarray(2 * forward.products),
        attention=np.asarray(ATTENTION_BACKWARD * forward.attention),
        experts=np.asarray(2 * forward.experts),
        small=np.asarray(2 * forward.small),
        head=np.asarray(2 * np.asarray(forward.head)),
        all_reduce=np.asarray(forward.all_reduce),
    )


def recomputed_pass(forward: PassTime, recomputation: Codes) -> PassTime:
    """Seconds by class of what of the `forward` pass runs again before the backward pass, by `recomputation` (codes of
    `Recomputation`): nothing, attention, or all of the layers, never the head. Arrays broadcast. Korthikanti et al.
    2023, arXiv:2205.05198, section 5. A fused attention that is told to recompute does so, though it keeps nothing."""
    way = np.asarray(recomputation)
    every = np.where(way == Recomputation.FULL, 1.0, 0.0)
    return PassTime(
        products=np.asarray(every * forward.products),
        attention=np.where(way == Recomputation.NONE, 0.0, forward.attention),
        experts=np.asarray(every * forward.experts),
        small=np.asarray(every * forward.small),
        head=np.zeros_like(every),
        all_reduce=np.asarray(every * forward.all_reduce),
    )


def arithmetic_time(product_flop: Array, attention_flop: Array, head_flop: Array, device: KernelDevice) -> Array:
    """Seconds that FLOP of each class (`product_flop` of projections, MLPs and experts, `attention_flop`, `head_flop`)
    take a `device` that never waits for its memory, in kernels as training has them. Arrays broadcast. Williams,
    Waterman and Patterson 2009, doi:10.1145/1498765.1498785, equation 1, its arithmetic alone."""
    products = _TRAINING_PRODUCTS * (product_flop / device.product_rate + head_flop / device.half_rate)
    return np.asarray(products + _TRAINING_ATTENTION * attention_flop / (ATTENTION_EFFICIENCY * device.half_rate))
