"""How far each method is from what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solvers.analysis.prediction_errors import prediction_errors, signed_errors

from .figures import Column, Judged


@dataclass(frozen=True)
class Error:
    """Of one method on one group of rows: the median and the 90th percentile of |answer/measured − 1|, the median of
    the same with its sign, and the row that is furthest off."""

    quantity: str
    source: str
    group: str
    method: str
    rows: int
    median: float
    p90: float
    bias: float
    worst: float
    worst_row: str


def errors(judged: Judged) -> Iterator[Error]:
    """Of all rows, then of each group of them."""
    everything = np.ones(len(judged.measured), dtype=bool)
    parts = [("all", everything)]
    labels = np.array([" ".join(map(str, row)) for row in zip(*judged.groups.values(), strict=True)])
    parts += [(str(label), labels == label) for label in np.unique(labels)]
    for group, at in parts:
        for method, answer in judged.answers.items():
            yield from _error(judged, group, method, np.asarray(answer), at)


def _error(judged: Judged, group: str, method: str, answer: Column, at: Column) -> Iterator[Error]:
    known = np.flatnonzero(at & ~np.isnan(judged.measured) & ~np.isnan(answer))
    if len(known) == 0:
        return
    signed = signed_errors(answer[known], judged.measured[known])
    errors = prediction_errors(answer[known], judged.measured[known])
    assert errors is not None
    worst = int(np.argmax(np.abs(signed)))
    yield Error(
        quantity=judged.quantity,
        source=judged.source,
        group=group,
        method=method,
        rows=errors.rows,
        median=errors.median,
        p90=errors.p90,
        bias=errors.bias,
        worst=float(signed[worst]),
        worst_row=str(judged.where[known[worst]]),
    )


def lines(judged: Judged, short: bool = False) -> Iterator[str]:
    """The table of one quantity as text."""
    yield f"{judged.quantity} ({judged.source})"
    yield f"  {'rows':>5} {'median':>7} {'p90':>7} {'bias':>7}  {'method':<18} group"
    for e in errors(judged):
        if short and e.group != "all":
            continue
        worst = f"   worst {e.worst:+.0%}: {e.worst_row}" if e.group == "all" else ""
        yield f"  {e.rows:>5} {e.median:>7.1%} {e.p90:>7.1%} {e.bias:>+7.1%}  {e.method:<18} {e.group}{worst}"
    yield ""
