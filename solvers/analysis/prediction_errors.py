"""How far predictions are from measurements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class PredictionErrors:
    """Of a number of `rows`: median and 90th percentile of |predicted/measured − 1|, and the median of the same with
    its sign, `bias`. Dimensionless."""

    rows: int
    median: float
    p90: float
    bias: float


def signed_errors(predicted: NDArray[np.float64], measured: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return predicted/measured − 1 row by row, dimensionless; NaN where either is unknown."""
    return np.asarray(predicted / measured - 1)


def prediction_errors(predicted: NDArray[np.float64], measured: NDArray[np.float64]) -> PredictionErrors | None:
    """Return the errors of the rows of which both are known; None if there is no such row."""
    signed = signed_errors(predicted, measured)
    signed = signed[~np.isnan(signed)]
    if not len(signed):
        return None
    size = np.abs(signed)
    return PredictionErrors(
        len(signed), float(np.median(size)), float(np.quantile(size, 0.9)), float(np.median(signed))
    )
