"""Template context of the comparison page."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Figure, Link


@dataclass(frozen=True)
class ScenarioColumn:
    """One scenario: its title and link, the page it was saved from, its verdict, and whether it is the baseline."""

    title: str
    url: str
    what: str
    said: str
    baseline: bool
    as_baseline: str
    without: str


@dataclass(frozen=True)
class ComparisonCell:
    """A value with its difference from the baseline and their ratio as text."""

    value: str
    against: str


@dataclass(frozen=True)
class ComparisonRow:
    """One input or output across all scenarios; `why` links to the attribution of its difference."""

    label: str
    cells: tuple[ComparisonCell, ...]
    differs: bool
    why: str


@dataclass(frozen=True)
class Explanation_:
    """The attribution of the difference of one output."""

    title: str
    verdict: str
    figure: Figure | None
    others: tuple[Link, ...]


@dataclass(frozen=True)
class OwnScenario:
    """One of the user's scenarios to choose from."""

    id: str
    title: str
    what: str
    chosen: bool


@dataclass(frozen=True)
class ComparePage:
    """The comparison; with fewer than two scenarios only the choice of scenarios. `missing` are sentences about what is
    not shown."""

    columns: tuple[ScenarioColumn, ...]
    inputs: tuple[ComparisonRow, ...]
    same: tuple[ComparisonRow, ...]
    outputs: tuple[ComparisonRow, ...]
    figures: tuple[Figure, ...]
    why: Explanation_ | None
    missing: tuple[str, ...]
    choice: tuple[OwnScenario, ...]
    action: str
