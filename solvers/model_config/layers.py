"""The layers of a decoder: how each mixes tokens, and which MLP follows."""

from __future__ import annotations

from dataclasses import dataclass

from solvers.errors import InputError

from .families import ConfigFamily
from .keys import MOST_LAYERS, ConfigKeys

# How a layer mixes tokens: attention to all of them or to a window, multi-head latent attention, a state-space model
# of the first or second kind, gated delta rule; or not at all.
FULL, WINDOW, MAMBA, MAMBA2, DELTA, NONE = "full", "window", "mamba", "mamba2", "delta", "none"
# The second kind selects tokens by the index of a layer before it.
LATENT, LATENT_SHARED = "latent", "latent with a shared index"
DENSE, EXPERTS = "dense", "experts"
_TYPES = {
    "full_attention": FULL,
    "attention": FULL,
    "global": FULL,
    "sliding_attention": WINDOW,
    "chunked_attention": WINDOW,
    "local": WINDOW,
    "linear_attention": DELTA,
    "mamba": MAMBA2,
    "mamba2": MAMBA2,
}
_PATTERN = {"M": (MAMBA2, NONE), "*": (FULL, NONE), "-": (NONE, DENSE), "E": (NONE, EXPERTS)}
_BLOCKS = {"mamba": "M", "attention": "*", "mlp": "-", "moe": "E"}
# Every fourth layer of Llama 4 attends to all tokens, the others within chunks.
_CHUNKED = 4


@dataclass(frozen=True)
class ConfigLayer:
    """A layer: how it mixes tokens, and its MLP."""

    mixer: str
    mlp: str


def layers_of(keys: ConfigKeys, family: ConfigFamily, model_type: str) -> list[ConfigLayer]:
    """Return the layers of a decoder, the first one first; errors are noted in `keys`."""
    if keys.has("hybrid_override_pattern", "layers_block_type") and model_type == "nemotron_h":
        return _patterned(keys)
    count = keys.count("layers", "num_hidden_layers", "n_layer", "num_layers", "n_layers", low=1)
    if count > MOST_LAYERS:
        keys.errors.append(InputError("num_hidden_layers", f"must be at most {MOST_LAYERS:,}; {count:,} is not."))
        count = 1
    mixers, mlps = _mixers(keys, family, model_type, count), _mlps(keys, model_type, count)
    return [ConfigLayer(mixer, mlp) for mixer, mlp in zip(mixers, mlps, strict=True)]


def _patterned(keys: ConfigKeys) -> list[ConfigLayer]:
    """Return layers that are either a mixer or an MLP, as a pattern of letters or a list of words says."""
    pattern = list(keys.text("which layers mix tokens and which are MLPs", "hybrid_override_pattern"))
    if not pattern:
        words = keys.listed("which layers mix tokens and which are MLPs", "layers_block_type")
        pattern = [_BLOCKS.get(str(word), str(word)) for word in words]
    strange = sorted({each for each in pattern if each not in _PATTERN})
    if strange or len(pattern) > MOST_LAYERS or not pattern:
        keys.errors.append(InputError("hybrid_override_pattern", "needs a letter of M, *, - and E for each layer."))
        return [ConfigLayer(FULL, DENSE)]
    keys.count("layers", "num_hidden_layers", default=len(pattern))
    return [ConfigLayer(*_PATTERN[each]) for each in pattern]


def _mixers(keys: ConfigKeys, family: ConfigFamily, model_type: str, count: int) -> list[str]:
    if keys.has("kv_lora_rank"):
        name = "indexer_types"
        kinds = [LATENT_SHARED if each == "shared" else LATENT for each in keys.listed("layers with an index", name)]
        return _as_many(keys, name, kinds, count, LATENT) if kinds else [LATENT] * count
    if model_type in ("mamba", "mamba2"):
        return [MAMBA if model_type == "mamba" else MAMBA2] * count
    if keys.has("layer_types"):
        keys.count("every how many layers attend to all tokens", "full_attention_interval", default=1, low=1)
        return _typed(keys, count)
    if model_type == "jamba":
        period = keys.count("every how many layers attend", "attn_layer_period", default=8, low=1)
        offset = keys.count("the first layer that attends", "attn_layer_offset", default=4)
        return [FULL if i % period == offset else MAMBA for i in range(count)]
    if keys.has("full_attention_interval"):
        period = keys.count("every how many layers attend to all tokens", "full_attention_interval", low=1)
        return [FULL if (i + 1) % period == 0 else DELTA for i in range(count)]
    if keys.has("hybrid_layer_pattern"):
        pattern = keys.listed("which layers attend to a window (1)", "hybrid_layer_pattern")
        return _as_many(keys, "hybrid_layer_pattern", [WINDOW if each else FULL for each in pattern], count, FULL)
    return _windowed(keys, family, model_type, count)


