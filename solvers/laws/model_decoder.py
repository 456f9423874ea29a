"""The kernels' view of a model and of a chip, from what the catalog says of them."""

from __future__ import annotations

from dataclasses import fields, replace
from enum import IntEnum
from functools import lru_cache
from typing import TypeVar

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.laws.decoder import Decoder
from solvers.laws.kernel_constants import KernelConstants, kernel_constants
from solvers.laws.kernels import KernelDevice
from solvers.laws.transformer import active_parameters, routed_parameters
from solvers.specs import Accelerator, Model, Node, Precision, arithmetic_format, peak_rate

T = TypeVar("T", Decoder, KernelDevice, KernelConstants)

# Where the catalog does not say: multi-head latent attention as DeepSeek-AI 2024 (arXiv:2412.19437, section 4.2) has
# it, its share of the compressed vector without positions, the rank of queries, the size of a value.
_LATENT_SHARE = 512 / 576
_QUERY_RANK = 1536.0
_VALUE_DIM = 128.0
# Matrices of an MLP with a gate, as nearly all language models of today have it.
_GATED = 3.0
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
    return np.asarray(_known(model.vocabulary, 0.0) * model.hidden_size)


def multiplied_parameters(model: Model) -> Array:
    """Parameters of a `model` that each token is multiplied with, a count: the active ones without the input embedding.
    Arrays broadcast. Chowdhery et al. 2022, arXiv:2204.02311, appendix B. As the catalog states them."""
    return np.asarray(active_parameters(model) - embedding_parameters(model))


def decoder_of(model: Model) -> Decoder:
    """The sizes (counts) of a `model` by which its kernels are priced. Every parameter is multiplied and read once:
    what attention, routed experts and embeddings leave is given to the MLPs, in proportion to their widths where the
    catalog has them, else evenly to all layers; parameters of routed experts to the layers that have experts. Arrays
    broadcast. Derived from the catalog row. Norms, biases and routers count as part of the MLPs."""
    return _decoder_of_one(model) if _is_one(model) else _decoder(model)


# Those of a column of models would keep its memory.
@lru_cache(maxsize=64)
def _decoder_of_one(model: Model) -> Decoder:
    return _plain(_decoder(model))


def _decoder(model: Model) -> Decoder:
    hidden, layers = np.asarray(model.hidden_size, dtype=float), np.asarray(model.layers, dtype=float)
    is_routed = np.asarray(model.experts) > 0
    expert_layers = np.where(is_routed, _known(model.expert_layers, layers), 0.0)
    matrices = _known(model.mlp_matrices, _GATED)
    attending = np.where(np.asarray(model.attention_heads) > 0, _known(model.kv_cache_layers, layers), 0.0)
    attention = _attention(model)
    rest = model.parameters - routed_parameters(model) - embedding_parameters(model) - head_parameters(model)
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.maximum(rest - attending * attention.pop("parameters"), 0.0) / (matrices * hidden)
        expert = routed_parameters(model) / np.where(
            is_routed, matrices * hidden * expert_layers * model.experts, np.inf
        )
        dense, shared = _widths(model, left, layers - expert_layers, expert_layers)
    per_layer = 2 * np.asarray(model.kv_heads, dtype=float) * model.head_dim
    return Decoder(
        layers=layers,
        hidden=hidden,
        intermediate=dense,
        gated=matrices >= _GATED,
        vocabulary=_known(model.vocabulary, 0.0),
        attention_layers=attending,
        windowed_layers=_known(model.windowed_layers, 0.0),
        window=_known(model.attention_window, 0.0),
        state=model.state_elements + attending * per_layer * _known(model.cross_attention_tokens, 0.0),
        experts=np.where(is_routed, model.experts, 0.0),
        experts_per_token=np.where(is_routed, model.experts_per_token, 0.0),
        expert_intermediate=expert,
        shared_intermediate=shared,
        expert_layers=expert_layers,
        **attention,
    )


def _widths(model: Model, left: Array, dense_layers: Array, expert_layers: Array) -> tuple[Array, Array]:
    """Widths of a dense layer's MLP and of the one beside the experts, of `left` in all layers together."""
    dense = _known(model.intermediate_size, np.nan)
    beside = np.asarray(model.shared_experts) * model.expert_intermediate_size
    dense, beside = np.where(dense_layers > 0, dense, 0.0), np.where(expert_layers > 0, beside, 0.0)
    known = dense_layers * dense + expert_layers * beside
    evenly = left / (dense_layers + expert_layers)
    narrow = np.where((expert_layers > 0) & (evenly < _NARROWEST_MLP * np.asarray(model.hidden_size)), 0.0, evenly)
    scale = np.where(known > 0, left / known, 0.0)
    return (
        np.where(np.isnan(known), np.where(dense_layers > 0, narrow, 0.0), dense * scale),
        np.where(np.isnan(known), np.where(expert_layers > 0, narrow, 0.0), beside * scale),
    )


