"""What a saved scenario's page may show. Templates see nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.results.page import Link, ResultPage


@dataclass(frozen=True)
class SelectOption:
    """One of several: its value and what a person reads."""

    value: str
    words: str


@dataclass(frozen=True)
class AboutScenario:
    """What is written about a scenario and where it came from. `notes` is HTML made safe; `conflict` names what
    somebody else saved differently while its owner was writing."""

    notes: str
    tags: tuple[str, ...]
    shown_to: str
    parent: Link | None
    forks: tuple[Link, ...]
    conflict: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SavedRow:
    """One of somebody's scenarios."""

    id: str
    title: str
    url: str
    what: str
    said: str
    when: str
    tags: tuple[str, ...]
    shown_to: str


@dataclass(frozen=True)
class ListFilterField:
    """A way to narrow the list, and what it is narrowed to."""

    name: str
    label: str
    options: tuple[SelectOption, ...]
    chosen: str


@dataclass(frozen=True)
class ListPage:
    """What somebody has saved; `gone` is what was just deleted, with the link that takes it back."""

    words: str
    narrowings: tuple[ListFilterField, ...]
    rows: tuple[SavedRow, ...]
    told: str
    before: str
    after: str
    gone: Link | None
    url: str
    action: str


@dataclass(frozen=True)
class DriftBanner:
    """What has moved since, in sentences; what the answer would be today; where both stand side by side."""

    sentences: tuple[str, ...]
    today: str
    url: str


@dataclass(frozen=True)
class DriftRow:
    """One output then and now."""

    label: str
    before: str
    after: str
    differs: bool


@dataclass(frozen=True)
class DriftPage:
    """An answer as it was kept beside the same question's answer today: the verdicts, the figures, and of a page over
    many walls the `rows` of its tables that differ (`more` are not shown). `html` is that of a page kept as HTML."""

    title: str
    link: str
    number: int
    banner: DriftBanner | None
    verdict: str
    html: str
    styles: tuple[str, ...]
    now: str
    problem: str
    outputs: tuple[DriftRow, ...]
    rows: tuple[DriftRow, ...]
    more: int
    mine: bool


@dataclass(frozen=True)
class AnswerPage:
    """A page over many walls as it was kept, and the partial that draws it."""

    page: Any
    template: str


@dataclass(frozen=True)
class SavedPage:
    """An answer as it was kept; `link` is its path and `url` that with the host, `preview` the picture a link to it
    shows elsewhere and `said` the sentence beside it, `open_url` asks the same question again today. A wall's answer
    is in `result`, that of a page over many walls in `answer`, one kept as HTML before that in `html`; `styles` and
    `scripts` are what the page is drawn with. `asked` are the inputs that were typed, `defaults` the others."""

    id: str
    title: str
    when: str
    what: str
    version: str
    number: int
    versions: tuple[Link, ...]
    url: str
    link: str
    open_url: str
    mine: bool
    about: AboutScenario
    drift: DriftBanner | None
    deleted: bool
    result: ResultPage | None
    answer: AnswerPage | None
    html: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]
    asked: tuple[AskedInput, ...]
    defaults: tuple[AskedInput, ...]
    preview: str
    said: str
    exports: tuple[Link, ...]
    frame: str


@dataclass(frozen=True)
class RefusedPage:
    """Why something was not saved, and where to go back to."""

    problem: str
    back: str


@dataclass(frozen=True)
class QrPage:
    """A link and its picture to scan, as SVG."""

    title: str
    link: str
    code: str
