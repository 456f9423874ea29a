"""What the page of pipelines may show. Templates see nothing else beside the form."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mlsysweb.show.results.page import Card, Link, NamedTable, PageSummary, Table


@dataclass(frozen=True)
class Flow:
    """What a stage takes: its label, from where in words, and the link that would change it (may be empty)."""

    name: str
    label: str
    source: str


@dataclass(frozen=True)
class StageRow:
    """A stage: what flows into it, what stands in for its gaps, what it takes by default, and its answer once run."""

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
    """The whole chain; `problems` are sentences about stages that do not go together, `offers` links that could be
    made or stages that could be added."""

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
    """A stage's figure with the stage's name, since two stages may find figures of one name."""
    return replace(card, name=f"{stage.name}.{card.name}", label=f"{card.label} ({stage.title})")
