"""What a search of a design space came to, ready to be presented: types only, nothing here searches."""

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
    """The search a question describes, which place of it each axis has among what was typed, what one value only was
    given for, and the constraints nobody typed but every configuration must meet."""

    search: Search
    given: Mapping[str, str]
    demanded: tuple[str, ...]


@dataclass(frozen=True)
class Neighbours:
    """The configurations along one axis beside the best, in the axis' order; which of them is the best itself."""

    axis: str
    labels: tuple[object, ...]
    look: Evaluation
    here: int


@dataclass(frozen=True)
class SearchReport:
    """An outcome, some configurations of the whole space with their cells by column, what lies beside the best, what
    limits it in sentences, and every row a table lists: the best ones and the front, each once."""

    declared: DeclaredSearch
    outcome: Outcome
    drawn: Evaluation
    cells: Mapping[str, NDArray[np.float64]]
    beside: tuple[Neighbours, ...]
    limits: tuple[str, ...]
    rows: tuple[Candidate, ...]


@dataclass(frozen=True)
class TriedConfiguration:
    """A configuration somebody thought of: what it comes to, what it was held against, and the one of the front that
    beats it, if one does."""

    constraints: tuple[Constraint, ...]
    candidate: Candidate
    look: Evaluation
    rival: Candidate | None
