"""The result of a search at a Python prompt: the best configurations, the front, and how many each limit excludes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from solvers.fields import Input, Output
from solvers.notebook.table import TextTable, format_cell

from .goals import Constraint


@dataclass(frozen=True, repr=False)
class SearchResult:
    """The outcome of a search. `top` has the best rows, best first, `front` those that no other row dominates in every
    objective; `count` configurations were looked at, `feasible` of them meet every limit, and `left_out` have no value
    for a goal because a figure they need is unknown. `reasons` says for each limit how many it turns down, the harshest
    first, `limits` what keeps the best from being better still: the end of an axis, a limit, the load offered."""

    top: TextTable
    front: TextTable
    knee: Mapping[str, Any] | None
    count: int
    feasible: int
    reasons: tuple[str, ...]
    left_out: int = 0
    limits: tuple[str, ...] = ()

    @property
    def best(self) -> dict[str, Any] | None:
        """Return the best configuration with the metrics of the goals, in SI, names and bools; None where none meets
        every limit."""
        return self.top.rows()[0] if len(self.top) else None

    def __str__(self) -> str:
        return "\n".join([*self._sentences(), *([str(self.top)] if len(self.top) else [])])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        told = "".join(f"<p>{escape(sentence)}</p>" for sentence in self._sentences())
        return told + self.top._repr_html_()

    def _sentences(self) -> Iterator[str]:
        yield f"{self.feasible:,} of {self.count:,} configurations meet every limit."
        yield from self.reasons
        yield from self.limits
        yield from left_out_sentences(self.left_out, self.count)


def left_out_sentences(left_out: int, count: int) -> Iterator[str]:
    """How many configurations have no value for a goal, as a sentence; none where all have."""
    verb, need = ("is", "it needs") if left_out == 1 else ("are", "they need")
    if left_out:
        yield f"{left_out:,} of {count:,} configurations {verb} left out: a figure {need} is unknown."


def reason(constraint: Constraint, failed: int, alone: int, nearest: float) -> str:
    """Return how many configurations a limit excludes, and the value that came nearest to it."""
    near = ""
    if isinstance(constraint.metric.declared, Input | Output) and not np.isnan(nearest):
        near = f"; the nearest has {format_cell(constraint.metric.declared, nearest)}"
    return f"'{constraint.text}' turns down {failed:,}, alone {alone:,}{near}."
