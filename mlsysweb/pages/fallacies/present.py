"""Presenter (stage 5) of the fallacies page. Does not solve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlsysweb.show.results.page import FallacyResult, Link
from solvers.declare import Solver
from solvers.taxonomy import DOMAINS

from .page import FallaciesPage, FallacyDomain, FallacyWall

Claims = Sequence[tuple[Solver[Any, Any], tuple[FallacyResult, ...]]]


def fallacies_page(claims: Claims, urls: Mapping[str, str], base: str, predict: bool) -> FallaciesPage:
    """Return the fallacies of all walls in the order of their numbers; a wall or a domain without any is left out."""
    domains = (FallacyDomain(name, words, tuple(_walls(name, claims, urls))) for name, words in DOMAINS.items())
    return FallaciesPage(
        count=sum(len(told) for _, told in claims),
        domains=tuple(domain for domain in domains if domain.walls),
        modes=(
            Link("Predict, one at a time", base, current=predict),
            Link("Read all", f"{base}?mode=all", current=not predict),
        ),
        predict=predict,
    )


def _walls(domain: str, claims: Claims, urls: Mapping[str, str]) -> Iterator[FallacyWall]:
    for solver, told in claims:
        if told and solver.domain == domain:
            yield FallacyWall(solver.name, " and ".join(map(str, solver.walls)), solver.title, urls[solver.name], told)
