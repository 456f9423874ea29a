"""Presenter (stage 5) of a row: its figures with their origin and their place among peers. Knows no database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from mlsysweb.show.origins import OF_COURSE, ORIGINS, figure_origin
from mlsysweb.show.results.page import Figure, Link, Reference
from solvers.shipped.figure_sources import FigureSource

from .columns import UNKNOWN, BrowsedTable, CatalogRecord, Column, Kind
from .page import Detail, FigureFootnote, FigureGroup, LinkGroup, PeerBar, RowChange, RowFigure, RowPage
from .present import CatalogUrls, cell
from .question import COMPARE

_PROVENANCE = frozenset({"name", "source", "source_url", "source_date", "verified", "note"})
_MOST_COMPARED_WITH = 5
_HIDDEN = "Its pickers leave the row out; links that name it still work."


@dataclass(frozen=True)
class Surroundings:
    """The context of a row's page beside the row: the walls that take it and where it is used, its changes on this
    site, its roofline (None: `undrawn` says why), its addresses, where errors are reported (empty: nowhere), and the
    form of the course that the visitor teaches."""

    walls: tuple[Link, ...]
    used_by: tuple[LinkGroup, ...]
    history: tuple[RowChange, ...]
    figure: Figure | None
    undrawn: str
    address: str
    csv: str
    json: str
    reports_to: str
    admin: str
    course_form: Link | None = None


def origin(column: Column, record: CatalogRecord) -> str:
    """Return how a figure was obtained, as far as the catalog knows it: one of `ORIGINS`."""
    of_course = record.course is not None and column.name in record.course.columns
    if of_course and not record.figure_sources.get(column.name):
        return OF_COURSE
    standing = str(record.values["verified"]), str(record.values.get("confidence") or "")
    return figure_origin(column.name, *standing, record.figure_sources, computed=column.derived)


def row_page(table: BrowsedTable, record: CatalogRecord, around: Surroundings, urls: CatalogUrls) -> RowPage:
    """Return the page of a row, which may be archived and so not be among those of the table."""
    peers, named = _peers(table, record)
    footnotes = _footnotes(table, record)
    groups = tuple(_groups(table, record, peers, footnotes))
    shown = {row.origin for group in groups for row in group.rows}
    verified = table.column("verified")
    word, _, help_text = (verified.text(record.values["verified"]) if verified else "").partition(": ")
    return RowPage(
        title=record.name,
        table=Link(table.title, urls.tables[table.path]),
        kind=table.singular,
        archived=record.archived and not (record.course and record.course.hidden),
        details=tuple(_details(table, record, urls)),
        source=Reference(str(record.values["source"]), str(record.values["source_url"])),
        source_date=str(record.values["source_date"]),
        verified=word,
        verified_help=help_text,
        note=tuple(part for part in str(record.values["note"]).splitlines() if part.strip()),
        edited="Edited on this site since it was loaded." if record.edited else "",
        groups=groups,
        peers=f"Bars: share of the largest among {named}." if len(peers) > 1 else "",
        unknown=", ".join(_unknown(table, record)),
        origins=tuple((name, sentence) for name, sentence in ORIGINS.items() if name in shown),
        footnotes=tuple(FigureFootnote(number, *_told(said)) for said, number in footnotes.items()),
        figure=around.figure,
        undrawn=around.undrawn,
        walls=around.walls,
        used_by=around.used_by,
        compare=_compare(table, record, peers, urls),
        history=around.history,
        report=report_link(around.reports_to, f"Catalog: {record.name}", around.address),
        downloads=(Link("CSV", around.csv), Link("JSON", around.json)),
        citation=_citation(table, record, around.address),
        admin=around.admin,
        course=_course(record),
        course_form=around.course_form,
    )


def _course(record: CatalogRecord) -> str:
    """Return the sentence on a row of a course, or on a row that a course has changed; empty for any other."""
    origin = record.course
    if origin is None:
        return ""
    if origin.own:
        return f"This course: only members of {origin.course} see this row."
    hidden = f" {_HIDDEN}" if origin.hidden else ""
    if not origin.changed:
        return f"This course: {origin.course} does not offer this row.{hidden}" if hidden else ""
    source = f" Source: {origin.source}" if origin.source else ""
    own = f"{origin.course} has its own {', '.join(origin.changed)}. Only its members see that.{source}"
    return f"This course: {own}{hidden}"


def report_link(to: str, subject: str, address: str) -> str:
    """Return the link that reports an error to an e-mail address or to the form of an issue tracker; empty where none
    is set."""
    if not to:
        return ""
    body = f"{address}\n\nThe figure, what it should be, and the source:\n"
    if to.startswith(("https://", "http://")):
        return f"{to}{'&' if '?' in to else '?'}title={quote(subject)}&body={quote(body)}"
    return f"mailto:{to}?subject={quote(subject)}&body={quote(body)}"


def _peers(table: BrowsedTable, record: CatalogRecord) -> tuple[tuple[CatalogRecord, ...], str]:
    """Return the rows that a row is compared with, itself among them, and their name: `45 accelerators of tier
    cloud`."""
    column = table.column(table.peers)
    if column is None:
        peers, of = table.records, ""
    else:
        value = record.values[column.name]
        peers = tuple(each for each in table.records if each.values[column.name] == value)
        of = f" of {column.label[:1].lower()}{column.label[1:]} “{column.text(value).partition(':')[0]}”"
    return peers, f"{table.counted(len(peers))}{of}"


def _details(table: BrowsedTable, record: CatalogRecord, urls: CatalogUrls) -> Iterator[Detail]:
    for column in table.columns:
        if column.kind is Kind.FIGURE or column.name in _PROVENANCE:
            continue
        shown = cell(column, record, urls)
        if shown.text != UNKNOWN:
            yield Detail(column.label, shown.text, shown.url)


def _footnotes(table: BrowsedTable, record: CatalogRecord) -> dict[FigureSource, str]:
    """Return the numbers of the sources that single figures have, in the order of the columns. How a figure was
    obtained stands beside it, so that only what else is said of a source makes a footnote."""
    known = (column.name for column in table.columns if record.values[column.name] is not None)
    said = (replace(record.source_of(name), method="") for name in known)
    told = dict.fromkeys(each for each in said if not each.is_empty)
    return {each: str(number) for number, each in enumerate(told, 1)}


def _told(said: FigureSource) -> tuple[Reference | None, str]:
    dated = f", {said.date}" if said.date else ""
    return (Reference(f"{said.source}{dated}", said.url) if said.source else None), said.note


def _groups(
    table: BrowsedTable, record: CatalogRecord, peers: Sequence[CatalogRecord], footnotes: Mapping[FigureSource, str]
) -> Iterator[FigureGroup]:
    figures = [column for column in table.columns if column.kind is Kind.FIGURE]
    for heading in dict.fromkeys(column.heading for column in figures):
        columns = [column for column in figures if column.heading == heading]
        rows = tuple(_figure(c, record, peers, footnotes) for c in columns if record.values[c.name] is not None)
        if rows:
            yield FigureGroup("Position" if heading == "Identity" else heading, columns[0].caution, rows)


def _figure(
    column: Column, record: CatalogRecord, peers: Sequence[CatalogRecord], footnotes: Mapping[FigureSource, str]
) -> RowFigure:
    value = record.values[column.name]
    return RowFigure(
        name=column.name,
        label=column.label,
        value=column.text(value),
        raw=f"{value:.12g} {column.unit_text}".strip(),
        help=column.help,
        origin=origin(column, record),
        footnote=footnotes.get(replace(record.source_of(column.name), method=""), ""),
        peers=None if column.heading == "Identity" else _bar(column, record, peers),
    )


def _bar(column: Column, record: CatalogRecord, peers: Sequence[CatalogRecord]) -> PeerBar | None:
    """Return the place of a figure among those of its peers that are known, the largest first; None where fewer than
    two are or all are zero."""
    own = column.number(record.values[column.name])
    known = [number for each in peers if (number := column.number(each.values[column.name])) == number]
    largest = max(known, default=0.0)
    if len(known) < 2 or largest <= 0 or own != own or own > largest:
        return None
    rank = 1 + sum(number > own for number in known)
    tied = sum(number == own for number in known) > 1
    return PeerBar(f"{100 * own / largest:.3g}", f"{rank}{'=' if tied else ''} of {len(known)}")


def _unknown(table: BrowsedTable, record: CatalogRecord) -> Iterator[str]:
    for column in table.columns:
        if column.kind is Kind.FIGURE and record.values[column.name] is None:
            yield column.label


def _compare(table: BrowsedTable, record: CatalogRecord, peers: Sequence[CatalogRecord], urls: CatalogUrls) -> str:
    """Return the link that compares the row with the peers nearest to it along the table's chart; empty for no peers or
    an archived row."""
    up = table.column(table.up)
    others = [each for each in peers if each.slug != record.slug]
    if up is None or not others or record.archived:
        return ""
    own = up.number(record.values[up.name])
    near = sorted(others, key=lambda each: _distance(up.number(each.values[up.name]), own))[:_MOST_COMPARED_WITH]
    slugs = ",".join([record.slug, *(each.slug for each in near)])
    return f"{urls.tables[table.path]}?{COMPARE}={slugs}#compare"


def _distance(number: float, own: float) -> float:
    gap = abs(number - own)
    return gap if gap == gap else float("inf")


def _citation(table: BrowsedTable, record: CatalogRecord, address: str) -> str:
    """Return how to cite a figure of the row: the source first, then the catalog with its version, without which the
    figure may have changed."""
    url = f" {record.values['source_url']}." if record.values["source_url"] else ""
    return (
        f"{record.values['source']} ({record.values['source_date']}).{url} As given for {record.name} in the catalog "
        f"of Walls of ML systems, {table.title.lower()}, version {table.version[:8]}. {address}"
    )
