"""The uncertainty of an answer as JSON, every number in SI. Does not solve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from solvers.uncertainty.bands import OutputBand, SystemUncertainty, Uncertainty

from .question import UncertaintyQuestion


def as_json(question: UncertaintyQuestion, found: Uncertainty | None) -> dict[str, Any]:
    """Return the question and, where it has ranges, bands, Sobol indices, verdicts and rankings by name. Unknown and
    infinite numbers are null."""
    asked = {"wall": question.wall, "inputs": dict(question.text), "ranges": dict(question.ranges)}
    if found is None:
        return asked
    ranges = {
        each.name: {"low": each.low, "high": each.high, "factor": each.relative, "log": each.log}
        for each in found.ranges
    }
    return {
        **asked,
        "ranges_si": ranges,
        "samples": found.samples,
        "evaluations": found.rows,
        "systems": [dict(_system(each, found)) for each in found.systems],
        "rankings": [vars(each) for each in found.rankings],
    }


def _system(system: SystemUncertainty, found: Uncertainty) -> Iterator[tuple[str, Any]]:
    names = [each.name for each in found.ranges]
    yield "name", system.name
    yield "infeasible", system.infeasible
    yield "unknown", system.unknown
    yield "verdicts", {str(state): share for state, share in system.states.items()}
    yield "labels", {label.name: dict(label.shares) for label in system.labels}
    yield "outputs", {band.name: dict(_band(band, names)) for band in system.bands}


def _band(band: OutputBand, names: list[str]) -> Iterator[tuple[str, Any]]:
    yield "unit", band.declared.unit
    yield "without_ranges", band.point
    yield "p5", band.low
    yield "p50", band.median
    yield "p95", band.high
    yield "error_of_p50", band.errors[1]
    yield "samples", band.known
    if band.indices is not None:
        for key in ("first", "total", "first_error", "total_error"):
            yield f"sobol_{key}", dict(zip(names, getattr(band.indices, key).tolist(), strict=True))
