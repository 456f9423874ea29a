"""Which kind of network a config is of, and the sentences on one that can't be read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from solvers.errors import InputError

from .families import ConfigFamily
from .keys import ConfigField, ConfigKeys

# Parts of the names of keys of layers that neither attend nor are MLPs.
_OTHER_LAYERS = ("mamba", "ssm", "rwkv", "linear_attn", "lightning", "recurrent", "conv", "lru", "time_mix")


def model_type_of(keys: ConfigKeys) -> str:
    """Return the `model_type`; the configs of the authors of Mamba have none, and `ssm_cfg`."""
    inside = keys.values.get("ssm_cfg")
    if keys.has("model_type") or not isinstance(inside, Mapping):
        return keys.text("kind of network", "model_type")
    model_type = "mamba2" if inside.get("layer") == "Mamba2" else "mamba"
    keys.read["ssm_cfg"] = ConfigField("ssm_cfg", json.dumps(inside, default=str)[:60], "kind of state-space model")
    keys.assume("model_type", model_type, "The config has ssm_cfg in its place.")
    keys.fill({"tie_embeddings": True})
    return model_type


def other_file(config: Mapping[str, Any]) -> str:
    """Return the sentence on a file that is often taken for a config; empty for any other."""
    if "weight_map" in config:
        return "is the index of the weights, model.safetensors.index.json; config.json is beside it."
    if "multiple_of" in config and "model_type" not in config:
        return "is the params.json of a checkpoint; the config.json of the Hugging Face repository is needed."
    return ""


def other_layers(keys: ConfigKeys) -> str:
    """Return the keys that were not understood and name layers of another kind; empty without any."""
    names = [name[:40] for name in keys.unknown if any(part in name for part in _OTHER_LAYERS)]
    return ", ".join(names[:3])


def key_errors(keys: ConfigKeys, family: ConfigFamily | None, model_type: str) -> list[InputError]:
    """Return the errors, one for each key. What an unknown kind of network lacks is one error: it is probably no
    language model."""
    errors = list({error.field: error for error in reversed(keys.errors)}.values())[::-1]
    name = model_type or str(keys.values.get("_class_name") or "")
    lacking = [error.field for error in errors if error.sentence.startswith("is needed")]
    if family is not None or not name or not lacking:
        return errors
    of = f"'{name[:40]}' is not a kind that is known, and the config has no {', '.join(lacking)}. "
    kinds = "Models of images, diffusion, speech or recommendation can't be read: only language models."
    return [InputError("model_type", of + kinds), *(error for error in errors if error.field not in lacking)]
