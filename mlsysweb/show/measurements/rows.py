"""The recorded measurements as columns."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS = Path(__file__).parent / "measurements.csv"
SOURCES = Path(__file__).parent / "sources.csv"
MODELS = Path(__file__).parent / "models.csv"
# Predictions of further walls for some of the rows, by the number of the row in `measurements.csv`.
BY_WALL = Path(__file__).parent / "by_wall.csv"
# Columns of `measurements.csv`: texts, `place` among them the number of the row's line in `sources.csv`; numbers.
# `size` is, by kind: tokens of a step of training, parameters of the model of training memory, bytes of a collective's
# message, byte/s that accelerators ask of storage, 8-bit operations/s of a microcontroller, seconds that a node waits,
# seconds of an inference whose energy was measured.
TEXTS = ("kind", "quantity", "use", "chip", "model", "precision", "parallelism", "engine", "place")
PREDICTIONS = ("default", "ideal", "tutorial", "silicon")
NUMBERS = ("devices", "batch", "prompt", "output", "size", "measured", *PREDICTIONS)


@dataclass(frozen=True)
class MeasurementKind:
    """A kind of measured quantity: its name in the file and the address, its label, and the unit of its figures.
    `unpredicted` says why nothing is predicted for its rows, empty where something is."""

    name: str
    label: str
    unit: str
    unpredicted: str = ""


KINDS = (
    MeasurementKind("prefill", "Serving: prefill", "s"),
    MeasurementKind("decode", "Serving: decode", "s"),
    MeasurementKind("answer", "Serving: end-to-end latency", "s"),
    MeasurementKind("training", "Training step", "s"),
    MeasurementKind("memory", "Training memory", "byte"),
    MeasurementKind("power", "Power", "W"),
    MeasurementKind("energy", "Energy per token", "J"),
    MeasurementKind("idle", "Energy of an idle node", "J"),
    MeasurementKind("collectives", "Collectives", "s"),
    MeasurementKind("storage", "Storage", "1/s"),
    MeasurementKind("tinyml", "TinyML", "s"),
    MeasurementKind("tinyml_energy", "TinyML: energy per inference", "J", "the power of these boards is not known"),
)


@dataclass(frozen=True)
class Measurements:
    """Rows by the name of their column: texts, and numbers in SI, unknown ones NaN. `source` and `url` say where a row
    was published. A prediction is unknown where a wall takes no calibration, and where the kind has none.
    `serving.default` and the like are what further walls predict of the same rows (`wall_prediction`)."""

    columns: Mapping[str, NDArray[Any]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.columns["measured"])

    def where(self, rows: NDArray[Any]) -> Measurements:
        """Return the rows that a mask, or an array of places, selects."""
        return Measurements({name: column[rows] for name, column in self.columns.items()})


@cache
def measurements() -> Measurements:
    """Return all recorded rows."""
    entries = _read(ROWS)
    sources = {row["place"]: row for row in _read(SOURCES)}
    columns: dict[str, NDArray[Any]] = {name: np.array([entry[name] for entry in entries]) for name in TEXTS}
    columns |= {name: np.array([float(entry[name] or "nan") for entry in entries]) for name in NUMBERS}
    columns |= {
        name: np.array([sources[place][name] for place in columns["place"].tolist()]) for name in ("source", "url")
    }
    return Measurements(columns | _by_wall(len(entries)))


def wall_prediction(wall: str, prediction: str) -> str:
    """Return the name of the column of what a further wall predicts: `serving.default`."""
    return f"{wall}.{prediction}"


def _by_wall(size: int) -> dict[str, NDArray[Any]]:
    entries = _read(BY_WALL)
    columns = {
        wall_prediction(wall, name): np.full(size, np.nan)
        for wall in dict.fromkeys(entry["wall"] for entry in entries)
        for name in PREDICTIONS
    }
    for entry in entries:
        for name in PREDICTIONS:
            columns[wall_prediction(entry["wall"], name)][int(entry["row"])] = float(entry[name] or "nan")
    return columns


@cache
def model_sizes() -> dict[str, tuple[float, float]]:
    """Return the parameters of the measured language models by name: all, and those of a token."""
    return {row["model"]: (float(row["parameters"]), float(row["active_parameters"])) for row in _read(MODELS)}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
