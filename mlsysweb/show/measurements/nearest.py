"""The measurements nearest to the configuration of a result: of the same accelerator and precision, every number of the
configuration within a factor of two; those of the same model first, then of models of about its size. For a chart they
may be farther along its axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from solvers.calibration import CALIBRATED, CALIBRATIONS, NAMED
from solvers.result import Result

from .bands import bands
from .candidates import Candidates, candidates_of, chip_name, comparable, has_precision, is_same_model, model_distance
from .confidence import KNOWN_ERROR, NAMES, confidence, known_to_miss, like
from .configurations import (
    SAME_BYTES,
    MeasuredConfiguration,
    ShownKind,
    chip_name_of,
    configuration_of,
    kinds_of,
)
from .page import MeasuredPoint, MeasuredRow, NearbyMeasurements
from .rows import KINDS, PREDICTIONS, measurements, wall_prediction
from .words import measured_row

# The logarithm to base 2 of the factor of two.
_FARTHEST = 1.0
# More points than these hide the line they stand beside.
_MOST_POINTS = 8
# Of the kinds before it.
_UNTOLD = (
    "with these inputs nothing was predicted for the measurements: their errors are not known, and the predictions "
    "below are those with the defaults."
)
# The logarithm to base 2 of a factor that makes no difference.
_SAME = 0.1
_KIND = {kind.name: kind for kind in KINDS}


def nearby(wall: str, result: Result) -> NearbyMeasurements:
    """Return the measurements nearest to a result, which is presented beside them; without a kind for a wall that none
    are of. A chip or a model with changed figures is in no measurement."""
    found, kinds = NearbyMeasurements((), ""), kinds_of(wall, result)
    parts = [_of_kind(wall, kind, result) for kind in kinds]
    for part in parts:
        found = NearbyMeasurements(
            found.rows + part.rows,
            found.kind or part.kind,
            found.errors + part.errors,
            found.points + part.points,
            (),
            found.bands + part.bands,
        )
    # Known errors come first, unknown ones last.
    errors = tuple(sorted(found.errors, key=lambda each: not each.startswith(KNOWN_ERROR)))
    if untold := [NAMES[kind.name] for kind in kinds if not _predictions(kind, result)[0]]:
        errors += (f"{', '.join(untold)}: {_UNTOLD}",)
    listed = {id(row) for row in found.rows}
    others = tuple(point.row for point in found.points if id(point.row) not in listed)
    none = tuple(NAMES[part.kind] for part in parts if found.rows and not part.rows)
    return replace(found, errors=errors, drawn=others, none=none)


def _of_kind(wall: str, kind: ShownKind, result: Result) -> NearbyMeasurements:
    """Return the measurements of one kind."""
    asked = configuration_of(wall, kind.name, result)
    if asked is None:
        return NearbyMeasurements((), kind.name)
    name = chip_name_of(result) if asked.chip else ""
    prediction, shown = _predictions(kind, result)
    near, drawn = _near(kind, asked)
    rows = tuple(_row(place, asked.chip, shown) for place in near[: kind.most].tolist())
    points = tuple(_point(kind.name, place, asked.chip, shown) for place in drawn.tolist())
    if not prediction:
        return NearbyMeasurements(rows, kind.name, (), points)
    about = like(kind.name, asked, name, prediction)
    errors = (*known_to_miss(kind.name, near, prediction), *filter(None, (confidence(about),)))
    return NearbyMeasurements(rows, kind.name, errors, points, (), tuple(bands(about, result)))


def _predictions(kind: ShownKind, result: Result) -> tuple[str, str]:
    """Return the column of the predictions that are made as a result is, empty where none are, and the column of those
    to show beside the measurements."""
    made = "" if any(name in result.text for name in kind.typed) else predicted_with(result)
    if not kind.predicted_by:
        return made, made or PREDICTIONS[0]
    own = wall_prediction(kind.predicted_by, made) if made else ""
    return own, own or wall_prediction(kind.predicted_by, PREDICTIONS[0])


def predicted_with(result: Result) -> str:
    """Return the column of the predictions that are made as a result is; empty where its efficiencies are typed or of a
    named calibration, with which nothing was predicted."""
    if NAMED in result.text:
        return ""
    if not any(name in result.text for name in CALIBRATED):
        return PREDICTIONS[0]
    chip = result.snapshot.get("accelerator", {}).get("figures", {})
    for calibration in CALIBRATIONS:
        settings = calibration.settings(result.inputs, chip)
        if settings and all(name in result.values and result.values[name].value == settings[name] for name in settings):
            return calibration.name
    return ""


@lru_cache(512)  # most sliders of a wall change nothing that measurements are compared by
def _near(kind: ShownKind, asked: MeasuredConfiguration) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places, among all measurements, of the rows nearest to a configuration, and of those to draw along the
    axis of a chart, one for each octave along it."""
    candidates = comparable(kind.name, asked)
    near = candidates.places[nearest(candidates, asked)]
    if kind.at_one:
        return near, near[: kind.most]
    if not kind.axis:
        return near, near[:0]
    others = {name: value for name, value in asked.numbers.items() if name != kind.axis}
    order = nearest(candidates, replace(asked, numbers=others))
    for name in kind.same:
        order = order[np.abs(candidates.logs[name][order] - _log2(asked.numbers[name])) <= _SAME]
    same = is_same_model(candidates, asked.model)[order]
    order = order[same] if same.any() else order
    along = candidates.logs[kind.axis][order]
    _, first = np.unique(np.round(along), return_index=True)
    far = np.abs(along[first] - _log2(asked.numbers[kind.axis]))
    return near, candidates.places[order[first[np.argsort(far, kind="stable")[:_MOST_POINTS]]]]


