"""Template context of the comparison page."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.forms.page import Option
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
    """A value with its difference from the baseline and their ratio as text. `bar` is its share of the row's largest
    value, 0 to 1 for a meter; empty for text and where values are not all positive."""

    value: str
    against: str
    bar: str = ""


@dataclass(frozen=True)
class ComparisonRow:
    """One input or output across all scenarios."""

    label: str
    cells: tuple[ComparisonCell, ...]
    differs: bool


@dataclass(frozen=True)
class ExplainForm:
    """The form that asks for the attribution of one output's difference: the outputs that differ, and the other names
    of its query."""

    options: tuple[Option, ...]
    hidden: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Explanation_:
    """The attribution of the difference of one output."""

    title: str
    verdict: str
    figure: Figure | None
    others: tuple[Link, ...]


@dataclass(frozen=True)
class OfferedScenario:
    """A scenario to choose from: one that is compared, or another of the visitor's own."""

    id: str
    title: str
    what: str
    chosen: bool


@dataclass(frozen=True)
class ComparePage:
    """The comparison; with fewer than two scenarios only the choice of scenarios. `outputs` are the headline
    outputs and those that differ most, `others` all others. `missing` are sentences about what is not shown."""

    columns: tuple[ScenarioColumn, ...]
    inputs: tuple[ComparisonRow, ...]
    same: tuple[ComparisonRow, ...]
    outputs: tuple[ComparisonRow, ...]
    others: tuple[ComparisonRow, ...]
    explain: ExplainForm | None
    figures: tuple[Figure, ...]
    why: Explanation_ | None
    missing: tuple[str, ...]
    choice: tuple[OfferedScenario, ...]
    action: str
