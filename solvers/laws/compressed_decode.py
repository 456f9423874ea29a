"""The decode step of a compressed language model, by the law of kernels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solvers.declare import Array
from solvers.laws.decoder import Layout
from solvers.laws.model_decoder import decoder_of, kernel_device
from solvers.laws.transformer_pass import PassTime, decode_pass
from solvers.specs import Accelerator, Model, Precision


def compressed_step(
    model: Model,
    chip: Accelerator,
    weight_bytes: Array,
    gain: Array,
    kv_bits: Array,
    batch_size: Array,
    context_length: Array,
) -> PassTime:
    """Seconds of a decode step of all layers by class of kernels.

    `model` and `chip` with dimensionless counts and rates in FLOP/s and byte/s, `weight_bytes` bytes per weight,
    `gain` how many times as fast the matrix products run as in FP16, dimensionless, `kv_bits` bits per number of the
    KV cache, `batch_size` sequences, dimensionless, `context_length` tokens in the cache, dimensionless. Arrays
    broadcast.

    Source: derived from the sum over kernels (`decode_pass`) with the peak rate times `gain`. Attention computes in
    FP16 at every width of the cache. Not valid where the model does not fit in the memory of the chip.
    """
    device = kernel_device(chip, Precision.FP16, np.inf)
    faster = replace(device, peak=device.peak * np.asarray(gain, dtype=float))
    layout = Layout(weight_bytes=weight_bytes, cache_bytes=np.asarray(kv_bits, dtype=float) / 8)
    return decode_pass(decoder_of(model), faster, layout, batch_size, context_length)


def narrowed(model: Model, share: Array) -> Model:
    """The model with a share of its weights, dimensionless counts; its layers and KV cache stay.

    `model` with dimensionless counts, `share` the share of the weights that remains, dimensionless. Arrays broadcast.

    Source: derived from structured pruning, which removes whole rows and columns of the matrices. Not valid for
    pruning that removes layers or attention heads: those shrink the KV cache, too.
    """
    if np.all(share == 1):
        return model
    counts = ("parameters", "active_parameters", "expert_parameters")
    return replace(model, **{name: getattr(model, name) * share for name in counts})
