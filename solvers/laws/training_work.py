"""Work of training: FLOP forward, backward and recomputed, and bytes of memory traffic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Codes
from solvers.laws.model_decoder import multiplied_parameters
from solvers.laws.training_memory import (
    ADAM_BYTES,
    UPDATE_BYTES,
    DeviceParameters,
    Recomputation,
    activation_bytes_per_layer,
)
from solvers.laws.transformer import (
    Work,
    bytes_per_element,
    parameters_read,
    prefill_attention_flop,
)
from solvers.specs import Model


def causal_attention_flop(model: Model, sequences: Array, length: Array) -> Array:
    """FLOP of QKᵀ and AV over all layers of a `model` for b `sequences` of s tokens (`length`), each of which attends
    to itself and those before it: s(s+1)/2 pairs per sequence and layer, fewer in layers with a window. Arrays
    broadcast. Chowdhery et al. 2022, arXiv:2204.02311, appendix B, with half of the square masked. Softmax is not
    counted."""
    return np.asarray(sequences * prefill_attention_flop(model, length, 0.0))


def forward_flop(model: Model, sequences: Array, length: Array) -> Array:
    """FLOP of a forward pass of a `model` over b `sequences` of s tokens (`length`): 2 per active parameter and token,
    those of the input embedding apart, which is looked up, and attention. Arrays broadcast. Chowdhery et al. 2022,
    arXiv:2204.02311, appendix B. Norms and activation functions are not counted."""
    tokens = np.asarray(sequences, dtype=float) * length
    return np.asarray(2 * multiplied_parameters(model) * tokens) + causal_attention_flop(model, sequences, length)


def recomputation_flop(model: Model, sequences: Array, length: Array, recomputation: Codes) -> Array:
    """FLOP that the backward pass of a `model` repeats for b `sequences` of s tokens (`length`), by `recomputation`
    (codes of `Recomputation`): 0, attention, or a full forward pass. Arrays broadcast. Korthikanti et al. 2023,
    arXiv:2205.05198, section 5. Selective recomputation repeats all of QKᵀ and AV."""
    way = np.asarray(recomputation)
    scores = causal_attention_flop(model, sequences, length)
    every = forward_flop(model, sequences, length)
    return np.where(way == Recomputation.FULL, every, np.where(way == Recomputation.SELECTIVE, scores, 0.0))


def memory_traffic(part: DeviceParameters, number_bytes: Array, passes: Array, activations: Array) -> Array:
    """Bytes of memory traffic of a device for one microbatch: (P + 1)·n·b + 2A, with n the parameters it holds (`part`)
    of b bytes each (`number_bytes`), read once in each of P `passes` and their gradients written once, and A bytes of
    `activations` written and read once. Arrays broadcast. Derived: each byte is moved once. A lower limit: caches that
    are too small move more."""
    return np.asarray((passes + 1) * part.total * number_bytes + 2 * activations)


def stage_imbalance(layers: Array, stages: Array, virtual_stages: Array) -> Array:
    """Layers of the largest pipeline stage over those of a mean stage, a dimensionless factor: ⌈L/(pv)⌉·pv/L, for L
    `layers`, p `stages` and v `virtual_stages` per device; 1 where pv divides L. Arrays broadcast. Derived: whole
    layers per stage. All layers take equally long."""
    parts = np.asarray(stages, dtype=float) * virtual_stages
    return np.asarray(np.ceil(layers / parts) * parts / layers)


def training_work(model: Model, batch_size: Array, length: Array, precision: Codes) -> Work:
    """Work (FLOP and bytes) of one training step of a `model` on one device, for a batch of B sequences (`batch_size`)
    of s tokens (`length`) or of B inputs of fixed size: three forward passes of FLOP; weights in `precision` (codes of
    `Precision`) read forward and backward and gradients written; activations, with fused attention, written and read;
    Adam in mixed precision held in memory, read and written once. Arrays broadcast. Kaplan et al. 2020,
    arXiv:2001.08361, section 2.1; Korthikanti et al. 2023, arXiv:2205.05198, equation 2; Rajbhandari et al. 2020,
    arXiv:1910.02054, section 3.1. No recomputation."""
    fixed = ~np.isnan(model.inference_flop)
    tokens = np.where(fixed, 1.0, length)
    flop = 3 * np.where(fixed, model.inference_flop, forward_flop(model, 1, length))
    layer = activation_bytes_per_layer(model, 1, length, 1, 1, Recomputation.SELECTIVE, True, False)
    kept = np.where(fixed, model.activation_bytes, np.asarray(model.layers) * layer)
    stored = bytes_per_element(precision)
    state = np.asarray(model.parameters * (2 * stored + ADAM_BYTES))
    update = np.asarray(model.parameters * UPDATE_BYTES)
    return Work(
        flop=batch_size * flop,
        moved=3 * parameters_read(model, batch_size * tokens) * stored + 2 * batch_size * kept + update,
        resident=state + batch_size * kept,
        weights=state,
        flop_per_sequence=flop,
        moved_per_sequence=2 * kept,
        resident_per_sequence=kept,
        tokens_per_sequence=tokens,
        weight_passes=np.full_like(tokens, 3.0),
        moved_per_step=update,
    )


@dataclass(frozen=True)
class DeviceWork:
    """Work of one optimizer step: `model_flop` (FLOP of the model over all devices, nothing recomputed), and for one
    device its `flop` (recomputation included) and bytes of memory traffic (`moved`)."""

    model_flop: Array
    flop: Array
    moved: Array


def device_work(
    model: Model,
    sequences: Array,
    length: Array,
    microbatches: Array,
    replicas: Array,
    devices_per_replica: Array,
    recomputation: Codes,
    moved_per_microbatch: Array,
) -> DeviceWork:
    """Work (FLOP and bytes) of one optimizer step of a `model`: m `microbatches` of b `sequences` of s tokens
    (`length`) on each of d `replicas` of `devices_per_replica` devices, with `recomputation` (codes of `Recomputation`)
    and `moved_per_microbatch` bytes of memory traffic per device. Arrays broadcast. Narayanan et al. 2021,
    arXiv:2104.04473, section 3; backward passes have twice the FLOP of forward passes. FLOP divide evenly over the
    devices of a replica."""
    useful = 3 * forward_flop(model, sequences, length)
    repeated = recomputation_flop(model, sequences, length, recomputation)
    return DeviceWork(
        model_flop=useful * microbatches * replicas,
        flop=(useful + repeated) / devices_per_replica * microbatches,
        moved=moved_per_microbatch * microbatches,
    )
