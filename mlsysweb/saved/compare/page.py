"""What the page of comparison may show. Templates see nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Figure, Link


@dataclass(frozen=True)
class ScenarioColumn:
    """One scenario: its title and link, what page it is of, what it says; whether the others are held against it."""

    title: str
    url: str
    what: str
    said: str
    baseline: bool
    as_baseline: str
    without: str


@dataclass(frozen=True)
class ComparisonCell:
    """A value, and against the baseline's the difference and the ratio in words."""

    value: str
    against: str


@dataclass(frozen=True)
class ComparisonRow:
    """One input or output across all scenarios; `why` leads to what its difference is made of."""

    label: str
    cells: tuple[ComparisonCell, ...]
    differs: bool
    why: str


@dataclass(frozen=True)
class Explanation_:
    """What the difference of one output is made of."""

    title: str
    verdict: str
    figure: Figure | None
    others: tuple[Link, ...]


@dataclass(frozen=True)
class OwnScenario:
    """One of the person's scenarios to choose from."""

    id: str
    title: str
    what: str
    chosen: bool


@dataclass(frozen=True)
class ComparePage:
    """The comparison; with fewer than two scenarios only the choice. `missing` are sentences about what is not
    shown."""

    columns: tuple[ScenarioColumn, ...]
    inputs: tuple[ComparisonRow, ...]
    same: tuple[ComparisonRow, ...]
    outputs: tuple[ComparisonRow, ...]
    figures: tuple[Figure, ...]
    why: Explanation_ | None
    missing: tuple[str, ...]
    choice: tuple[OwnScenario, ...]
    action: str
