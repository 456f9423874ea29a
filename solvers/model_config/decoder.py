"""Figures of a decoder from its config, and the law of its KV cache."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from .counts import MixerCount, heads_of, mixer_count
from .draft import ConfigDraft, KvLaw
from .families import ConfigFamily
from .keys import ConfigKeys
from .layers import DENSE, EXPERTS, FULL, LATENT, LATENT_SHARED, NONE, WINDOW, ConfigLayer, layers_of
from .mlp import MlpCount, mlp_count

# Layers that keep keys and values of every token.
_KEEPING = (FULL, LATENT, LATENT_SHARED)


def read_decoder(keys: ConfigKeys, family: ConfigFamily, model_type: str, draft: ConfigDraft) -> None:
    """Set the figures of a decoder, the law of its cache, and the notes on both."""
    hidden = keys.count("hidden size", "hidden_size", "n_embd", "n_embed", "d_model", low=1)
    vocabulary = _vocabulary(keys)
    longest = ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length")
    context = keys.count("longest context", *longest, default=0)
    layers = layers_of(keys, family, model_type)
    kinds = {layer.mixer for layer in layers}
    mixers = {kind: mixer_count(keys, family, kind, hidden) for kind in sorted(kinds)}
    has = {layer.mlp for layer in layers}
    mlp = mlp_count(keys, family, hidden, EXPERTS in has, DENSE in has)
    tied = _tied(keys, family)
    wide = keys.count("width of the embedding", "word_embed_proj_dim", default=hidden)
    embedding = vocabulary * wide
    norms = _norms(keys, family) * hidden * (2 if family.norm_biases else 1)
    parameters = embedding * (1 if tied else 2) + _outside_layers(family, hidden, context)
    if keys.flag("whether the head has biases", "lm_head_bias", default=family.head_bias):
        parameters += vocabulary
    parameters += 2 * wide * hidden if wide != hidden else 0
    parameters += sum(_layer(layer, mixers, mlp) + norms for layer in layers)
    active = parameters - sum(layer.mlp == EXPERTS for layer in layers) * mlp.expert * (mlp.experts - mlp.per_token)
    draft.figures.update(
        parameters=float(parameters),
        active_parameters=float(active),
        hidden_size=float(hidden),
        layers=float(len(layers)),
        vocabulary=float(vocabulary),
        context_length=float(context) or None,
        embedding_parameters=0.0 if tied else float(embedding),
    )
    _mlp_figures(draft, layers, mlp)
    _mixer_figures(keys, draft, layers, mixers, hidden)
    stateful = bool(kinds - {*_KEEPING, WINDOW, NONE})
    attending = bool(kinds & {*_KEEPING, WINDOW})
    moe = "moe_transformer" if mlp.experts else "dense_transformer"
    draft.architecture = "hybrid" if stateful and attending else "ssm" if stateful else moe


def _vocabulary(keys: ConfigKeys) -> int:
    """Return the rows of the embedding, which some configs round up to a multiple."""
    vocabulary = keys.count("vocabulary", "vocab_size", low=1)
    multiple = keys.count("the vocabulary is rounded up to a multiple", "pad_vocab_size_multiple", default=1, low=1)
    return math.ceil(vocabulary / multiple) * multiple


def _norms(keys: ConfigKeys, family: ConfigFamily) -> int:
    """Return the norms of a layer. Falcon's first kind has one before attention and MLP side by side."""
    if family.title == "Falcon":
        grouped = keys.flag("whether heads share keys and values in groups", "new_decoder_architecture")
        parallel = keys.flag("whether attention and MLP are side by side", "parallel_attn", default=True)
        own = keys.count("norms before attention and MLP", "num_ln_in_parallel_attn", default=2 if grouped else 1)
        return own if parallel else 2
    return 2 if family.title == "Jamba" else family.norms


def _outside_layers(family: ConfigFamily, hidden: int, context: int) -> int:
    """Return the parameters of norms and learned positions outside of the layers."""
    norms = 2 if family.embedding_norm else 1
    parameters = norms * hidden * (2 if family.norm_biases else 1)
    return parameters + (0 if family.positions is None else (context + family.positions) * hidden)


def _layer(layer: ConfigLayer, mixers: Mapping[str, MixerCount], mlp: MlpCount) -> int:
    """Return the parameters of a layer without its norms."""
    inside = mlp.dense if layer.mlp == DENSE else mlp.experts * mlp.expert + mlp.always if layer.mlp == EXPERTS else 0
    return mixers[layer.mixer].parameters + inside


def _tied(keys: ConfigKeys, family: ConfigFamily) -> bool:
    """Return whether the head shares the embedding. A multimodal model says so at its top."""
    names = ("tie_word_embeddings", "tie_embeddings")
    if not any(isinstance(keys.values.get(name), bool) for name in names):
        keys.assume("shared embedding", "yes" if family.tied else "no", "The default of this family.")
    return keys.flag("whether head and embedding are shared", *names, default=family.tied)


