"""How far the predictions of a wall were from measurements like a configuration: in sentences, and as the band in which
measurements of a headline figure lie."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

import numpy as np
from numpy.typing import NDArray

from solvers.analysis.prediction_errors import PredictionErrors, prediction_errors, signed_errors
from solvers.quantities import format_quantity

from .candidates import Candidates, candidates_of, is_same_model, model_distance
from .configurations import SAME_BYTES, MeasuredConfiguration
from .rows import PREDICTIONS, measurements

# Fewer rows make no distribution.
_FEWEST = 10
# Nine of ten measurements lie between these quantiles.
_QUANTILES = (0.05, 0.95)
# A bias from which on its direction is said.
_BIASED = 0.05
# How the sentence on a bias near a configuration begins.
KNOWN_ERROR = "Known error here"
# The kinds of measurement in words.
NAMES = {
    "decode": "Decode steps",
    "prefill": "Prefills",
    "answer": "End-to-end latency",
    "training": "Training steps",
    "memory": "Training activations",
    "power": "Power while serving",
    "energy": "Energy per token",
    "idle": "Energy of idle nodes",
    "collectives": "All-reduces",
    "storage": "Reads from storage",
    "tinyml": "Inferences on microcontrollers",
    "tinyml_energy": "Energy per inference on microcontrollers",
}
# A bias nearby from which on a prediction is known to miss, and how many rows it takes to say so.
_MISSED, _FEWEST_NEARBY = 0.15, 3


@dataclass(frozen=True)
class ErrorBand:
    """The factors of a prediction between which nine of ten of some measurements lie, how many they are, and what
    they have in common, in words."""

    low: float
    high: float
    rows: int
    where: str


@dataclass(frozen=True)
class Like:
    """The properties that measurements are selected by. `devices` is a rounded logarithm to base 2, so that
    neighbouring questions share an answer. NaN, an empty text and None stand for any."""

    kind: str
    chip: str
    name: str
    precision: str
    model: str
    devices: float
    parameters: tuple[float, float]
    server: bool | None
    prediction: str


@dataclass(frozen=True)
class _Found:
    """The errors of the measurements that have most in common with a configuration, and their band."""

    errors: PredictionErrors
    band: ErrorBand


def like(kind: str, asked: MeasuredConfiguration, name: str, prediction: str) -> Like:
    """Return what measurements of a kind are selected by for a configuration on a chip of this `name`; `prediction` is
    the column of the predictions that are compared."""
    devices = asked.numbers.get("devices", asked.numbers.get("split", math.nan))
    return Like(
        kind=kind,
        chip=asked.chip,
        name=name,
        precision=asked.precision,
        model=asked.model,
        devices=float(round(math.log2(devices))) if devices > 0 else math.nan,
        parameters=asked.parameters,
        server=asked.server,
        prediction=prediction,
    )


def chip_confidence(kinds: Iterable[str], chip: str, name: str, precision: str) -> Iterator[str]:
    """Yield a sentence for each kind of measurement on the errors of the default predictions on a chip (its slug, and
    its name) in a precision, whatever the model and the number of devices."""
    for kind in kinds:
        told = confidence(Like(kind, chip, name, precision, "", math.nan, (math.nan, math.nan), None, PREDICTIONS[0]))
        if told:
            yield told


def confidence(about: Like) -> str:
    """Return a sentence on the errors of the predictions of the measurements that have most in common with a
    configuration, of which there must be ten; empty where there are not as many of the kind."""
    found = _found(about)
    return (
        ""
        if found is None
        else f"{NAMES[about.kind]}, {found.errors.rows:,} measured {found.band.where}: " + (_in_words(found.errors))
    )


def error_band(about: Like) -> ErrorBand | None:
    """Return the band of the same measurements; None where there are too few."""
    found = _found(about)
    return None if found is None else found.band


@lru_cache(512)
def _found(about: Like) -> _Found | None:
    for where, rows in _levels(about):
        errors = prediction_errors(rows[0], rows[1])
        if errors is not None and errors.rows >= _FEWEST:
            factors = (rows[1] / rows[0])[~np.isnan(rows[0])]
            low, high = np.quantile(factors, _QUANTILES).tolist()
            return _Found(errors, ErrorBand(low, high, errors.rows, where))
    return None


def _levels(about: Like) -> Iterator[tuple[str, tuple[NDArray[np.float64], NDArray[np.float64]]]]:
    """Yield in words what measurements have in common with a configuration, the most first, with their predictions and
    measurements."""
    if not about.chip:
        own = candidates_of(about.kind)
        devices = _as_many(own, about.devices)
        if not devices.all():
            yield f"on all systems, on {_devices(about.devices)}", _columns(own, about, devices)
        yield "on all systems", _columns(own, about, np.ones(len(own.rows), dtype=bool))
        return
    own = candidates_of(about.kind, about.chip)
    every = np.ones(len(own.rows), dtype=bool)
    precision = own.rows["precision"] == SAME_BYTES.get(about.precision, about.precision) if about.precision else every
    devices, size = _as_many(own, about.devices), _as_large(own, about)
    here, of = f"on {about.name}", f" in {about.precision.upper()}" if about.precision else ""
    on = f", on {_devices(about.devices)}"
    if not math.isnan(about.devices):
        yield f"{here}{of}{on}, models of half to twice its size", _columns(own, about, precision & devices & size)
        yield f"{here}{of}{on}", _columns(own, about, precision & devices)
    yield f"{here}{of}", _columns(own, about, precision)
    yield f"{here}, in other precisions too", _columns(own, about, every)
    other = candidates_of(about.kind)
    words = f"on other accelerators, fewer than {_FEWEST} on {about.name}"
    yield words, _columns(other, about, np.ones(len(other.rows), dtype=bool))


def _as_many(own: Candidates, devices: float) -> NDArray[np.bool_]:
    """Return which rows have within a factor of two as many devices, or are spread over as many where the rows do not
    tell how many there were; all where the rows or the question tell none."""
    told = np.where(np.isnan(own.logs["devices"]), own.logs["split"], own.logs["devices"])
    return np.asarray(np.isnan(told) | (np.abs(told - devices) <= 1) | math.isnan(devices))


def _as_large(own: Candidates, about: Like) -> NDArray[np.bool_]:
    """Return which rows have the model, or one within a factor of two of its size."""
    near = model_distance(own, about.model, about.parameters) <= 1
    return np.asarray(near | is_same_model(own, about.model))


def _devices(devices: float) -> str:
    number = 2**devices if not math.isnan(devices) else 1
    return "1 or 2 devices" if number <= 1 else f"{number / 2:,.0f} to {2 * number:,.0f} devices"


def _columns(own: Candidates, about: Like, kept: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    # A server under load has errors of its own, and so has a batch that starts together, where there are both.
    if about.server is not None:
        kept = kept & ((own.server == about.server) | ~own.server.any() | own.server.all())
    return own.rows[about.prediction][kept], own.rows["measured"][kept]


def known_to_miss(kind: str, places: NDArray[np.int64], prediction: str) -> Iterator[str]:
    """Yield a sentence where the predictions of the rows at these places, which are near a configuration, are off to
    one side; `prediction` is their column."""
    every = measurements()
    predicted = every[prediction][places]
    known = ~np.isnan(predicted)
    if known.sum() < _FEWEST_NEARBY:
        return
    # Asked at each update: NumPy's median takes longer than all else here.
    bias = median(signed_errors(predicted[known], every["measured"][places][known]).tolist())
    if abs(bias) >= _MISSED:
        side = "high" if bias > 0 else "low"
        off = format_quantity(abs(bias), "1", "%", digits=2)
        yield (
            f"{KNOWN_ERROR}: predictions for {known.sum():,} measurements within 2× of this point "
            f"({NAMES[kind].lower()}) are {off} too {side} in the median."
        )


def _in_words(errors: PredictionErrors) -> str:
    median, most = (format_quantity(error, "1", "%", digits=2) for error in (errors.median, errors.p90))
    off = f"half of the predictions are within {median}, nine of ten within {most}."
    if abs(errors.bias) < _BIASED:
        return off
    side = "high" if errors.bias > 0 else "low"
    return (
        f"{off} They tend to be too {side}, by {format_quantity(abs(errors.bias), '1', '%', digits=2)} in the median."
    )
