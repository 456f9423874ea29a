"""Template context of the pipelines page, beside the form."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mlsysweb.show.results.page import Card, Link, NamedTable, PageSummary, Table


@dataclass(frozen=True)
class Flow:
    """An input of a stage: its label, its source as text, and the link that changes the source (may be empty)."""

    name: str
    label: str
    source: str


@dataclass(frozen=True)
class StageRow:
    """A stage: its connected inputs, the catalog rows that fill its gaps, its inputs at their defaults, and its results
    once run."""

    number: int
    name: str
    title: str
    flows: tuple[Flow, ...]
    given: tuple[Flow, ...]
    gaps: tuple[Flow, ...]
    defaults: tuple[str, ...]
    verdict: str
    headline: tuple[Card, ...]
    wall: str
    without: str


@dataclass(frozen=True)
class PipelinePage:
    """The whole pipeline; `problems` are sentences about incompatible stages, `offers` links to possible connections or
    stages."""

    stages: tuple[StageRow, ...]
    problems: tuple[str, ...]
    offers: tuple[Link, ...]
    additions: tuple[Link, ...]
    presets: tuple[Link, ...]
    notes: tuple[str, ...]
    url: str

    def summary(self) -> PageSummary:
        verdicts = [f"{stage.title}: {stage.verdict}" for stage in self.stages if stage.verdict]
        flows = ((s.title, flow.label, flow.source) for s in self.stages for flow in (*s.flows, *s.given, *s.gaps))
        return PageSummary(
            " ".join(self.problems or verdicts[-1:]),
            "infeasible" if self.problems else "",
            tuple(_of_stage(stage, card) for stage in reversed(self.stages) for card in stage.headline),
            (),
            (
                NamedTable("Verdicts", Table(("Stage", "Verdict"), tuple((s.title, s.verdict) for s in self.stages))),
                NamedTable("What flows in", Table(("Stage", "Takes", "From"), tuple(flows))),
                NamedTable("Notes", Table(("Note",), tuple((note,) for note in self.notes))),
            ),
        )


def _of_stage(stage: StageRow, card: Card) -> Card:
    """Return a card of a stage labelled with the stage's title, since two stages may have outputs of the same name."""
    return replace(card, name=f"{stage.name}.{card.name}", label=f"{card.label} ({stage.title})")
