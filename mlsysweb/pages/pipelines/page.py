"""What the page of pipelines may show. Templates see nothing else beside the form."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Card, Link


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
