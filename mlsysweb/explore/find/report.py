"""The result of a design-space search for its presenter. Types only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solvers.search.evaluation import Evaluation
from solvers.search.explore import Search
from solvers.search.goals import Constraint
from solvers.search.run import Candidate, Outcome


@dataclass(frozen=True)
class DeclaredSearch:
    """The search of a question, the index of each axis among the typed rows, the inputs with a single value, and the
    constraints that apply although they were not typed."""

    search: Search
    given: Mapping[str, str]
    demanded: tuple[str, ...]


@dataclass(frozen=True)
class Neighbours:
    """The configurations that differ from the best along one axis, in the order of the axis, and the index of the best
    among them."""

    axis: str
    labels: tuple[object, ...]
    evaluation: Evaluation
    here: int


@dataclass(frozen=True)
class SearchReport:
    """An outcome, some configurations of the whole space with their cells by column, what lies beside the best, what
    limits it in sentences, and every row a table lists: the best ones and the front, each once."""

    declared: DeclaredSearch
    outcome: Outcome
    sample: Evaluation
    cells: Mapping[str, NDArray[np.float64]]
    beside: tuple[Neighbours, ...]
    limits: tuple[str, ...]
    rows: tuple[Candidate, ...]


@dataclass(frozen=True)
class TriedConfiguration:
    """A configuration that the user tried: its evaluation, the configuration it is compared with, and one of the front
    that dominates it, if any."""

    constraints: tuple[Constraint, ...]
    candidate: Candidate
    evaluation: Evaluation
    rival: Candidate | None
