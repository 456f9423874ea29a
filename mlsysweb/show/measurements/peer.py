"""The answers of mlsysim 0.3.0 to the published rows that it can be asked; recorded, so that the site does not depend
on it."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .rows import Measurements

PEER = "mlsysim 0.3.0"
FILE = Path(__file__).parent / "peer.csv"
# The columns of a measurement that a question follows from.
KEY = ("kind", "quantity", "chip", "model", "precision", "parallelism", "batch", "prompt", "output", "devices", "size")


def peer_predictions(rows: Measurements) -> NDArray[np.float64]:
    """Return what mlsysim predicts for each row, in SI as measured, NaN for those that it was not asked."""
    known = _recorded()
    keys = zip(*(map(str, rows[name].tolist()) for name in KEY), strict=True)
    return np.array([known.get(key, np.nan) for key in keys], dtype=float)


@cache
def _recorded() -> dict[tuple[str, ...], float]:
    with FILE.open(newline="") as file:
        return {tuple(row[name] for name in KEY): float(row["answer"]) for row in csv.DictReader(file)}