def nearest(candidates: Candidates, asked: MeasuredConfiguration) -> NDArray[np.int64]:
    """Return the places of the candidates within a factor of two in everything, nearest first."""
    far = model_distance(candidates, asked.model, asked.parameters)
    for name, value in asked.numbers.items():
        # A number that a row does not tell does not exclude it.
        far = np.fmax(far, np.abs(candidates.logs[name] - _log2(value)))
    same = has_precision(candidates, SAME_BYTES.get(asked.precision, asked.precision))
    able = same & (candidates.server == asked.server) & (far <= _FARTHEST)
    for name, value in (asked.most or {}).items():
        able &= candidates.numbers[name] <= value
    places = np.flatnonzero(able)
    other = ~is_same_model(candidates, asked.model)
    return places[np.lexsort((far[places], other[places]))]


def _log2(value: float) -> float:
    return math.log2(value) if value > 0 else -math.inf


@cache
def _row(place: int, chip: str, prediction: str) -> MeasuredRow:
    """Return a row for the list beside a result on a chip; one on another chip names it."""
    every = measurements()
    kind, own = _KIND[str(every["kind"][place])], str(every["chip"][place])
    known = not math.isnan(every[prediction][place])
    row = measured_row(every, place, prediction if known else PREDICTIONS[0], kind, chip_name(own))
    return row if own == chip else replace(row, configuration=f"{row.chip}, {row.configuration}")


@cache
def _point(kind: str, place: int, chip: str, prediction: str) -> MeasuredPoint:
    """Return a row as a point of a chart, figures in SI by the names of a wall's inputs and outputs."""
    candidates = candidates_of(kind)
    at = int(np.searchsorted(candidates.places, place))
    numbers = {name: float(column[at]) for name, column in candidates.numbers.items()}
    own, measured = str(measurements()["chip"][place]), float(measurements()["measured"][place])
    row = _row(place, chip, prediction)
    about = row.configuration if own != chip else f"{row.chip}, {row.configuration}"
    subject = "server" if kind == "decode" and candidates.server[at] else kind
    return MeasuredPoint(_FIGURES[subject](numbers, measured), f"{row.source.words}: {about}", row)


# The figures of a point: the input of the axis, then outputs.
_FIGURES: Mapping[str, Callable[[Mapping[str, float], float], dict[str, float]]] = {
    "decode": lambda n, s: {
        "batch_size": n["batch"],
        "max_batch_size": n["batch"],
        "samples": n["batch"],
        "itl": s,
        "token_time": s,
        "decode_throughput": n["batch"] / s,
        "throughput": n["batch"] / s,
    },
    "server": lambda n, s: {"concurrency": n["batch"], "itl": s, "decode_throughput": n["batch"] / s},
    "prefill": lambda n, s: {
        "prompt_length": n["prompt"],
        "batch_size": n["batch"],
        "ttft": s,
        "throughput": n["batch"] * n["prompt"] / s,
    },
    "training": lambda n, s: {"data_parallel": n["devices"] / n["split"], "tokens_per_second": n["size"] / s},
    "memory": lambda n, held: {"sequence_length": n["prompt"], "activations": held},
    "collectives": lambda n, s: {"message": n["size"], "ring": s},
    "energy": lambda n, joules: {
        "batch_size": n["batch"],
        "concurrency": n["batch"],
        "energy_per_sample": joules,
        "energy_per_token": joules,
    },
    "power": lambda n, watts: {"batch_size": n["batch"], "power": watts},
    "idle": lambda n, joules: {"duration": n["size"], "it_energy": joules},
    "tinyml": lambda _, s: {"batch_size": 1.0, "latency": s, "throughput": 1 / s},
    "storage": lambda n, _: {"demand_bandwidth": n["size"], "delivered_bandwidth": n["delivered"]},
}
