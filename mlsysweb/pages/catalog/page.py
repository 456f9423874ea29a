"""Template context of the catalog's pages."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.forms.page import Field
from mlsysweb.show.results.page import Figure, Link, Reference


@dataclass(frozen=True)
class TableCard:
    """A table in the overview: its link, what it holds, the number of rows, and how many of them were read from their
    source."""

    link: Link
    about: str
    rows: str
    checked: str
    downloads: tuple[Link, ...]


@dataclass(frozen=True)
class OverviewPage:
    """The overview of all tables. `admin` leads staff to the forms."""

    title: str
    total: str
    tables: tuple[TableCard, ...]
    admin: str


@dataclass(frozen=True)
class SortHead:
    """A column of the table shown: its label, the link that sorts by it, and how it is sorted now (empty: not)."""

    label: str
    url: str
    sorted: str
    numeric: bool


@dataclass(frozen=True)
class TableCell:
    """A cell: text, and the link of a row of another table."""

    text: str
    numeric: bool
    url: str = ""


@dataclass(frozen=True)
class TableRow:
    """A row of the table shown; `compared` where its box is ticked. `mark` says that it is a course's, or announced."""

    slug: str
    name: str
    url: str
    compared: bool
    mark: str
    cells: tuple[TableCell, ...]


@dataclass(frozen=True)
class ComparedFigure:
    """A figure of the compared rows: text, and how many times the first row's it is."""

    label: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Comparison:
    """Rows beside each other: their names, and the figures that at least one of them has. `note` says what is missing
    for a comparison."""

    names: tuple[Link, ...]
    figures: tuple[ComparedFigure, ...]
    clear: str
    note: str


@dataclass(frozen=True)
class TablePage:
    """The rows asked for, the chart and the comparison. `url` is the link to exactly this; `sort` goes along with the
    form."""

    title: str
    found: str
    heads: tuple[SortHead, ...]
    rows: tuple[TableRow, ...]
    figure: Figure | None
    undrawn: str
    comparison: Comparison | None
    pages: tuple[Link, ...]
    downloads: tuple[Link, ...]
    clear: str
    sort: str
    sort_name: Link
    sort_order: str
    url: str


@dataclass(frozen=True)
class ColumnGroup:
    """Columns to choose from under one heading: name, label, whether it is shown."""

    heading: str
    boxes: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class TableForm:
    """The controls of a table. `fields` narrow the rows, `axes` set the chart, `columns` the columns of
    the table; `error` belongs to no control. `siblings` are the other tables, `admin` leads staff to the forms, `more`
    to pages about this table."""

    action: str
    title: str
    about: str
    singular: str
    fields: tuple[Field, ...]
    axes: tuple[Field, ...]
    columns: tuple[ColumnGroup, ...]
    complete: bool
    error: str
    siblings: tuple[Link, ...]
    admin: str
    more: tuple[Link, ...] = ()

    @property
    def all_fields(self) -> tuple[Field, ...]:
        return self.fields + self.axes

    @property
    def invalid(self) -> tuple[Field, ...]:
        """Return the fields with an error, for the list above the form."""
        return tuple(field for field in self.all_fields if field.error)


@dataclass(frozen=True)
class PeerBar:
    """A figure among its peers: the length of its bar as a share of the largest in percent, and its rank in words."""

    length: str
    rank: str


@dataclass(frozen=True)
class RowFigure:
    """A figure of a row with its display value, the raw value in SI, what is known of its origin, and its place among
    its peers. `footnote` is the number of its own source among those of the page; empty where that of the row states
    it."""

    name: str
    label: str
    value: str
    raw: str
    help: str
    origin: str
    footnote: str
    peers: PeerBar | None


@dataclass(frozen=True)
class FigureFootnote:
    """A source that single figures of a row have instead of that of the row: its number on the page, the source (None:
    that of the row, but see the note), and the note."""

    number: str
    source: Reference | None
    note: str


@dataclass(frozen=True)
class FigureGroup:
    """Figures under one heading; `caution` says what is easily got wrong."""

    heading: str
    caution: str
    rows: tuple[RowFigure, ...]


@dataclass(frozen=True)
class Detail:
    """A property that is no figure: its label and text, with the link of a row of another table."""

    label: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class LinkGroup:
    """Links under one heading."""

    heading: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class RowChange:
    """A change of the row on this site: the day and what was changed."""

    day: str
    what: str


@dataclass(frozen=True)
class RowPage:
    """A row of a table: its figures with their origin, its peers, where it is used, and how to cite it.
    `footnotes` are the sources of single figures. `course` says what of it comes from the catalog of a course,
    `course_form` leads its instructor to the form."""

    title: str
    table: Link
    kind: str
    archived: bool
    details: tuple[Detail, ...]
    source: Reference
    source_date: str
    verified: str
    verified_help: str
    note: tuple[str, ...]
    edited: str
    groups: tuple[FigureGroup, ...]
    peers: str
    unknown: str
    origins: tuple[tuple[str, str], ...]
    footnotes: tuple[FigureFootnote, ...]
    figure: Figure | None
    undrawn: str
    walls: tuple[Link, ...]
    used_by: tuple[LinkGroup, ...]
    compare: str
    history: tuple[RowChange, ...]
    report: str
    downloads: tuple[Link, ...]
    citation: str
    admin: str
    course: str = ""
    course_form: Link | None = None


@dataclass(frozen=True)
class PreviewPage:
    """The roofline of figures that are typed in the admin and not saved, beside that of the stored row; sentences on
    figures that could not be read."""

    title: str
    errors: tuple[str, ...]
    figure: Figure | None
    undrawn: str
