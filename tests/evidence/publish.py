"""Writes the file of measurements and predictions that the site's accuracy page shows."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from mlsysweb.show.measurements.rows import BY_WALL, MODELS, NUMBERS, PREDICTIONS, ROWS, SOURCES, TEXTS
from mlsysweb.show.measurements.rows import KINDS as MEASURED_KINDS

from .everything import everything
from .figures import Judged, decoders, model

# Each quantity that the site answers or shows: its kind, and whether constants of the model were fitted to rows of it
# or they only check it; "shown" where the site predicts nothing.
KINDS = {
    "first token, static batch": ("prefill", "fitted"),
    "first token, batch": ("prefill", "checked"),
    "time between tokens, static batch": ("decode", "fitted"),
    "time between tokens, server": ("decode", "fitted"),
    "time between tokens, batch": ("decode", "checked"),
    "whole answer, server": ("answer", "checked"),
    "training step, dense": ("training", "fitted"),
    "training step, experts": ("training", "fitted"),
    "training activations": ("memory", "checked"),
    "power of a GPU that serves": ("power", "fitted"),
    "energy per token": ("energy", "fitted"),
    "GPU energy of a node that mostly waits": ("idle", "checked"),
    "all-reduce": ("collectives", "checked"),
    "samples a second from ample storage": ("storage", "checked"),
    "inference on a microcontroller": ("tinyml", "checked"),
    "energy per inference": ("tinyml_energy", "shown"),
}
# Kinds of which nothing is predicted.
UNPREDICTED = {kind.name for kind in MEASURED_KINDS if kind.unpredicted}
# The predictions by their names among the answers.
ANSWERS = {"default": "site", **{name: name for name in PREDICTIONS[1:]}}
# Sources as they write themselves.
SOURCE_NAMES = {
    "vidur": "Vidur",
    "nemo-launcher": "NeMo",
    "megatron-bridge": "Megatron Bridge",
    "megatron-lm": "Megatron-LM",
    "InferenceX by way of aiconfigurator": "InferenceX",
}
# Digits of a figure, and of a number of the configuration.
DIGITS, COUNT_DIGITS = 4, 6


def published() -> Iterator[dict[str, Any]]:
    """Yield the rows of all quantities that the site answers or shows, with `source` and `url` instead of a place.
    `by_wall` are the predictions of further walls."""
    for judged in everything():
        if judged.quantity in KINDS:
            yield from _rows(judged)


def _rows(judged: Judged) -> Iterator[dict[str, Any]]:
    kind, use = KINDS[judged.quantity]
    size = len(judged.measured)
    predictions = {name: judged.answers.get(key, np.full(size, np.nan)) for name, key in ANSWERS.items()}
    columns = {**judged.facts, "measured": judged.measured, **predictions}
    lists = {name: np.asarray(column).tolist() for name, column in columns.items()}
    for place in range(size):
        row = {name: column[place] for name, column in lists.items()}
        if math.isfinite(row["measured"]) and (kind in UNPREDICTED or math.isfinite(row["default"])):
            source = row.pop("source", judged.source)
            source = SOURCE_NAMES.get(source, source)
            by_wall = {
                wall: {name: float(answers[key][place]) for name, key in ANSWERS.items() if key in answers}
                for wall, answers in judged.by_wall.items()
            }
            yield {
                "kind": kind,
                "quantity": judged.quantity,
                "use": use,
                "source": source,
                **row,
                "by_wall": by_wall,
            }


def write() -> None:
    """Write the files."""
    rows = list(published())
    places = {each: str(n) for n, each in enumerate(dict.fromkeys((row["source"], row["url"]) for row in rows))}
    _write(ROWS, (*TEXTS, *NUMBERS), ([*_texts(row, places), *_numbers(row)] for row in rows))
    _write(BY_WALL, ("wall", "row", *PREDICTIONS), _wall_rows(rows))
    _write(SOURCES, ("place", "source", "url"), ((place, *each) for each, place in places.items()))
    _write(MODELS, ("model", "parameters", "active_parameters"), ((name, *sizes) for name, sizes in model_rows()))


def _wall_rows(rows: list[dict[str, Any]]) -> Iterator[list[str]]:
    for place, row in enumerate(rows):
        for wall, answers in row["by_wall"].items():
            yield [wall, str(place), *(_text(name, answers.get(name, math.nan)) for name in PREDICTIONS)]


def model_rows() -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each language model with its parameters, all and those of a token."""
    for name in decoders():
        spec = model(name)
        yield name, (f"{float(spec.parameters):.{DIGITS}g}", f"{float(spec.active_parameters):.{DIGITS}g}")


def _texts(row: dict[str, Any], places: dict[tuple[str, str], str]) -> list[str]:
    return [places[row["source"], row["url"]] if name == "place" else str(row[name]) for name in TEXTS]


def _numbers(row: dict[str, Any]) -> list[str]:
    return [_text(name, row[name]) for name in NUMBERS]


def _text(name: str, value: float) -> str:
    return "" if math.isnan(value) else f"{value:.{_digits(name)}g}"


def _digits(name: str) -> int:
    return DIGITS if name in ("measured", *PREDICTIONS) else COUNT_DIGITS


def _write(path: Any, head: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)
