"""The kernels' view of a model and of a chip, from what the catalog says of them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.laws.decoder import Decoder
from solvers.laws.kernel_constants import kernel_constants
from solvers.laws.kernels import KernelDevice
from solvers.laws.transformer import routed_parameters
from solvers.specs import Accelerator, Model, Precision, arithmetic_format, peak_rate

# Multi-head latent attention as DeepSeek-AI 2024 (arXiv:2412.19437, section 4.2) has it; the catalog gives the length
# of the compressed vector alone: its share without positions, the rank of queries, the size of a value.
_LATENT_SHARE = 512 / 576
_QUERY_RANK = 1536.0
_VALUE_DIM = 128.0
# Of the hidden size: narrower MLPs that would be left beside the experts are norms and routers, not MLPs.
_NARROWEST_MLP = 0.02


def embedding_parameters(model: Model) -> Array:
    """Parameters of the input embedding of a `model`, a count: they are looked up, not multiplied. 0 where the head
    shares them, vocabulary times hidden size where the catalog does not say. Arrays broadcast. Derived from the
    catalog row."""
    return np.where(np.isnan(model.embedding_parameters), head_parameters(model), model.embedding_parameters)


def head_parameters(model: Model) -> Array:
    """Parameters of the matrix of a `model` that turns a hidden vector into a logit for each token, a count: vocabulary
    times hidden size, 0 where the vocabulary is unknown. Arrays broadcast. Derived from the catalog row."""
    return np.asarray(np.nan_to_num(model.vocabulary) * model.hidden_size)


@lru_cache(maxsize=32)
def decoder_of(model: Model) -> Decoder:
    """The sizes (counts) of a `model` by which its kernels are priced. The catalog has no widths of MLPs: the
    parameters that attention, experts and embeddings leave are spread evenly over gated MLPs of all layers, those of
    the routed experts over experts in all layers, so that every parameter is multiplied and read once. Arrays
    broadcast. Derived from the catalog row."""
    layers, hidden = np.asarray(model.layers, dtype=float), np.asarray(model.hidden_size, dtype=float)
    latent = np.nan_to_num(model.kv_elements_per_token_per_layer)
    is_routed = np.asarray(model.experts) > 0
    routed = routed_parameters(model)
    rest = model.parameters - routed - embedding_parameters(model) - head_parameters(model)
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.maximum(rest / (3 * hidden * layers) - _attention_parameters(model, latent) / (3 * hidden), 0.0)
        expert = routed / np.where(is_routed, 3 * hidden * layers * model.experts, np.inf)
        width = np.where(is_routed & (width < _NARROWEST_MLP * hidden), 0.0, width)
        windowed = np.nan_to_num(model.kv_elements_windowed / (model.kv_elements_full + model.kv_elements_windowed))
    return Decoder(
        layers=layers,
        hidden=hidden,
        heads=np.asarray(model.attention_heads, dtype=float),
        kv_heads=np.asarray(model.kv_heads, dtype=float),
        head_dim=np.asarray(model.head_dim, dtype=float),
        intermediate=np.where(is_routed, 0.0, width),
        vocabulary=np.nan_to_num(model.vocabulary),
        attention_layers=np.where(np.asarray(model.attention_heads) > 0, layers, 0.0),
        windowed_layers=layers * windowed,
        window=np.nan_to_num(model.attention_window),
        state=model.state_elements + np.nan_to_num(model.kv_elements_fixed),
        experts=np.where(is_routed, model.experts, 0.0),
        experts_per_token=np.where(is_routed, model.experts_per_token, 0.0),
        expert_intermediate=expert,
        shared_intermediate=np.where(is_routed, width, 0.0),
        expert_layers=np.where(is_routed, layers, 0.0),
        latent=latent,
        latent_rank=latent * _LATENT_SHARE,
        query_rank=np.where(latent > 0, _QUERY_RANK, 0.0),
        value_dim=np.where(latent > 0, _VALUE_DIM, 0.0),
    )


def _attention_parameters(model: Model, latent: Array) -> Array:
    """Parameters of one layer's attention."""
    hidden, heads = np.asarray(model.hidden_size, dtype=float), np.asarray(model.attention_heads, dtype=float)
    grouped = hidden * 2 * (heads + model.kv_heads) * model.head_dim
    if not np.any(np.asarray(latent) > 0):
        return np.asarray(grouped)
    rank, queries = latent * np.float64(_LATENT_SHARE), heads * model.head_dim
    expanded = heads * (np.asarray(model.head_dim) - (latent - rank) + _VALUE_DIM) * rank
    compressed = _QUERY_RANK * (hidden + queries) + hidden * latent + expanded + heads * _VALUE_DIM * hidden
    return np.where(np.asarray(latent) > 0, compressed, grouped)


def kernel_device(chip: Accelerator, precision: Codes, link: Array, shared_bus: Truth = False) -> KernelDevice:
    """A `chip` as kernels see it (FLOP/s and byte/s) that multiplies weights stored in `precision` (codes of
    `Precision`) and reaches the others over a `link` (byte/s, one way), or all over one `shared_bus`. Arrays broadcast.
    Derived from the catalog row. A chip without a rate in 16 bits runs attention and head at the rate it has."""
    peak, half = peak_rate(chip, precision), peak_rate(chip, Precision.BF16)
    return KernelDevice(
        peak=peak,
        half_peak=np.where(np.isnan(half), peak, half),
        bandwidth=np.asarray(chip.memory_bandwidth, dtype=float),
        link=link,
        constants=kernel_constants(chip),
        narrow=arithmetic_format(chip, precision) >= Precision.FP8,
        shared_bus=shared_bus,
    )
