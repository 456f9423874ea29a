"""What the page of what moves an answer may show. Templates see nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Figure, Link


@dataclass(frozen=True)
class ElasticityLine:
    """One number and what a percent more of it does. `kind` colours what is bought apart from what is chosen."""

    label: str
    name: str
    effect: str
    kind: str


@dataclass(frozen=True)
class SensitivityPage:
    """A wall's question, the output looked at, what moves it most, and where something else takes over."""

    title: str
    wall: Link
    output: str
    verdict: str
    outputs: tuple[Link, ...]
    elasticities: tuple[ElasticityLine, ...]
    still: int
    turns: tuple[str, ...]
    figure: Figure | None
    error: str
    whole: str