def _typed(keys: ConfigKeys, count: int) -> list[str]:
    words = [str(word) for word in keys.listed("how each layer mixes tokens", "layer_types")]
    strange = sorted({word for word in words if word not in _TYPES})
    if strange:
        known = ", ".join(_TYPES)
        keys.errors.append(InputError("layer_types", f"has '{strange[0][:40]}'; known are {known}."))
    return _as_many(keys, "layer_types", [_TYPES.get(word, FULL) for word in words], count, FULL)


def _windowed(keys: ConfigKeys, family: ConfigFamily, model_type: str, count: int) -> list[str]:
    """Return the layers of a model with windows by the rule of its family."""
    if model_type.startswith("llama4"):
        keys.assume("windowed layers", f"3 of {_CHUNKED}", "Llama 4 attends to all tokens in every fourth layer.")
        return [FULL if (i + 1) % _CHUNKED == 0 else WINDOW for i in range(count)]
    first = keys.count("the first layer with a window", "max_window_layers", default=0)
    if not keys.has("sliding_window"):
        return [FULL] * count
    if family.alternating:
        name = "sliding_window_pattern"
        period = keys.count("every how many layers attend to all tokens", name, default=family.alternating, low=1)
        if not keys.has(name):
            keys.assume("windowed layers", f"{period - 1} of {period}", "The usual pattern of this family.")
        return [FULL if (i + 1) % period == 0 else WINDOW for i in range(count)]
    if not keys.flag("whether layers attend to a window", "use_sliding_window", default=True):
        keys.count("tokens of a window, which is off", "sliding_window", default=1)
        return [FULL] * count
    return [WINDOW if i >= first else FULL for i in range(count)]


def _mlps(keys: ConfigKeys, model_type: str, count: int) -> list[str]:
    names = ("n_routed_experts", "num_local_experts", "num_experts", "moe_num_experts")
    experts = keys.count("routed experts", *names, default=0)
    if not experts or model_type in ("mamba", "mamba2"):
        return [NONE if model_type in ("mamba", "mamba2") else DENSE] * count
    if keys.has("mlp_layer_types"):
        words = keys.listed("which layers have experts (sparse)", "mlp_layer_types")
        _read_also(keys)
        return _as_many(
            keys, "mlp_layer_types", [EXPERTS if each == "sparse" else DENSE for each in words], count, EXPERTS
        )
    if isinstance(keys.values.get("moe_layer_freq"), list):
        listed = keys.listed("which layers have experts (1)", "moe_layer_freq")
        return _as_many(keys, "moe_layer_freq", [EXPERTS if each else DENSE for each in listed], count, EXPERTS)
    first = keys.count("layers with an MLP before those with experts", "first_k_dense_replace", default=0)
    steps = ("moe_layer_freq", "interleave_moe_layer_step", "decoder_sparse_step", "expert_layer_period")
    step = keys.count("every how many layers have experts", *steps, default=2 if model_type == "jamba" else 1, low=1)
    at = keys.count("the first layer with experts", "expert_layer_offset", default=1 if step > 1 else 0) % step
    dense = set(keys.listed("layers with an MLP and no experts", "mlp_only_layers"))
    return [EXPERTS if i >= first and i % step == at and i not in dense else DENSE for i in range(count)]


def _read_also(keys: ConfigKeys) -> None:
    """Note the keys that say by numbers what a list says layer by layer."""
    keys.count("layers with an MLP before those with experts", "first_k_dense_replace", default=0)
    if not isinstance(keys.values.get("moe_layer_freq"), list):
        keys.count("every how many layers have experts", "moe_layer_freq", default=1)


def _as_many(keys: ConfigKeys, name: str, kinds: list[str], count: int, default: str) -> list[str]:
    if len(kinds) != count:
        keys.errors.append(InputError(name, f"needs an entry for each of the {count} layers; it has {len(kinds)}."))
        return [default] * count
    return kinds
