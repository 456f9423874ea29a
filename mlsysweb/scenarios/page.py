"""What a saved scenario's page may show. Templates see nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.results.page import Link, ResultPage


@dataclass(frozen=True)
class SavedPage:
    """An answer as it was kept; `url` is its own link, `open_url` asks the same question again today. A wall's answer
    is in `result`, that of any other page in `shown`, as HTML; `styles` names the page's style sheet."""

    id: str
    title: str
    when: str
    what: str
    version: str
    number: int
    versions: tuple[Link, ...]
    url: str
    open_url: str
    mine: bool
    result: ResultPage | None
    shown: str
    styles: str
