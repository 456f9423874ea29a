"""Template context of the design space, beside the form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlsysweb.explore.show.guided import GuidedForm
from mlsysweb.show.charts.parallel import Parallel
from mlsysweb.show.results.page import Card, Figure, Link, NamedTable, PageSummary, Table


@dataclass(frozen=True)
class FormRow:
    """One row of the form: an axis (a name and its values) or a goal (its text). `called` is its accessible name. It
    has an error or a note on its meaning. `hidden` rows appear when the row before is filled."""

    number: int
    called: str
    name: str
    text: str
    error: str
    told: str
    hidden: bool


@dataclass(frozen=True)
class SpaceForm:
    """The form, guided and as text: walls, axes and goals. `names` and `phrases` are completions for the text
    fields. An update swaps the forms in `swapped`."""

    action: str
    guided: GuidedForm
    walls: str
    links: str
    axes: tuple[FormRow, ...]
    goals: tuple[FormRow, ...]
    names: tuple[Link, ...]
    phrases: tuple[Link, ...]
    errors: tuple[tuple[str, str], ...]
    size: str
    swapped: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConstraintRow:
    """A constraint: how many configurations violate it, how many violate only this one, the value nearest to meeting
    it, and the gain if the limit were relaxed by a tenth."""

    text: str
    failed: str
    alone: str
    nearest: str
    gain: str


@dataclass(frozen=True)
class NeighbourStep:
    """A neighbour of the best configuration, one step along one axis, and its effect."""

    axis: str
    to: str
    effects: tuple[str, ...]
    broken: str
    here: bool


@dataclass(frozen=True)
class ColumnHead:
    """The head of a column with the link that sorts by it; `sorted` is ascending, descending or none."""

    label: str
    url: str
    sorted: str


@dataclass(frozen=True)
class ConfigurationRow:
    """A configuration: its cells, the link that opens it, and whether it is Pareto-optimal."""

    cells: tuple[str, ...]
    url: str
    mark: str


@dataclass(frozen=True)
class Brush:
    """The range a column is filtered by, as text; `error` says what is wrong with a bound."""

    key: str
    label: str
    low: str
    high: str
    error: str


@dataclass(frozen=True)
class RowsPage:
    """The best configurations and the front as a table with parallel coordinates above it: filtered, sorted and
    paginated."""

    parallel: Parallel | None
    brushes: tuple[Brush, ...]
    heads: tuple[ColumnHead, ...]
    rows: tuple[ConfigurationRow, ...]
    told: str
    before: str
    after: str
    clear: str
    sort: str
    question: tuple[tuple[str, str], ...]
    action: str


@dataclass(frozen=True)
class WhyPage:
    """The form in which a user tries a configuration and, once tried, the reasons against it."""

    fields: tuple[FormRow, ...]
    verdict: str
    kind: str
    cells: tuple[tuple[str, str], ...]
    against: tuple[str, ...]
    url: str
    question: tuple[tuple[str, str], ...]
    action: str


@dataclass(frozen=True)
class JobProgress:
    """The progress of a job: `share` from 0 to 1, text, and whether it is running. `act` is the action of its
    button."""

    state: str
    share: float
    told: str
    moving: bool
    url: str
    act: str
    act_words: str


@dataclass(frozen=True)
class DesignSpacePage:
    """The right side: the answer in a sentence, what limits it, the pictures, why others fail, and the rows to choose
    from. `took` says how long the search took; empty on a saved page."""

    verdict: str
    kind: str
    cards: tuple[Card, ...]
    figures: tuple[Figure, ...]
    reasons: tuple[ConstraintRow, ...]
    demanded: tuple[str, ...]
    steps: tuple[NeighbourStep, ...]
    step_heads: tuple[str, ...]
    rows: RowsPage | None
    why: WhyPage | None
    best: str
    exports: tuple[Link, ...]
    progress: JobProgress | None
    query: str
    url: str
    limits: tuple[str, ...] = ()
    took: str = ""

    def summary(self) -> PageSummary:
        verdict = " ".join((self.verdict, *self.limits))
        return PageSummary(verdict, self.kind, self.cards, self.figures, tuple(self._tables()), self._snippets())

    def _tables(self) -> Iterator[NamedTable]:
        if self.rows:
            heads = (*(head.label for head in self.rows.heads), "Kind")
            best = ((*row.cells, row.mark) for row in self.rows.rows)
            yield NamedTable("Pareto front and best configurations", Table(heads, tuple(best)))
        if self.reasons:
            heads = ("Constraint", "Violate it", "Violate only this", "Closest value", "If relaxed by 10 %")
            rows = ((r.text, r.failed, r.alone, r.nearest, r.gain) for r in self.reasons)
            yield NamedTable("Constraint violations", Table(heads, tuple(rows)))
        if self.steps:
            heads = ("Variable", "Value", *self.step_heads, "Violates")
            steps = ((step.axis, step.to, *step.effects, step.broken) for step in self.steps)
            yield NamedTable("Neighbors of the best", Table(heads, tuple(steps)))

    def _snippets(self) -> tuple[Link, ...]:
        """Return the exports that reproduce the answer elsewhere. Files of rows are left out: the tables already hold
        them, and a download would use today's catalog."""
        return tuple(link for link in self.exports if link.words == "Python")
