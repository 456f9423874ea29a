"""What the page of the design space may show. Templates see nothing else beside the form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mlsysweb.show.charts.parallel import Parallel
from mlsysweb.show.results.page import Card, Figure, Link, NamedTable, PageSummary, Table


@dataclass(frozen=True)
class FormRow:
    """One row of the form, `called` as it is read aloud: an axis (a name and its values) or a goal (its text); what is
    wrong with it, else what it comes to. `hidden` rows wait until the one before is used."""

    number: int
    called: str
    name: str
    text: str
    error: str
    told: str
    hidden: bool


@dataclass(frozen=True)
class SpaceForm:
    """The left side: which walls, along which axes, towards which goals. `names` and `phrases` complete what is
    typed."""

    action: str
    walls: tuple[Link, ...]
    links: str
    axes: tuple[FormRow, ...]
    goals: tuple[FormRow, ...]
    names: tuple[Link, ...]
    phrases: tuple[Link, ...]
    errors: tuple[tuple[str, str], ...]
    size: str


@dataclass(frozen=True)
class ConstraintRow:
    """What turns configurations down: the constraint, how many it fails, how many nothing else fails, and how near the
    best came; what a limit a tenth away would gain."""

    text: str
    failed: str
    alone: str
    nearest: str
    gain: str


@dataclass(frozen=True)
class NeighbourStep:
    """A configuration beside the best: one axis turned by one place, and what that does."""

    axis: str
    to: str
    effects: tuple[str, ...]
    broken: str
    here: bool


@dataclass(frozen=True)
class ColumnHead:
    """A column's head: sorting by it is a link; `sorted` is ascending, descending or none."""

    label: str
    url: str
    sorted: str


@dataclass(frozen=True)
class ConfigurationRow:
    """A configuration: its cells, the link that opens it as walls, and whether nobody beats it."""

    cells: tuple[str, ...]
    url: str
    mark: str


@dataclass(frozen=True)
class Brush:
    """A range a column is held to, as text; `error` says what is wrong with an end of it."""

    key: str
    label: str
    low: str
    high: str
    error: str


@dataclass(frozen=True)
class RowsPage:
    """The best and the front as a table with its uprights above: what the brushes leave, sorted, a page of it."""

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
    """A configuration somebody thought of: the fields to type it in, and once typed what speaks against it."""

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
    """How far a job is: `share` of 1, the words for it, and whether it still moves. `act` is what its button does."""

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
    from."""

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

    def summary(self) -> PageSummary:
        verdict = " ".join((self.verdict, *self.limits))
        return PageSummary(verdict, self.kind, self.cards, self.figures, tuple(self._tables()), self._snippets())

    def _tables(self) -> Iterator[NamedTable]:
        if self.rows:
            heads = (*(head.label for head in self.rows.heads), "Kind")
            best = ((*row.cells, row.mark) for row in self.rows.rows)
            yield NamedTable("The best and the front", Table(heads, tuple(best)))
        if self.reasons:
            heads = ("Constraint", "Fail it", "Fail nothing else", "Nearest", "A limit 10 % away would give")
            rows = ((r.text, r.failed, r.alone, r.nearest, r.gain) for r in self.reasons)
            yield NamedTable("What turns configurations down", Table(heads, tuple(rows)))
        if self.steps:
            heads = ("Axis", "To", *self.step_heads, "Then fails")
            steps = ((step.axis, step.to, *step.effects, step.broken) for step in self.steps)
            yield NamedTable("Beside the best", Table(heads, tuple(steps)))

    def _snippets(self) -> tuple[Link, ...]:
        """What finds the same elsewhere; the files of rows are the tables above, and would be asked of today's
        catalog."""
        return tuple(link for link in self.exports if link.words == "Python")
