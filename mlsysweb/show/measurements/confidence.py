"""How far the predictions of a wall were from the measurements on a chip, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from statistics import median

import numpy as np
from numpy.typing import NDArray

from solvers.analysis.prediction_errors import PredictionErrors, prediction_errors, signed_errors
from solvers.quantities import format_quantity

from .rows import PREDICTIONS, measurements

# Fewer rows make no distribution.
_FEWEST = 10
# A bias from which on its direction is said.
_BIASED = 0.05
_NAMES = {
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
}
# A bias nearby from which on a prediction is known to miss, and how many rows it takes to say so.
_MISSED, _FEWEST_NEARBY = 0.15, 3


def confidence(kinds: Iterable[str], chip: str, name: str, precision: str) -> Iterator[str]:
    """Yield a sentence for each kind of measurement: the errors of the default predictions on the chip (its slug, and
    its name) in the precision; where fewer than ten rows were measured so, in any precision, else on all chips. An
    empty chip stands for all."""
    return filter(None, (_sentence(kind, chip, name, precision) for kind in kinds))


@lru_cache(512)
def _sentence(kind: str, chip: str, name: str, precision: str) -> str:
    wider = [
        (f"on {name}{f' in {precision.upper()}' if precision else ''}", _errors(kind, chip, precision)),
        (f"on {name}, in other precisions too", _errors(kind, chip, "")),
        (f"on other accelerators, fewer than {_FEWEST} on {name}", _errors(kind, "", "")),
    ]
    for where, errors in wider if chip else [("on all systems", _errors(kind, "", ""))]:
        if errors is not None and errors.rows >= _FEWEST:
            return f"{_NAMES[kind]}, {errors.rows:,} measured {where}: {_in_words(errors)}"
    return ""


def known_to_miss(kind: str, places: NDArray[np.int64]) -> Iterator[str]:
    """Yield a sentence where the predictions of the rows at these places, which are near a configuration, are off to
    one side."""
    if len(places) < _FEWEST_NEARBY:
        return
    every = measurements()
    # Asked at each update: NumPy's median takes longer than all else here. Every row has a default prediction.
    bias = median(signed_errors(every[PREDICTIONS[0]][places], every["measured"][places]).tolist())
    if abs(bias) >= _MISSED:
        side = "high" if bias > 0 else "low"
        off = format_quantity(abs(bias), "1", "%", digits=2)
        yield (
            f"Known error here: predictions for {len(places):,} measurements within 2× of this point "
            f"({_NAMES[kind].lower()}) are {off} too {side} in the median."
        )


@cache
def _errors(kind: str, chip: str, precision: str) -> PredictionErrors | None:
    every = measurements()
    rows = every["kind"] == kind
    if chip:
        rows &= every["chip"] == chip
    if precision:
        rows &= every["precision"] == precision
    return prediction_errors(every[PREDICTIONS[0]][rows], every["measured"][rows])


def _in_words(errors: PredictionErrors) -> str:
    median, most = (format_quantity(error, "1", "%", digits=2) for error in (errors.median, errors.p90))
    off = f"half of the predictions are within {median}, nine of ten within {most}."
    if abs(errors.bias) < _BIASED:
        return off
    side = "high" if errors.bias > 0 else "low"
    return (
        f"{off} They tend to be too {side}, by {format_quantity(abs(errors.bias), '1', '%', digits=2)} in the median."
    )