def _mlp_figures(draft: ConfigDraft, layers: Sequence[ConfigLayer], mlp: MlpCount) -> None:
    routed = sum(layer.mlp == EXPERTS for layer in layers)
    dense = any(layer.mlp == DENSE for layer in layers)
    draft.figures.update(
        intermediate_size=float(mlp.dense_width) if dense else None,
        mlp_matrices=float(mlp.matrices) if dense or routed else None,
        experts=float(mlp.experts) if routed else None,
        experts_per_token=float(mlp.per_token) if routed else None,
        shared_experts=mlp.shared if routed and mlp.shared else None,
        expert_layers=float(routed) if routed else None,
        expert_intermediate_size=float(mlp.expert_width) if routed else None,
    )


def _mixer_figures(
    keys: ConfigKeys, draft: ConfigDraft, layers: Sequence[ConfigLayer], mixers: Mapping[str, MixerCount], hidden: int
) -> None:
    """Set the figures of attention and state, and the law of the cache."""
    number = {kind: sum(layer.mixer == kind for layer in layers) for kind in mixers}
    full = sum(number.get(kind, 0) * mixers[kind].kept for kind in _KEEPING if kind in mixers)
    windowed = number.get(WINDOW, 0) * mixers[WINDOW].kept if WINDOW in mixers else 0
    state = sum(number[kind] * mixers[kind].state for kind in mixers)
    window = 0
    if WINDOW in mixers:
        window = keys.count(
            "tokens of a window", "sliding_window", "attention_chunk_size", "sliding_window_size", low=1
        )
    draft.law = KvLaw(full, windowed, window, state)
    attending = sum(number.get(kind, 0) for kind in (*_KEEPING, WINDOW))
    draft.figures.update(
        kv_cache_layers=float(attending) if 0 < attending < len(layers) else None,
        windowed_layers=float(number[WINDOW]) if WINDOW in number else None,
        attention_window=float(window) or None,
    )
    if attending:
        _head_figures(keys, draft, hidden, LATENT in mixers)
    if state:
        stateful = (len(layers) - attending) * 2 * hidden
        draft.figures["state_size"] = state / stateful
        draft.notes.append("The last inputs of convolutions, less than 1 % of the state, are not counted.")
        own = keys.values.get("ssm_state_size") or keys.values.get("state_size") or keys.values.get("mamba_d_state")
        if own != state / stateful:
            why = "The size with which a row of the catalog (twice the hidden size in each layer) holds the same state."
            keys.assume("state size", f"{state / stateful:.6g}", why)
    _inexpressible(draft, attending)


def _head_figures(keys: ConfigKeys, draft: ConfigDraft, hidden: int, latent: bool) -> None:
    if not latent:
        heads = heads_of(keys, hidden)
        sizes = {"attention_heads": heads.heads, "kv_heads": heads.kv_heads, "head_dim": heads.head_dim}
        draft.figures.update({name: float(size) for name, size in sizes.items()})
        return
    heads_count, rope = keys.count("attention heads", "num_attention_heads"), keys.values.get("qk_rope_head_dim", 64)
    nope = keys.values.get("qk_nope_head_dim", 128)
    draft.figures.update(
        attention_heads=float(heads_count),
        kv_heads=float(heads_count),
        head_dim=float(nope + rope) if not keys.errors else None,
        q_lora_rank=float(keys.values.get("q_lora_rank") or 0) if not keys.errors else None,
        kv_lora_rank=float(keys.values["kv_lora_rank"]) if not keys.errors else None,
        qk_rope_head_dim=float(rope) if not keys.errors else None,
        v_head_dim=float(keys.values.get("v_head_dim", 128)) if not keys.errors else None,
    )
    keys.count("heads of keys and values", "num_key_value_heads", default=0)
    keys.count("width of a head", "head_dim", default=0)
    keys.count("tokens that sparse attention reads", "index_topk", default=0)


def _inexpressible(draft: ConfigDraft, attending: int) -> None:
    """Note where a row of the catalog, whose layers keep the same each, holds another cache than the law."""
    of, law = draft.figures, draft.law
    if law is None or not attending:
        return
    latent = of.get("kv_lora_rank")
    per_layer = (
        latent + (of.get("qk_rope_head_dim") or 0) if latent else 2 * (of["kv_heads"] or 0) * (of["head_dim"] or 0)
    )
    in_window = of.get("windowed_layers") or 0.0
    if per_layer * (attending - in_window) != law.full or per_layer * in_window != law.windowed:
        draft.notes.append(
            "A row of the catalog holds one size of keys and values for all layers, so that its KV cache differs from "
            "the one computed here."
        )
