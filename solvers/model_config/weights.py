"""The number of parameters that the index of the weights of a model states, to compare a reading with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from solvers.errors import InputError

_BYTES = {"float32": 4, "float": 4, "bfloat16": 2, "float16": 2, "half": 2, "float8_e4m3fn": 1, "int8": 1}


def stated_parameters(index: Any, config: Mapping[str, Any]) -> float:
    """Return the parameters that a `model.safetensors.index.json` states: their number, or the size of all weights over
    the bytes of one, which the config says. Raise InputError."""
    metadata = index.get("metadata") if isinstance(index, Mapping) else None
    if not isinstance(metadata, Mapping) or not any(_whole(metadata.get(key)) for key in _TOTALS):
        raise InputError("index", "has no metadata with total_size or total_parameters.")
    if total := _whole(metadata.get("total_parameters")):
        return total
    inner = config.get("text_config")
    places = (config, inner) if isinstance(inner, Mapping) else (config,)
    if any(place.get("quantization_config") for place in places):
        raise InputError("index", "has the bytes of quantized weights only, which give no number of parameters.")
    dtype = next((str(place[key]) for place in places for key in ("torch_dtype", "dtype") if place.get(key)), "")
    if dtype.removeprefix("torch.") not in _BYTES:
        raise InputError("index", "has bytes only, and the config does not say the torch_dtype of its weights.")
    return _whole(metadata["total_size"]) / _BYTES[dtype.removeprefix("torch.")]


_TOTALS = ("total_parameters", "total_size")


def _whole(value: Any) -> float:
    """Return a number above 0; 0 for anything else."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 < value < 1e18
    return float(value) if good else 0.0
