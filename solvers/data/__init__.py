"""Walls of the data path: ingestion, transformation, topology.

One wall is one file with one solver of the file's name; copy `ingestion.py`. Reading, decoding and moving data
belong here; what accelerators do with it is `node`.

`from solvers.data import h100_sxm, llama_3_8b, poland` gives specs as well: every shipped row is available by its
slug as a Python name, and by the short names of `solvers/shipped/aliases.csv`. `dir(solvers.data)` lists them.
"""

from __future__ import annotations

from typing import Any

from solvers.shipped import named, python_names


def __getattr__(name: str) -> Any:
    """Return the spec of a shipped row. Raise AttributeError with the nearest name."""
    if name.startswith("_"):
        raise AttributeError(name)
    try:
        return named(name)
    except KeyError as error:
        raise AttributeError(error.args[0]) from None


def __dir__() -> list[str]:
    return sorted({*globals(), *python_names()})
