"""A model from the `config.json` that Hugging Face's transformers reads: sizes, parameters and KV cache, computed from
the architecture.

    keys.py      the keys of a config: read, assumed, left over
    families.py  figures that follow from the `model_type` alone
    layers.py    how each layer mixes tokens, and its MLP
    counts.py mlp.py   parameters and kept numbers of each part
    decoder.py encoders.py   figures of both kinds of network
    kinds.py     the kind of network, and sentences on files that can't be read
    reading.py   all of it together
    weights.py   the parameters that the index of the weights states

`read_config(json.load(open("config.json"))).spec()` is a model that every solver takes. No Django, no network.
"""

from __future__ import annotations

from .draft import KvLaw
from .reading import ConfigReading, read_config
from .weights import stated_parameters

__all__ = ["ConfigReading", "KvLaw", "read_config", "stated_parameters"]
