"""The result of an uncertainty: bands of outputs, indices, shares of verdicts and rankings. Computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from solvers.result import Value
from solvers.verdict import State

from .ranges import InputRange
from .sobol import Floats, SobolIndices


@dataclass(frozen=True)
class OutputBand:
    """One output at all samples, in SI. `point` is the answer without ranges; `low`, `median` and `high` are the 5th,
    50th and 95th percentile of the samples with a finite value, NaN where there are none, and `errors` the half widths
    of their 95 % intervals. `values` has every sample, NaN for one that is infeasible or unknown; `infinite` counts the
    infinite ones. `indices` has an entry per input, None where they can't be estimated or the output is constant."""

    name: str
    declared: Value
    point: float
    low: float
    median: float
    high: float
    errors: tuple[float, float, float]
    values: Floats
    infinite: int
    indices: SobolIndices | None

    @property
    def known(self) -> int:
        """Return the number of samples with a finite value."""
        return int(self.values.size - self.missing)

    @property
    def missing(self) -> int:
        """Return the number of samples that are infeasible, unknown or infinite."""
        return int(np.count_nonzero(~np.isfinite(self.values)))

    @property
    def constant(self) -> bool:
        """Return whether no range changes the output: all known samples are equal but for rounding."""
        return bool(self.high - self.low <= 1e-9 * abs(self.median)) if self.known else False


@dataclass(frozen=True)
class LabelShares:
    """An output that is a word or a flag: its label, the word at the point, and the share of samples with each word."""

    name: str
    label: str
    point: str
    shares: Mapping[str, float]


@dataclass(frozen=True)
class SystemUncertainty:
    """One system at all samples. `infeasible` and `unknown` count samples: those that can't run, and those without any
    number; `reason` says why for one of the unknown. `states` is the share of each state of the verdict among the first
    `judged` samples, and `state` that of the point."""

    name: str
    bands: tuple[OutputBand, ...]
    labels: tuple[LabelShares, ...]
    infeasible: int
    unknown: int
    reason: str
    state: State
    states: Mapping[State, float]
    judged: int


@dataclass(frozen=True)
class PairRanking:
    """Two systems compared sample by sample in one output: the shares of `known` samples in which the output of the
    first is lower and in which both are equal. `point` is the first's value over the second's without ranges."""

    first: str
    second: str
    output: str
    lower: float
    equal: float
    known: int
    point: float


@dataclass(frozen=True)
class Uncertainty:
    """The uncertainty of an answer, with `ranges` of inputs labelled by `labels`. `samples` is the number of samples
    of the bands, `rows` that of all evaluated rows. The first of `systems` is the question's own, the others are its
    overlays; `left_out` says which of them the wall refuses."""

    solver: str
    ranges: tuple[InputRange, ...]
    labels: tuple[str, ...]
    samples: int
    rows: int
    systems: tuple[SystemUncertainty, ...]
    rankings: tuple[PairRanking, ...]
    left_out: tuple[str, ...]

    def __getitem__(self, output: str) -> OutputBand:
        """Return the band of an output of the question's own system. Raise KeyError."""
        return {band.name: band for band in self.systems[0].bands}[output]
