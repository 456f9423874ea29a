"""The measurements nearest to the configuration of a result: of the same accelerator and precision, every number of the
configuration within a factor of two; those of the same model first, then of models of about its size."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.result import Result

from .confidence import confidence
from .page import MeasuredRow, NearbyMeasurements
from .rows import KINDS, PREDICTIONS, Measurements, measurements, model_sizes
from .words import measured_row

# The kinds of measurement that a wall predicts, and how many rows of each are shown, the most telling kind first.
_KINDS = {"serving": (("decode", 2), ("prefill", 2), ("answer", 1)), "parallelism": (("training", 4),)}
# Models whose layers are the same: those of the rows, and what the catalog's are called.
_SAME_LAYERS = {"llama-3.1-8b": "llama-3-8b", "llama-3.1-70b": "llama-3-70b", "llama-3.3-70b": "llama-3-70b"}
_SAME_BYTES = {"fp16": "bf16"}
# The size of a model that is not known.
_UNKNOWN = (math.nan, math.nan)
# The logarithm to base 2 of the factor of two.
_FARTHEST = 1.0


@dataclass(frozen=True)
class MeasuredConfiguration:
    """The configuration that measurements are compared with: slugs of chip and model, the model's parameters, all and
    those of a token; the numbers by the name of their column; whether it is a server under load or one batch."""

    chip: str
    model: str
    parameters: tuple[float, float]
    precision: str
    numbers: Mapping[str, float]
    server: bool = False


def nearby(wall: str, result: Result) -> NearbyMeasurements | None:
    """Return the measurements nearest to a result, which is presented beside them; None for a wall that none are
    of. A chip or a model with changed figures is in no measurement."""
    kinds = _KINDS.get(wall)
    if kinds is None:
        return None
    asked = _configuration(wall, result)
    if asked is None:
        return NearbyMeasurements((), kinds[0][0])
    chip = str(result.values["accelerator"].value)
    rows = (row for name, most in kinds for row in _nearest(name, most, asked, chip))
    precision = _SAME_BYTES.get(asked.precision, asked.precision)
    errors = confidence((name for name, _ in kinds), asked.chip, chip, precision)
    return NearbyMeasurements(tuple(rows), kinds[0][0], tuple(errors))


def _nearest(name: str, most: int, asked: MeasuredConfiguration, chip: str) -> Iterator[MeasuredRow]:
    kind = next(kind for kind in KINDS if kind.name == name)
    candidates = candidates_of(name, asked.chip)
    for place in nearest(candidates, asked)[:most].tolist():
        yield measured_row(candidates.rows, place, PREDICTIONS[0], kind, chip)


@dataclass(frozen=True)
class Candidates:
    """The measurements of one kind on one chip, with what they are compared by: the model by the name of those with the
    same layers, its parameters, all and those of a token, the devices that a
    copy of the model is spread over, and whether it is a server under load."""

    rows: Measurements
    model: NDArray[Any]
    parameters: NDArray[Any]
    active: NDArray[Any]
    split: NDArray[Any]
    server: NDArray[Any]

    def column(self, name: str) -> NDArray[Any]:
        """Return a column of numbers, `split` among them."""
        return self.split if name == "split" else self.rows[name]


@cache
def candidates_of(kind: str, chip: str) -> Candidates:
    """Return the recorded measurements of a kind on a chip."""
    every = measurements()
    rows = every.where((every["kind"] == kind) & (every["chip"] == chip))
    models = [_SAME_LAYERS.get(name, name) for name in rows["model"].tolist()]
    sizes = np.array([model_sizes().get(name, _UNKNOWN) for name in models]).reshape(-1, 2)
    ways = (re.findall(r"(?:TP|PP|CP) (\d+)", text) for text in rows["parallelism"].tolist())
    return Candidates(
        rows,
        np.array(models),
        sizes[:, 0],
        sizes[:, 1],
        np.array([math.prod(map(float, found)) for found in ways]),
        np.array(["server" in quantity for quantity in rows["quantity"].tolist()], dtype=bool),
    )


def nearest(candidates: Candidates, asked: MeasuredConfiguration) -> NDArray[np.int64]:
    """Return the places of the rows within a factor of two in everything, nearest first."""
    other = candidates.model != _SAME_LAYERS.get(asked.model, asked.model)
    total, active = asked.parameters
    size = np.maximum(_octaves(candidates.parameters, total), _octaves(candidates.active, active))
    far = np.where(other, size, 0.0)
    for name, value in asked.numbers.items():
        off = _octaves(candidates.column(name), value)
        far = np.maximum(far, np.where(np.isnan(off), 0.0, off))
    same = candidates.rows["precision"] == _SAME_BYTES.get(asked.precision, asked.precision)
    able = np.flatnonzero(same & (candidates.server == asked.server) & (far <= _FARTHEST))
    return able[np.lexsort((far[able], other[able]))]


def _octaves(numbers: NDArray[Any], value: float) -> NDArray[np.float64]:
    """Return how far numbers are from a value, in powers of two; NaN where one is unknown."""
    return np.asarray(np.abs(np.log2(numbers / value)))


def _configuration(wall: str, result: Result) -> MeasuredConfiguration | None:
    """Return the configuration of a result; None where its chip or model is none of the catalog as it stands."""
    chip, model = (result.snapshot.get(name) for name in ("accelerator", "model"))
    changed = any(name.startswith(("accelerator.", "model.")) for name in result.text)
    if chip is None or model is None or changed:
        return None
    figures = model["figures"]
    every = figures.get("parameters") or math.nan
    values = {name: result.values[name].value for name in result.inputs}
    numbers, server = _NUMBERS[wall](values)
    return MeasuredConfiguration(
        str(chip["slug"]),
        str(model["slug"]),
        (float(every), float(figures.get("active_parameters") or every)),
        str(values["precision"]),
        numbers,
        server,
    )


def _of_serving(values: Mapping[str, Any]) -> tuple[dict[str, float], bool]:
    server = values["concurrency"] > 0
    return {
        "devices": values["tensor_parallel"],
        "batch": values["concurrency"] if server else values["batch_size"],
        "prompt": values["prompt_length"],
        "output": values["output_length"],
    }, server


def _of_training(values: Mapping[str, Any]) -> tuple[dict[str, float], bool]:
    split = values["tensor_parallel"] * values["pipeline_parallel"] * values["context_parallel"]
    return {
        "devices": split * values["data_parallel"],
        "split": split,
        "batch": values["microbatch_size"],
        "prompt": values["sequence_length"],
    }, False


_NUMBERS = {"serving": _of_serving, "parallelism": _of_training}
