"""What a saved scenario's page may show. Templates see nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.results.page import ResultPage


@dataclass(frozen=True)
class SavedPage:
    """An answer as it was kept; `url` is its own link, `open_url` asks the same question again today."""

    id: str
    title: str
    when: str
    solver_title: str
    version: str
    url: str
    open_url: str
    result: ResultPage
