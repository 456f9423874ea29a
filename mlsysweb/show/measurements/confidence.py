"""How far the predictions of a wall were from the measurements on a chip, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from solvers.analysis.prediction_errors import PredictionErrors, prediction_errors
from solvers.quantities import format_quantity

from .rows import PREDICTIONS, measurements

# Fewer rows make no distribution.
_FEWEST = 10
# A bias from which on its direction is said.
_BIASED = 0.05
_NAMES = {
    "decode": "Decode steps",
    "prefill": "Prefills",
    "answer": "Whole answers",
    "training": "Training steps",
}


def confidence(kinds: Iterable[str], chip: str, name: str, precision: str) -> Iterator[str]:
    """Yield a sentence for each kind of measurement: the errors of the default predictions on the chip (its slug, and
    its name) in the precision; where fewer than ten rows were measured so, in any precision, else on all chips."""
    for kind in kinds:
        for where, errors in (
            (f"on {name} in {precision}", _errors(kind, chip, precision)),
            (f"on {name}, in other precisions too", _errors(kind, chip, "")),
            (f"on other accelerators, fewer than {_FEWEST} on {name}", _errors(kind, "", "")),
        ):
            if errors is not None and errors.rows >= _FEWEST:
                yield f"{_NAMES[kind]}, {errors.rows:,} measured {where}: {_in_words(errors)}"
                break


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
