"""Parameters of the part of a layer that mixes tokens, and the numbers it keeps of a sequence."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .families import ConfigFamily
from .keys import ConfigKeys
from .layers import DELTA, FULL, LATENT, LATENT_SHARED, MAMBA, MAMBA2, WINDOW


@dataclass(frozen=True)
class MixerCount:
    """How a layer mixes tokens, as counts: its parameters, the numbers it keeps for each token, and those it keeps
    whatever the length."""

    parameters: int = 0
    kept: int = 0
    state: int = 0


@dataclass(frozen=True)
class Heads:
    """The heads of attention: how many, how many of keys and values, and the widths of keys and of values."""

    heads: int
    kv_heads: int
    head_dim: int
    value_dim: int


def heads_of(keys: ConfigKeys, hidden: int, prefix: str = "") -> Heads:
    """Return the heads of a config; with the prefix `swa_` those of its layers with a window, where they differ."""
    prefix = prefix if keys.has(f"{prefix}num_attention_heads") else ""
    heads = keys.count("attention heads", f"{prefix}num_attention_heads", "n_head", "num_heads", "n_heads", low=1)
    names = (f"{prefix}num_key_value_heads", "num_key_value_heads", "num_kv_heads", "n_head_kv", "kv_n_heads")
    if keys.flag("whether all heads share keys and values", "multi_query") and not _grouped(keys):
        return _one_kv_head(keys, heads, hidden, names)
    if not keys.has(*names):
        keys.assume("KV heads", heads, "As many as attention heads, since the config has no figure.")
    kv_heads = keys.count("heads of keys and values", *names, default=heads)
    own = (f"{prefix}head_dim", "head_dim", "attention_head_dim", "d_kv")
    if not keys.has(*own):
        keys.assume("head dimension", hidden // max(heads, 1), "Hidden size divided by attention heads.")
    width = keys.count("width of a head", *own, default=hidden // max(heads, 1))
    value = keys.count("width of a head's values", f"{prefix}v_head_dim", "v_head_dim", default=width)
    return Heads(heads, kv_heads, width, value)


def _grouped(keys: ConfigKeys) -> bool:
    """Return whether a config has Falcon's second kind of layer, whose heads share keys and values in groups."""
    return keys.flag("whether heads share keys and values in groups", "new_decoder_architecture")


