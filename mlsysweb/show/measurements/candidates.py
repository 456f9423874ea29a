"""The recorded measurements of a kind, as columns to compare a configuration with."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.errors import InputError
from solvers.shipped import find
from solvers.specs import Accelerator

from .configurations import MeasuredConfiguration
from .rows import Measurements, measurements, model_sizes

# Models whose layers are the same: those of the rows, and what the catalog's are called.
_SAME_LAYERS = {"llama-3.1-8b": "llama-3-8b", "llama-3.1-70b": "llama-3-70b", "llama-3.3-70b": "llama-3-70b"}
# The networks of MLPerf Tiny, and what the catalog's are called.
_NETWORKS = {
    "kws": "mlperf-tiny-kws-dscnn",
    "vww": "mlperf-tiny-vww-mobilenet-v1-0.25",
    "ic": "mlperf-tiny-ic-resnet8",
    "ad": "mlperf-tiny-ad-autoencoder",
}
# Mean prompt of the data sets of ML.ENERGY, which its rows do not tell, by the end of their address.
_PROMPTS = {"gpqa.json": 250.0, "lm-arena-chat.json": 300.0, "sourcegraph-fim.json": 1000.0}
# The size of a model that is not known.
_UNKNOWN = (math.nan, math.nan)
# Most questions share a few of these keys, but there are many.
_KEPT = 256


@dataclass(frozen=True)
class Candidates:
    """The measurements of one kind on one chip, or on all, with what they are compared by: the model by the name of
    those with the same layers, its parameters, all and those of a token, whether it is a server under load, and the
    logarithms to base 2 of their numbers by the name of the column. `split` among the numbers is over how many devices
    a copy of the model is spread, `link` the bandwidth of the chip's links, `delivered` the byte/s that storage gave,
    `context` the mean context of a decode step, `measured` the figure itself. Where rows do not tell a prompt, the mean
    of their data set stands in. `places` are those of the rows among all measurements."""

    places: NDArray[np.int64]
    rows: Measurements
    model: NDArray[Any]
    parameters: NDArray[Any]
    active: NDArray[Any]
    server: NDArray[Any]
    numbers: dict[str, NDArray[Any]]
    logs: dict[str, NDArray[Any]]

    def where(self, kept: NDArray[Any]) -> Candidates:
        """Return the candidates that a mask selects."""
        return replace(
            self,
            places=self.places[kept],
            rows=self.rows.where(kept),
            model=self.model[kept],
            parameters=self.parameters[kept],
            active=self.active[kept],
            server=self.server[kept],
            numbers={name: column[kept] for name, column in self.numbers.items()},
            logs={name: column[kept] for name, column in self.logs.items()},
        )


@cache
def candidates_of(kind: str, chip: str = "") -> Candidates:
    """Return the recorded measurements of a kind, on a chip unless that is empty."""
    every = measurements()
    places = np.flatnonzero((every["kind"] == kind) & ((every["chip"] == chip) if chip else True))
    rows = every.where(places)
    models = [_model(kind, name) for name in rows["model"].tolist()]
    sizes = np.array([model_sizes().get(name, _UNKNOWN) for name in models]).reshape(-1, 2)
    if kind == "memory":
        sizes = np.stack([rows["size"], rows["size"]], axis=1)
    ways = (re.findall(r"(?:TP|PP|CP) (\d+)", text) for text in rows["parallelism"].tolist())
    numbers = {
        **{name: rows[name] for name in ("devices", "batch", "output", "size", "measured")},
        "split": np.array([math.prod(map(float, found)) for found in ways]),
        "link": np.array([_link(slug) for slug in rows["chip"].tolist()]),
        "delivered": rows["measured"] * rows["size"] / rows["default"],
        "prompt": np.array(
            [_prompt(*each) for each in zip(rows["prompt"].tolist(), rows["url"].tolist(), strict=True)]
        ),
        "context": rows["prompt"] + np.where(np.isnan(rows["output"]), 0.0, rows["output"]) / 2,
    }
    return Candidates(
        places,
        rows,
        np.array(models),
        sizes[:, 0],
        sizes[:, 1],
        np.array(["server" in quantity for quantity in rows["quantity"].tolist()], dtype=bool),
        numbers,
        {name: np.log2(column) for name, column in numbers.items()},
    )


def comparable(kind: str, asked: MeasuredConfiguration) -> Candidates:
    """Return the candidates of a kind that differ from a configuration in numbers at most, and in a model of up to
    about half or twice its size."""
    return _comparable(kind, asked.chip, asked.model, asked.parameters, asked.precision, asked.server)


@lru_cache(_KEPT)
def _comparable(
    kind: str, chip: str, model: str, parameters: tuple[float, float], precision: str, server: bool
) -> Candidates:
    every = candidates_of(kind, chip)
    kept = (every.server == server) & (model_distance(every, model, parameters) <= 1)
    return every.where(kept & has_precision(every, precision))


def has_precision(candidates: Candidates, precision: str) -> NDArray[np.bool_]:
    """Return which candidates have a precision, or name none; all for an empty precision."""
    named = candidates.rows["precision"]
    return np.asarray((named == precision) | (named == "") | (not precision))


def model_distance(candidates: Candidates, model: str, parameters: tuple[float, float]) -> NDArray[np.float64]:
    """Return how far the models of the candidates are from a model, in powers of two of their parameters: 0 for one
    with the same layers, infinity where a size is not known. An empty model is the same as all."""
    if not model:
        return np.zeros(len(candidates.rows))
    total, active = parameters
    size = np.maximum(np.abs(np.log2(candidates.parameters / total)), np.abs(np.log2(candidates.active / active)))
    same = candidates.model == _SAME_LAYERS.get(model, model)
    return np.where(same, 0.0, np.where(np.isnan(size), math.inf, size))


def is_same_model(candidates: Candidates, model: str) -> NDArray[Any]:
    """Return which candidates are of a model, or of one with the same layers; all for an empty model."""
    return candidates.model == _SAME_LAYERS.get(model, model) if model else np.ones(len(candidates.rows), dtype=bool)


@cache
def chip_name(slug: str) -> str:
    """Return the name of a chip of the catalog; of a board or an emulated accelerator what the rows call it."""
    try:
        return str(find(Accelerator, slug).name)
    except InputError:
        return slug if " " in slug else slug.upper()


def _prompt(told: float, url: str) -> float:
    return _PROMPTS.get(url.rpartition("__")[2], told) if math.isnan(told) else told


def _model(kind: str, name: str) -> str:
    return _NETWORKS.get(name.partition(" ")[0], name) if kind.startswith("tinyml") else _SAME_LAYERS.get(name, name)


@cache
def _link(slug: str) -> float:
    try:
        return float(find(Accelerator, slug).interconnect_bandwidth)
    except InputError:
        return math.nan
