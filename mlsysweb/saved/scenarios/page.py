"""Template context of the pages of saved scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlsysweb.show.results.page import Link, ResultPage


@dataclass(frozen=True)
class SelectOption:
    """An option of a select field: its value and its label."""

    value: str
    words: str


@dataclass(frozen=True)
class AboutScenario:
    """The editable text of a scenario and its origin. `notes` is sanitized HTML; `conflict` names the fields that
    another user changed meanwhile."""

    notes: str
    tags: tuple[str, ...]
    shown_to: str
    parent: Link | None
    forks: tuple[Link, ...]
    conflict: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SavedRow:
    """One row of the list of scenarios."""

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
    """A filter of the list, and its current value."""

    name: str
    label: str
    options: tuple[SelectOption, ...]
    chosen: str


@dataclass(frozen=True)
class ListPage:
    """The list of scenarios; `gone` is the scenario just deleted, with the link that restores it."""

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
    """The changes since a version was saved, as sentences under a heading; today's verdict; and the link to the
    comparison of both."""

    sentences: tuple[str, ...]
    today: str
    url: str
    heading: str


@dataclass(frozen=True)
class DriftRow:
    """One output then and now. `change` is the difference as text, with the percentage of the value then; empty for
    text."""

    label: str
    before: str
    after: str
    differs: bool
    change: str = ""


@dataclass(frozen=True)
class DriftPage:
    """A stored answer beside today's answer to the same question: the verdicts, the figures, and for a page over many
    walls the `rows` of its tables that differ (`more` are not shown). `changes` are the headline outputs that
    differ, as sentences. `html` is that of a page stored as HTML. `kind` and `now_kind` are the states of the
    two verdicts."""

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
    kind: str = ""
    now_kind: str = ""
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnswerPage:
    """A stored page over many walls, and the template fragment that renders it."""

    page: Any
    template: str


@dataclass(frozen=True)
class ListedInput:
    """An input of a saved answer: its label and text, and for a row of the catalog its path there."""

    label: str
    text: str
    row: str


@dataclass(frozen=True)
class SavedPage:
    """A stored answer. `link` is its path and `url` that with the host; `preview` is the image of its link preview and
    `said` the text beside it; `open_url` is the live page with the same question. A wall's answer is in `result`, that
    of a page over many walls in `answer`, one stored as HTML in `html`; `styles` and `scripts` belong to the page.
    `asked` are the typed inputs, `defaults` the others; `removed` is why the staff removed it, if they did; `courses`
    are sentences on the rows that come from the catalog of a course; `calibrates` is the slug of the accelerator whose
    constants it has fitted, if a wall can be computed with them; `calibration_walls` are such walls, and
    `courses_taught` the courses whose instructor can keep them as figures of the course."""

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
    removed: str
    result: ResultPage | None
    answer: AnswerPage | None
    html: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]
    asked: tuple[ListedInput, ...]
    defaults: tuple[ListedInput, ...]
    preview: str
    said: str
    exports: tuple[Link, ...]
    frame: str
    courses: tuple[str, ...]
    calibrates: str = ""
    calibration_walls: tuple[str, ...] = ()
    courses_taught: tuple[SelectOption, ...] = ()


@dataclass(frozen=True)
class QrPage:
    """A link and its QR code, as SVG."""

    title: str
    link: str
    code: str
