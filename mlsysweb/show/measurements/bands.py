"""The bands of figures of a result in which nine of ten measurements lie."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

from solvers.quantities import format_quantity
from solvers.result import Result

from .confidence import Like, error_band
from .page import MeasuredBand

# The value of a figure where the measured one is a factor of the prediction, from the figures of the result by name.
_Scaled = Callable[[Mapping[str, float], str, float], float]


def _same(values: Mapping[str, float], name: str, factor: float) -> float:
    return values[name] * factor


def _inverse(values: Mapping[str, float], name: str, factor: float) -> float:
    return values[name] / factor


def _with_tokens(values: Mapping[str, float], name: str, factor: float) -> float:
    """A figure in proportion to the latency of a query, of which all but the first token's is decode."""
    first = values["first_token_time"] / values["latency"]
    return values[name] * (first + factor * (1 - first))


_STEP: Mapping[str, _Scaled] = {"step_time": _same, "throughput": _inverse, "mfu": _inverse, "hfu": _inverse}
# The figures that follow from what is measured, by kind of measurement.
_FIGURES: Mapping[str, Mapping[str, _Scaled]] = {
    "decode": {
        "itl": _same,
        "decode_throughput": _inverse,
        "latency": _with_tokens,
        "cost_per_query": _with_tokens,
        **_STEP,
    },
    "prefill": {"ttft": _same, "first_token_time": _same, **_STEP},
    "answer": {"end_to_end_latency": _same},
    "training": {"step_time": _same, "tokens_per_second": _inverse, "mfu": _inverse, "training_time": _same},
    "memory": {"activations": _same},
    "energy": {"energy_per_sample": _same, "energy_per_token": _same, "energy_per_query": _same},
    "power": {"power": _same},
    "idle": {"it_energy": _same, "facility_energy": _same, "mean_power": _same},
    "tinyml": {"latency": _same, "throughput": _inverse},
    "collectives": {"ring": _same},
    "storage": {"delivered_bandwidth": _same},
}


def bands(about: Like, result: Result) -> Iterator[MeasuredBand]:
    """Yield the band of each figure of a result that was measured, or follows from one that was."""
    band = error_band(about)
    if band is None:
        return
    values = {name: value.value for name, value in result.values.items() if isinstance(value.value, float)}
    for name, scaled in _FIGURES[about.kind].items():
        if name in result.outputs and math.isfinite(values.get(name, math.nan)):
            shown = result.values[name]
            ends = sorted(scaled(values, name, factor) for factor in (band.low, band.high))
            low, high = (format_quantity(end, shown.unit, shown.display_unit) for end in ends)
            yield MeasuredBand(name, _reach(low, high), f"{band.rows:,} {band.where}")


def _reach(low: str, high: str) -> str:
    """Return a range of two figures with their unit, which is said once where they share it: `161–180 ms`."""
    (number, space, unit), (_, _, other) = (text.partition(" ") for text in (low, high))
    return f"{number}–{high}" if space and unit == other else f"{low}–{high}"
