"""The result of a search at a Python prompt: the best configurations, the front, and how many each limit excludes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from solvers.fields import Input, Output
from solvers.notebook.table import TextTable, format_cell

from .goals import Constraint


@dataclass(frozen=True, repr=False)
class SearchResult:
    """The outcome of a search. `top` has the best rows, best first, `front` those that no other row dominates; `count`
    is the number of configurations, `feasible` how many of them meet every limit. `reasons` says for each limit how
    many it excludes, the most restrictive first."""

    top: TextTable
    front: TextTable
    knee: Mapping[str, Any] | None
    count: int
    feasible: int
    reasons: tuple[str, ...]

    @property
    def best(self) -> dict[str, Any] | None:
        """Return the best configuration with the metrics of the goals, in SI, names and bools; None where none meets
        every limit."""
        return self.top.rows()[0] if len(self.top) else None

    def __str__(self) -> str:
        head = f"{self.feasible:,} of {self.count:,} configurations meet every limit."
        return "\n".join([head, *self.reasons, *([str(self.top)] if len(self.top) else [])])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        words = f"{self.feasible:,} of {self.count:,} configurations meet every limit."
        told = "".join(f"<p>{escape(sentence)}</p>" for sentence in (words, *self.reasons))
        return told + self.top._repr_html_()


def reason(constraint: Constraint, failed: int, alone: int, nearest: float) -> str:
    """Return how many configurations a limit excludes, and the value that came nearest to it."""
    near = ""
    if isinstance(constraint.metric.declared, Input | Output) and not np.isnan(nearest):
        near = f"; the nearest has {format_cell(constraint.metric.declared, nearest)}"
    return f"'{constraint.text}' turns down {failed:,}, alone {alone:,}{near}."
