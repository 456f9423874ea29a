"""Reads a config: figures of a catalog row, the law of the KV cache, and where each figure comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from solvers.errors import InputError, InputErrors
from solvers.shipped.figures import figures, source_columns
from solvers.specs import Model

from .counts import MixerCount, MlpCount, heads_of, mixer_count, mlp_count
from .encoders import EncoderCount, encoder, encoder_decoder
from .families import BEYOND, FAMILIES, LLAMA, ConfigFamily, family_of
from .keys import ConfigField, ConfigKeys
from .layers import DENSE, EXPERTS, FULL, LATENT, LATENT_SHARED, NONE, WINDOW, ConfigLayer, layers_of

# Layers that keep keys and values of every token.
_KEEPING = (FULL, LATENT, LATENT_SHARED)

# Bytes of a number that a decoder keeps, unless another format is chosen: 16 bits.
KEPT_BYTES = 2


@dataclass(frozen=True)
class KvLaw:
    """The numbers a sequence of s tokens keeps: full·s + windowed·min(s, window) + fixed."""

    full: int
    windowed: int = 0
    window: int = 0
    fixed: int = 0

    def elements(self, tokens: float) -> float:
        """Return how many numbers a sequence of so many tokens keeps."""
        return self.full * tokens + self.windowed * min(tokens, self.window) + self.fixed


@dataclass(frozen=True)
class ConfigReading:
    """What a config says. `figures` are those of a catalog row by column, SI, None where unknown; `law` is None where
    the cache is. `recognised` are the keys read, `assumed` the figures that no key gives, `unknown` the keys that were
    not understood, `notes` what the figures leave out."""

    model_type: str
    family: str
    architecture: str
    task: str
    figures: Mapping[str, float | None]
    law: KvLaw | None
    recognised: tuple[ConfigField, ...]
    assumed: tuple[ConfigField, ...]
    unknown: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def parameters(self) -> float | None:
        """Return the number of parameters; None where it is unknown."""
        return self.figures.get("parameters")

    @property
    def active_parameters(self) -> float | None:
        """Return the parameters a token passes, the input embedding included; None where they are unknown."""
        return self.figures.get("active_parameters")

    def spec(self, name: str = "") -> Model:
        """Return the model for the solvers; what is unknown is NaN."""
        columns = dict.fromkeys((*source_columns(Model), "experts"), None)
        row = SimpleNamespace(**{**columns, **self.figures, "task": self.task})
        known = {key: value for key, value in figures(Model, row).items() if value is not None}
        return Model(name=name or self.model_type, **known)


@dataclass
class _Draft:
    """A reading in the making."""

    figures: dict[str, float | None] = field(default_factory=dict)
    law: KvLaw | None = None
    notes: list[str] = field(default_factory=list)
    architecture: str = "dense_transformer"
    task: str = "text generation"


def read_config(config: Any) -> ConfigReading:
    """Return the reading of a config as `json.load` gives it. Raise InputErrors, one for each key that can't be
    used."""
    if not isinstance(config, Mapping) or not all(isinstance(name, str) for name in config):
        raise InputErrors([InputError("config", "needs the JSON object of a config.json.")])
    keys = ConfigKeys(config)
    model_type = keys.text("kind of network", "model_type")
    draft, family = _Draft(), family_of(model_type)
    if family is None:
        keys.assume("family", LLAMA.title, _unknown_type(model_type))
    beyond = BEYOND.get(model_type.removesuffix("_text")) or BEYOND.get(str(config.get("model_type")))
    if beyond:
        _plain_sizes(keys, draft)
        draft.notes.append(f"Parameters and KV cache are unknown: {beyond}.")
    elif (family or LLAMA).shape == "decoder":
        _decoder(keys, family or LLAMA, model_type.removesuffix("_text"), draft)
    else:
        _with_encoder(keys, family or LLAMA, model_type, draft)
    if keys.errors:
        raise InputErrors(keys.errors)
    draft.notes.extend(_left_out(keys))
    return ConfigReading(
        model_type=model_type or "not stated",
        family=(family or ConfigFamily(model_type[:40] or "unknown")).title,
        architecture=draft.architecture,
        task=draft.task,
        figures=draft.figures,
        law=draft.law,
        recognised=tuple(keys.read.values()),
        assumed=tuple(dict.fromkeys(keys.assumed)),
        unknown=keys.unknown,
        notes=tuple(draft.notes),
    )


def _unknown_type(model_type: str) -> str:
    known = ", ".join(FAMILIES)
    return f"model_type '{model_type[:40]}' is not known: layers are counted as Llama's. Known are {known}."


def _plain_sizes(keys: ConfigKeys, draft: _Draft) -> None:
    """Set the sizes that a config states outright."""
    names = {
        "layers": ("layers", "num_hidden_layers"),
        "hidden_size": ("hidden size", "hidden_size"),
        "vocabulary": ("vocabulary", "vocab_size"),
        "context_length": ("context", "max_position_embeddings"),
    }
    for column, (meaning, name) in names.items():
        draft.figures[column] = float(keys.count(meaning, name)) if keys.has(name) else None
    experts = keys.has("n_routed_experts", "num_local_experts", "num_experts")
    draft.architecture = "moe_transformer" if experts else "dense_transformer"


def _decoder(keys: ConfigKeys, family: ConfigFamily, model_type: str, draft: _Draft) -> None:
    hidden = keys.count("hidden size", "hidden_size", "n_embd", "d_model", low=1)
    vocabulary = keys.count("vocabulary", "vocab_size", low=1)
    context = keys.count("longest context", "max_position_embeddings", "n_positions", "n_ctx", default=0)
    layers = layers_of(keys, family, model_type)
    kinds = {layer.mixer for layer in layers}
    mixers = {kind: mixer_count(keys, family, kind, hidden) for kind in sorted(kinds)}
    has = {layer.mlp for layer in layers}
    mlp = mlp_count(keys, family, hidden, EXPERTS in has, DENSE in has)
    tied = _tied(keys, family)
    embedding = vocabulary * hidden
    if model_type == "gpt2":
        parameters = _gpt2(layers, hidden, mlp, embedding, context)
        active = parameters
    else:
        parameters = embedding * (1 if tied else 2) + hidden
        parameters += sum(_layer(layer, mixers, mlp, family, hidden) for layer in layers)
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


def _layer(
    layer: ConfigLayer, mixers: Mapping[str, MixerCount], mlp: MlpCount, family: ConfigFamily, hidden: int
) -> int:
    """Return the parameters of a layer."""
    norms = 2 if family.title == "Jamba" else family.norms
    inside = mlp.dense if layer.mlp == DENSE else mlp.experts * mlp.expert + mlp.always if layer.mlp == EXPERTS else 0
    return mixers[layer.mixer].parameters + inside + norms * hidden


def _gpt2(layers: Sequence[ConfigLayer], hidden: int, mlp: MlpCount, embedding: int, positions: int) -> int:
    """Radford et al. 2019: biases everywhere, learned positions, norms with biases."""
    attention = 4 * (hidden * hidden + hidden)
    inside = 2 * hidden * mlp.dense_width + mlp.dense_width + hidden
    return embedding + positions * hidden + 2 * hidden + len(layers) * (attention + inside + 4 * hidden)


def _tied(keys: ConfigKeys, family: ConfigFamily) -> bool:
    """Return whether the head shares the embedding. A multimodal model says so at its top."""
    name = "tie_word_embeddings"
    if not isinstance(keys.values.get(name), bool):
        keys.assume("shared embedding", "yes" if family.tied else "no", "The default of this family.")
    return keys.flag("whether head and embedding are shared", name, default=family.tied)


def _mlp_figures(draft: _Draft, layers: Sequence[ConfigLayer], mlp: MlpCount) -> None:
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
    keys: ConfigKeys, draft: _Draft, layers: Sequence[ConfigLayer], mixers: Mapping[str, MixerCount], hidden: int
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


def _head_figures(keys: ConfigKeys, draft: _Draft, hidden: int, latent: bool) -> None:
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


def _inexpressible(draft: _Draft, attending: int) -> None:
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


def _with_encoder(keys: ConfigKeys, family: ConfigFamily, model_type: str, draft: _Draft) -> None:
    both = family.shape == "encoder_decoder"
    of: EncoderCount = encoder_decoder(keys, model_type) if both else encoder(keys)
    per_layer = 2 * of.heads * of.head_dim
    draft.law = KvLaw(of.decoder_layers * per_layer, fixed=of.decoder_layers * per_layer * of.encoder_tokens)
    draft.architecture = "encoder_decoder_transformer" if both else "dense_transformer"
    speech = model_type == "whisper"
    draft.task = "speech recognition" if speech else "text to text" if both else "text encoding"
    sizes = {
        "parameters": of.parameters,
        "active_parameters": of.parameters,
        "embedding_parameters": of.embedding,
        "layers": of.layers,
        "hidden_size": of.hidden,
        "attention_heads": of.heads,
        "kv_heads": of.heads,
        "head_dim": of.head_dim,
        "intermediate_size": of.width,
        "mlp_matrices": of.matrices,
        "vocabulary": of.vocabulary,
        "context_length": of.context,
    }
    draft.figures.update({name: float(size) for name, size in sizes.items()})
    if both:
        draft.figures.update(kv_cache_layers=float(of.decoder_layers), cross_attention_tokens=float(of.encoder_tokens))
    else:
        draft.notes.append("An encoder keeps no KV cache. FLOPs of a pass depend on its input: enter them by hand.")


def _left_out(keys: ConfigKeys) -> list[str]:
    """Return what of a network the figures do not count."""
    notes = []
    if keys.nested:
        notes.append("Only the language model is counted: no vision or audio tower.")
    for name in ("num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_modules", "mtp_transformer_layers"):
        if keys.values.get(name):
            keys.read.setdefault(
                name, ConfigField(name, str(keys.values[name])[:60], "layers that predict further tokens")
            )
            notes.append("Layers that predict further tokens (multi-token prediction) are not counted.")
    if keys.values.get("index_topk"):
        notes.append("Sparse attention reads a part of the tokens only; walls read all of them.")
    if isinstance(stored := keys.values.get("quantization_config"), Mapping):
        method = str(stored.get("quant_method") or stored.get("quant_algo") or "a format of its own")[:40]
        notes.append(f"Weights are stored as {method}: choose the precision in the wall.")
    return list(dict.fromkeys(notes))
