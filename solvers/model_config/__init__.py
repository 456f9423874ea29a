"""A model from the `config.json` that Hugging Face's transformers reads: sizes, parameters and KV cache, computed from
the architecture.

    keys.py      the keys of a config: read, assumed, left over
    families.py  what a `model_type` says that the keys do not
    layers.py    what each layer consists of
    counts.py    parameters and kept numbers of each part
    reading.py   all of it together

`read_config(json.load(open("config.json"))).spec()` is a model that every solver takes. No Django, no network.
"""

from __future__ import annotations

from .reading import ConfigReading, KvLaw, read_config

__all__ = ["ConfigReading", "KvLaw", "read_config"]
