"""Reads a config: figures of a catalog row, the law of the KV cache, and where each figure comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from solvers.errors import InputError, InputErrors
from solvers.shipped.figures import figures, source_columns
from solvers.specs import Model

from .decoder import read_decoder
from .draft import ConfigDraft, KvLaw
from .encoders import EncoderCount, encoder, encoder_decoder
from .families import BEYOND, FAMILIES, LLAMA, ConfigFamily, family_of, plain_type
from .keys import ConfigField, ConfigKeys
from .kinds import key_errors, model_type_of, other_file, other_layers


@dataclass(frozen=True)
class ConfigReading:
    """The figures of a config. `figures` are those of a catalog row by column, SI, None where unknown; `law` is None
    where the cache is. `recognised` are the keys read, `assumed` the figures that no key gives, `unknown` the keys that
    were not understood, `notes` what the figures leave out."""

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


def read_config(config: Any) -> ConfigReading:
    """Return the reading of a config as `json.load` gives it. Raise InputErrors, one for each key that can't be
    used."""
    if not isinstance(config, Mapping) or not all(isinstance(name, str) for name in config):
        raise InputErrors([InputError("config", "needs the JSON object of a config.json.")])
    if other := other_file(config):
        raise InputErrors([InputError("config", other)])
    keys = ConfigKeys(config)
    model_type = model_type_of(keys)
    draft, family = ConfigDraft(), family_of(model_type)
    beyond = BEYOND.get(plain_type(model_type)) or BEYOND.get(str(config.get("model_type")))
    if family is None and not beyond:
        keys.assume("family", LLAMA.title, _unknown_type(model_type))
        if model_type:
            draft.notes.append(f"The figures are a guess: {_unknown_type(model_type).partition('. ')[0]}.")
    if keys.nested and family:
        keys.fill(family.defaults)
    if beyond:
        _plain_sizes(keys, draft)
        draft.notes.append(f"Parameters and KV cache are unknown: {beyond}.")
    elif (family or LLAMA).shape == "decoder":
        read_decoder(keys, family or LLAMA, plain_type(model_type), draft)
        if family is None and (strange := other_layers(keys)):
            draft = ConfigDraft(architecture=draft.architecture)
            _plain_sizes(keys, draft)
            draft.notes.append(f"Parameters and KV cache are unknown: no figures describe the layers of {strange}.")
    else:
        _with_encoder(keys, family or LLAMA, model_type, draft)
    if keys.errors:
        raise InputErrors(key_errors(keys, family, model_type))
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


def _plain_sizes(keys: ConfigKeys, draft: ConfigDraft) -> None:
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


def _with_encoder(keys: ConfigKeys, family: ConfigFamily, model_type: str, draft: ConfigDraft) -> None:
    both = family.shape == "encoder_decoder"
    of: EncoderCount = encoder_decoder(keys, model_type) if both else encoder(keys, model_type != "distilbert")
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
    if keys.nested or keys.has("vision_config", "audio_config"):
        notes.append("Only the language model is counted: no vision or audio tower.")
    for name in ("num_nextn_predict_layers", "mtp_num_hidden_layers", "num_mtp_modules", "mtp_transformer_layers"):
        if keys.values.get(name):
            keys.read.setdefault(
                name, ConfigField(name, str(keys.values[name])[:60], "layers that predict further tokens")
            )
            notes.append("Layers that predict further tokens (multi-token prediction) are not counted.")
    if keys.values.get("cross_attention_layers"):
        keys.listed("layers that attend to an image", "cross_attention_layers")
        notes.append("Layers that attend to an image keep the tokens of the image: the KV cache counts them as others.")
    if keys.values.get("index_topk"):
        notes.append("Sparse attention reads a part of the tokens only; walls read all of them.")
    if isinstance(stored := keys.values.get("quantization_config"), Mapping):
        method = str(stored.get("quant_method") or stored.get("quant_algo") or "a format of its own")[:40]
        notes.append(f"Weights are stored as {method}: choose the precision in the wall.")
    return list(dict.fromkeys(notes))
