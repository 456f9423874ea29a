"""Template context of the sensitivity page."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Figure, Link


@dataclass(frozen=True)
class ElasticityLine:
    """One parameter and the effect of one percent more of it. `kind` sets the colour: hardware or software."""

    label: str
    name: str
    effect: str
    kind: str


@dataclass(frozen=True)
class SensitivityPage:
    """A wall's question, the output, its sensitivities, and the breakpoints."""

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