def _one_kv_head(keys: ConfigKeys, heads: int, hidden: int, names: tuple[str, ...]) -> Heads:
    """Return heads of multi-query attention; Falcon's config may still state as many KV heads as heads."""
    keys.count("heads of keys and values, all shared", *names, default=1)
    width = keys.count("width of a head", "head_dim", default=hidden // heads)
    return Heads(heads, 1, width, width)


def mixer_count(keys: ConfigKeys, family: ConfigFamily, kind: str, hidden: int) -> MixerCount:
    """Return the counts of a layer that mixes tokens in this way."""
    if kind == FULL:
        return _attention(keys, family, heads_of(keys, hidden), hidden, "add_full_attention_sink_bias")
    if kind == WINDOW:
        return _attention(keys, family, heads_of(keys, hidden, "swa_"), hidden, "add_swa_attention_sink_bias")
    if kind in (LATENT, LATENT_SHARED):
        return _latent(keys, hidden, own_index=kind == LATENT)
    counted = {MAMBA: _mamba, MAMBA2: _mamba2, DELTA: _delta}.get(kind)
    return counted(keys, hidden) if counted else MixerCount()


def _attention(keys: ConfigKeys, family: ConfigFamily, of: Heads, hidden: int, sink: str) -> MixerCount:
    gate = 2 if keys.flag("whether attention has an output gate", "attn_output_gate") else 1
    queries, keys_wide, values_wide = of.heads * of.head_dim, of.kv_heads * of.head_dim, of.kv_heads * of.value_dim
    parameters = hidden * (gate * queries + keys_wide + values_wide) + of.heads * of.value_dim * hidden
    names = ("attention_bias", "use_bias", "bias") if family.biases in ("all", "flag") else ("attention_bias",)
    flag = keys.flag("whether attention has biases", *names, default=family.biases in ("qkv", "all"))
    if family.biases == "qkv" or (flag and family.biases != "none"):
        parameters += gate * queries + keys_wide + values_wide
    if flag and family.biases in ("flag", "all"):
        parameters += hidden
    if family.full_qk_norm:
        parameters += queries + keys_wide
    per_layer = keys.text("how far the norms of queries and keys reach", "qk_norm_type") == "per_layer"
    if per_layer and keys.flag("whether queries and keys have norms", "use_qk_norm"):
        parameters += queries + keys_wide
    if family.qk_norm:
        parameters += 2 * of.head_dim
    if keys.flag("whether attention has sinks", sink, default=family.sinks):
        parameters += of.heads
    return MixerCount(parameters, keys_wide + values_wide)


def _latent(keys: ConfigKeys, hidden: int, own_index: bool) -> MixerCount:
    """Multi-head latent attention: DeepSeek-AI 2024, arXiv:2405.04434, section 2.1; with the index of DeepSeek-V3.2
    where the config has one."""
    heads = keys.count("attention heads", "num_attention_heads", low=1)
    rank = keys.count("width of the latent vector of keys and values", "kv_lora_rank", low=1)
    rope = keys.count("rotary part of a head", "qk_rope_head_dim", default=64)
    nope = keys.count("part of a head without position", "qk_nope_head_dim", default=128)
    value = keys.count("width of a head's values", "v_head_dim", default=128)
    query = keys.count("width of the compressed query", "q_lora_rank", default=0)
    into = hidden * query + query + query * heads * (nope + rope) if query else hidden * heads * (nope + rope)
    parameters = into + hidden * (rank + rope) + rank + rank * heads * (nope + value) + heads * value * hidden
    index_heads = keys.count("heads of the index of sparse attention", "index_n_heads", default=0)
    index_dim = keys.count("width of an index key", "index_head_dim", default=0) if index_heads else 0
    index_dim = index_dim if own_index else 0
    if index_dim:
        parameters += query * index_heads * index_dim + hidden * index_dim + 2 * index_dim + hidden * index_heads
    return MixerCount(parameters, rank + rope + index_dim)


def _mamba(keys: ConfigKeys, hidden: int) -> MixerCount:
    """Gu and Dao 2023, arXiv:2312.00752, section 3.4. Jamba adds three norms."""
    expand = keys.count("inner width over hidden size", "mamba_expand", "expand", default=2)
    inner = expand * hidden
    state = keys.count("state of a channel", "mamba_d_state", "state_size", "ssm_state_size", default=16)
    kernel = keys.count("width of the convolution", "mamba_d_conv", "conv_kernel", default=4)
    rank = keys.count("rank of the step", "mamba_dt_rank", "time_step_rank", default=math.ceil(hidden / 16))
    keys.flag("whether the convolution has biases", "use_conv_bias", "mamba_conv_bias", default=True)
    norms = rank + 2 * state if keys.has("mamba_dt_rank", "mamba_d_state") else 0
    parameters = hidden * 2 * inner + inner * (kernel + 1) + inner * (rank + 2 * state) + (rank + 1) * inner
    return MixerCount(parameters + inner * state + inner + inner * hidden + norms, 0, inner * state)


def _mamba2(keys: ConfigKeys, hidden: int) -> MixerCount:
    """Dao and Gu 2024, arXiv:2405.21060, section 7."""
    expand = keys.count("inner width over hidden size", "mamba_expand", "expand", default=2)
    width = keys.count("width of such a head", "mamba_head_dim", "head_dim", "mamba_d_head", default=64, low=1)
    names = ("mamba_num_heads", "num_heads", "mamba_n_heads")
    heads = keys.count("heads of the state-space model", *names, default=max(expand * hidden // width, 1), low=1)
    if not keys.has(*names):
        keys.assume("heads of the state-space model", heads, "Inner width divided by the width of a head.")
    state = keys.count("state of a channel", "ssm_state_size", "state_size", "mamba_d_state", default=128)
    groups = keys.count("groups of the state-space model", "n_groups", "mamba_n_groups", default=1)
    kernel = keys.count("width of the convolution", "conv_kernel", "mamba_d_conv", default=4)
    inner = heads * width
    convolved = inner + 2 * groups * state
    biased = keys.flag("whether the convolution has biases", "use_conv_bias", "mamba_conv_bias", default=True)
    parameters = hidden * (2 * inner + 2 * groups * state + heads) + convolved * (kernel + biased)
    return MixerCount(parameters + 3 * heads + inner + inner * hidden, 0, inner * state)


def _delta(keys: ConfigKeys, hidden: int) -> MixerCount:
    """The gated delta rule as Qwen3-Next has it: Yang et al. 2024, arXiv:2412.06464."""
    key_heads = keys.count("key heads of linear attention", "linear_num_key_heads", low=1)
    value_heads = keys.count("value heads of linear attention", "linear_num_value_heads", low=1)
    key_dim = keys.count("width of such a key", "linear_key_head_dim", low=1)
    value_dim = keys.count("width of such a value", "linear_value_head_dim", low=1)
    kernel = keys.count("width of the convolution", "linear_conv_kernel_dim", default=4)
    wide_keys, wide_values = key_heads * key_dim, value_heads * value_dim
    parameters = hidden * (2 * wide_keys + 2 * wide_values + 2 * value_heads)
    parameters += (2 * wide_keys + wide_values) * kernel + 2 * value_heads + value_dim + wide_values * hidden
    return MixerCount(parameters, 0, value_heads * key_dim * value_dim)
