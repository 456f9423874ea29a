"""Template context of the pages of a course's catalog."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.versions import RowVersion
from mlsysweb.show.results.page import Link


@dataclass(frozen=True)
class ChangedFigure:
    """A column that a course has changed: label, its value in the course and in the shared catalog."""

    label: str
    value: str
    shared: str


@dataclass(frozen=True)
class CourseRowEntry:
    """A row of a course: its page in the catalog (without an address where it has none), its `state` in words, and for
    a row that is not the course's own what is changed and why. `problem` says why it has no effect. The addresses are
    its instructor's; `remove` is what the button of `remove_url` says."""

    row: Link
    state: str
    changes: tuple[ChangedFigure, ...]
    source: str
    problem: str
    edit_url: str
    history_url: str
    remove_url: str
    remove: str


@dataclass(frozen=True)
class CourseTable:
    """A table with the rows that a course alone has, then the shared rows that it changes."""

    title: str
    entries: tuple[CourseRowEntry, ...]


@dataclass(frozen=True)
class TableChoice:
    """A table to add a row to: value, title, address of the form, whether it is chosen, and the address of the list of
    rows that pickers show."""

    path: str
    title: str
    add_url: str
    chosen: bool
    shown_url: str


@dataclass(frozen=True)
class CourseCatalogPage:
    """The catalog of a course. The forms are for its instructor (`teaches`): `row` is the name typed of the row to
    change, `problem` why there is none. `link` shows the catalog to members; `removed` are the histories of rows that
    the course had."""

    id: int
    title: str
    teaches: bool
    tables: tuple[CourseTable, ...]
    choices: tuple[TableChoice, ...]
    link: str
    removed: tuple[Link, ...] = ()
    row: str = ""
    problem: str = ""


@dataclass(frozen=True)
class HidableRow:
    """A row of the shared catalog in the list of those that the pickers of a course show."""

    slug: str
    name: str
    hidden: bool


@dataclass(frozen=True)
class HidableGroup:
    """Rows under the heading that pickers list them under."""

    heading: str
    rows: tuple[HidableRow, ...]


@dataclass(frozen=True)
class ShownRowsPage:
    """The list of the shared rows of a table, in which an instructor hides some. `found` says how many are hidden,
    `problem` why the list was not saved."""

    id: int
    course: str
    table: Link
    groups: tuple[HidableGroup, ...]
    found: str
    problem: str


@dataclass(frozen=True)
class RowHistoryPage:
    """The history of what a course has of a row, the latest version first. `problem` says why a version was not
    restored."""

    id: int
    course: str
    title: str
    row: Link
    versions: tuple[RowVersion, ...]
    problem: str


@dataclass(frozen=True)
class CourseField:
    """A field of the form of a row: its label and element, help, errors, and the value in the shared catalog where the
    course has another."""

    name: str
    label: str
    element: str
    help: str
    errors: tuple[str, ...]
    shared: str
    required: bool


@dataclass(frozen=True)
class CourseFieldGroup:
    """Fields under one heading; `caution` says what is easily got wrong."""

    heading: str
    caution: str
    fields: tuple[CourseField, ...]


@dataclass(frozen=True)
class CourseRowPage:
    """The form of a row of a course. `own` is a row that the course alone has. `warnings` are the sentences to accept
    before it is saved, `digest` accepts them; `errors` belong to no field. `remove_url` is empty for a row of which the
    course has nothing yet; `conflict` says who saved the row meanwhile, and `opened` is the revision that the form
    shows, by which that is noticed."""

    id: int
    course: str
    title: str
    own: bool
    table: Link
    groups: tuple[CourseFieldGroup, ...]
    warnings: tuple[str, ...]
    digest: str
    errors: tuple[str, ...]
    wrong: int
    remove_url: str
    history_url: str = ""
    conflict: str = ""
    opened: str = ""
