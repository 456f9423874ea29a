"""How long the forward and the backward pass of a training step take, by class of kernels."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array
from solvers.laws.attention_kernels import prefill_attention
from solvers.laws.decoder import Decoder, Layout
from solvers.laws.kernels import KernelDevice
from solvers.laws.transformer_pass import PassTime, pass_time

# Times as long as in serving that the kernels of training take, by class: sustained clocks, attention with dropout or
# biases, norms and activations that keep what the backward pass needs. Fitted to 209 published rows of 16-bit training
# on A100 and H100 (llm-foundry) and 18 dense rows in 8 bits on H100 and B200 (NeMo, Megatron): one set for all.
_TRAINING_PRODUCTS = 1.1
_TRAINING_ATTENTION = 1.6
_TRAINING_SMALL = 2.2
# The backward pass of attention that keeps no scores computes them again: five products where forward has two.
_ATTENTION_BACKWARD = 2.5


def forward_pass(decoder: Decoder, device: KernelDevice, layout: Layout, sequences: Array, length: Array) -> PassTime:
    """Seconds by class of the forward pass of a `decoder` in a training step over `sequences` of `length` tokens on
    each of the t devices of a `layout`, every one a `device`: as prefill, with the head on every token and kernels as
    training has them. Arrays broadcast. Narayanan et al. 2021, arXiv:2104.04473, section 3. Balanced experts, whole
    sequences on each device; the all-reduces are those of tensor parallelism, none of them hidden."""
    attention = prefill_attention(decoder, device, layout, sequences, length, 0.0)
    tokens = sequences * np.asarray(length, dtype=float)
    time = pass_time(decoder, device, layout, tokens, tokens, attention)
    return PassTime(
        products=_TRAINING_PRODUCTS * time.products,
        attention=_TRAINING_ATTENTION * time.attention,
        experts=_TRAINING_PRODUCTS * time.experts,
        small=_TRAINING_SMALL * time.small,
        head=_TRAINING_PRODUCTS * time.head,
        all_reduce=time.all_reduce,
    )


def backward_pass(forward: PassTime, recomputed: Array = 0.0) -> PassTime:
    """Seconds by class of the backward pass that follows `forward`: twice its products, for gradients of inputs and of
    weights, attention 2.5 times, its all-reduces once, and before it the share `recomputed` (0 to 1) of the layers
    again, never of the head. Arrays broadcast. Narayanan et al. 2021, arXiv:2104.04473, section 3; Dao 2023,
    arXiv:2307.08691, section 2.2, for attention; Korthikanti et al. 2023, arXiv:2205.05198, section 5, for
    recomputation. Exchanges between replicas come on top."""
    again = np.asarray(recomputed, dtype=float)
    return PassTime(
        products=np.asarray((2 + again) * forward.products),
        attention=np.asarray((_ATTENTION_BACKWARD + again) * forward.attention),
        experts=np.asarray((2 + again) * forward.experts),
        small=np.asarray((2 + again) * forward.small),
        head=np.asarray(2 * np.asarray(forward.head)),
        all_reduce=np.asarray((1 + again) * forward.all_reduce),
    )