def _attention(model: Model) -> dict[str, Array]:
    """The decoder's sizes of attention, and the parameters of one layer's."""
    hidden, heads = np.asarray(model.hidden_size, dtype=float), np.asarray(model.attention_heads, dtype=float)
    head_dim, latent = np.asarray(model.head_dim, dtype=float), _known(model.kv_elements_per_token_per_layer, 0.0)
    sizes = {
        "heads": heads,
        "kv_heads": np.asarray(model.kv_heads, dtype=float),
        "head_dim": head_dim,
        "parameters": hidden * 2 * (heads + model.kv_heads) * head_dim,
    }
    if not np.any(latent > 0):
        return sizes
    rank = _known(model.kv_lora_rank, latent * _LATENT_SHARE)
    query, value = _known(model.q_lora_rank, _QUERY_RANK), _known(model.v_head_dim, _VALUE_DIM)
    into_queries = np.where(query > 0, query * (hidden + heads * head_dim), hidden * heads * head_dim)
    expanded = heads * (head_dim - (latent - rank) + value) * rank
    compressed = into_queries + hidden * latent + expanded + heads * value * hidden
    return {
        **sizes,
        "parameters": np.where(latent > 0, compressed, sizes["parameters"]),
        "latent": latent,
        "latent_rank": np.where(latent > 0, rank, 0.0),
        "query_rank": np.where(latent > 0, query, 0.0),
        "value_dim": np.where(latent > 0, value, 0.0),
    }


def _is_one(spec: Model | Accelerator) -> bool:
    """Whether every figure of a spec is a number; a table of rates has one more axis."""
    return all(
        np.ndim(v) == (1 if name == "peak" else 0) for name, v in vars(spec).items() if isinstance(v, np.ndarray)
    )


def _plain(record: T) -> T:
    """The record with Python's own numbers for arrays of one: arithmetic on these takes a tenth of the time."""
    plain = {f.name: getattr(record, f.name) for f in fields(record)}
    return replace(record, **{n: v.item() for n, v in plain.items() if isinstance(v, np.ndarray | np.generic)})


def _known(figure: Array, otherwise: Array) -> Array:
    return np.where(np.isnan(figure), otherwise, figure)


def widens_weights(chip: Accelerator, precision: Codes) -> Truth:
    """Whether (true or false) the kernels of a `chip` widen weights stored in `precision` (codes of `Precision`) to 16
    bits before they multiply: those of 4 bits, where the chip has no rate for them but one in 16 bits. Arrays
    broadcast. Frantar et al. 2024 (MARLIN), arXiv:2408.11743, section 3. Engines that store activations in 8 bits, too,
    could multiply in 8."""
    code = np.asarray(precision)
    narrow = (code == Precision.FP4) | (code == Precision.INT4)
    if not narrow.any():  # the usual question
        return False
    return np.asarray(narrow & (arithmetic_format(chip, code) != code) & ~np.isnan(peak_rate(chip, Precision.BF16)))


def kernel_device(chip: Accelerator, precision: Codes, link: Array, shared_bus: Truth | None = None) -> KernelDevice:
    """A `chip` as kernels see it (FLOP/s and byte/s) that multiplies weights stored in `precision` (codes of
    `Precision`) and reaches the others over a `link` (byte/s, one way), or all over one `shared_bus`: the chip's own
    unless said. Arrays broadcast. Derived from the catalog row. A chip without a rate in 16 bits runs attention and
    head at the rate it has."""
    shared_bus = np.asarray(chip.shared_bus) == 1 if shared_bus is None else shared_bus
    if _is_one(chip) and np.ndim(precision) == np.ndim(link) == np.ndim(shared_bus) == 0:
        return _device_of_one(chip, int(precision), float(link), bool(shared_bus))
    return _device(chip, precision, link, shared_bus)


def shares_bus(node: Node | None) -> Truth | None:
    """Whether (true or false) the devices of a `node` share one bus, as the network in it says; None, as the chip's own
    links do, where no node is picked or its network is not known. Arrays broadcast. Derived from the catalog row."""
    if node is None or np.all(np.isnan(node.fabric.bandwidth)):
        return None
    return np.asarray(np.asarray(node.fabric.shared_bus) == 1)


class Sharing(IntEnum):
    """Whether devices have links of their own, or as the accelerator's interconnect has it."""

    OWN = 0
    SHARED = 1
    AUTO = 2


def shares_links(sharing: Codes, chip: Accelerator) -> Truth:
    """Whether (true or false) devices share one bus: as `sharing` (codes of `Sharing`) says, else as the links of the
    `chip` do. Arrays broadcast. Derived from the catalog row."""
    code = np.asarray(sharing)
    own = (code == Sharing.AUTO) & (np.asarray(chip.shared_bus) == 1)
    return np.asarray((code == Sharing.SHARED) | own)


@lru_cache(maxsize=64)
def _device_of_one(chip: Accelerator, precision: int, link: float, shared_bus: bool) -> KernelDevice:
    device = _device(chip, precision, link, shared_bus)
    return replace(_plain(device), constants=_plain(device.constants))


def _device(chip: Accelerator, precision: Codes, link: Array, shared_bus: Truth) -> KernelDevice:
    peak, half = peak_rate(chip, precision), peak_rate(chip, Precision.BF16)
    widens = widens_weights(chip, precision)
    return KernelDevice(
        peak=np.where(widens, half, peak),
        half_peak=np.where(np.isnan(half), peak, half),
        bandwidth=np.asarray(chip.memory_bandwidth, dtype=float),
        link=link,
        constants=kernel_constants(chip),
        narrow=np.logical_and(arithmetic_format(chip, precision) >= Precision.FP8, np.logical_not(widens)),
        shared_bus=shared_bus,
    )
