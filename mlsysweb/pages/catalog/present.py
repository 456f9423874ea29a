"""Presenter (stage 5) of the overview and of a table: rows, chart and comparison. Reads records, knows no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from mlsysweb.show.charts.scatter import MOST_GROUPS, ScatterAxis, ScatterGroup, ScatterPoint, scatter
from mlsysweb.show.forms.page import Field, Option, OptionGroup
from mlsysweb.show.results.page import Figure, Link
from mlsysweb.show.results.page import Table as FigureTable
from mlsysweb.show.results.present import embedded
from solvers.result import Value

from .columns import BrowsedTable, CatalogRecord, Column, Kind, RowName
from .page import (
    ColumnGroup,
    ComparedFigure,
    Comparison,
    OverviewPage,
    SortHead,
    TableCard,
    TableCell,
    TableForm,
    TablePage,
    TableRow,
)
from .question import ACROSS, MOST_COMPARED, ROWS_PER_PAGE, SEARCH, UP, TableQuestion, chosen, options


@dataclass(frozen=True)
class CatalogUrls:
    """The addresses that pages of the catalog link to: each table by its path, downloads included. `row` is the address
    of a row with `{table}` and `{slug}` in their places, `more` what else a table leads to, by its path."""

    overview: str
    tables: Mapping[str, str]
    csv: Mapping[str, str]
    json: Mapping[str, str]
    row: str
    admin: str = ""
    more: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)

    def of(self, name: RowName) -> str:
        return self.row.format(table=name.table, slug=name.slug)


def overview_page(tables: Sequence[BrowsedTable], urls: CatalogUrls) -> OverviewPage:
    """Return the overview of all tables."""
    cards = tuple(
        TableCard(
            link=Link(table.title, urls.tables[table.path]),
            about=table.about,
            rows=f"{len(table.records)} rows",
            checked=_checked(table),
            downloads=(Link("CSV", urls.csv[table.path]), Link("JSON", urls.json[table.path])),
        )
        for table in tables
    )
    rows = sum(len(table.records) for table in tables)
    return OverviewPage("Catalog", f"{rows} rows in {len(tables)} tables", cards, urls.admin)


def _checked(table: BrowsedTable) -> str:
    """Return how much of a table was read from its source, as its rows say."""
    counts = Counter(record.values["verified"] for record in table.records)
    words = {"yes": "read from the source", "partly": "partly recalled or assumed", "no": "recalled"}
    words["convention"] = "teaching values"
    return ", ".join(f"{counts[key]} {text}" for key, text in words.items() if counts[key])


def table_page(table: BrowsedTable, question: TableQuestion, urls: CatalogUrls) -> TablePage:
    """Return the rows that a question asks for, with chart and comparison."""
    base, rows = urls.tables[table.path], chosen(question, table)
    columns = tuple(column for column in table.columns if column.name in question.columns)
    last = max(1, -(-len(rows) // ROWS_PER_PAGE))
    page = min(question.page, last)
    shown = rows[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE]
    figure = _figure(table, question, rows)
    query = question.query(table)
    name = _sort_link(table, question, base, "name")
    return TablePage(
        title=table.title,
        found=_found(table, rows, shown),
        heads=tuple(
            SortHead(c.label, _sort_link(table, question, base, c.name), _sorted(question, c.name), c.is_numeric)
            for c in columns
        ),
        rows=tuple(_row(table, record, columns, question, urls) for record in shown),
        figure=figure,
        undrawn="" if figure else "No chart: fewer than two of these rows have both figures of its axes.",
        comparison=_comparison(table, question, urls),
        pages=tuple(
            Link(str(number), question.link(table, base, page=number), number == page) for number in range(1, last + 1)
        )
        if last > 1
        else (),
        downloads=tuple(
            Link(words, f"{url}?{query}" if query else url)
            for words, url in (("CSV", urls.csv[table.path]), ("JSON", urls.json[table.path]))
        ),
        clear=base if query else "",
        sort="" if question.sort == table.sort else question.sort,
        sort_name=Link("Name", name),
        sort_order=_sorted(question, "name"),
        url=f"{base}?{query}" if query else base,
    )


def _found(table: BrowsedTable, rows: Sequence[CatalogRecord], shown: Sequence[CatalogRecord]) -> str:
    total = len(table.records)
    if not rows:
        return f"None of {total} rows match. Remove a filter, or shorten the search."
    of = f"{total} rows" if len(rows) == total else f"{len(rows)} of {total} rows"
    return of if len(shown) == len(rows) else f"{of}, {len(shown)} on this page"


def _mark(record: CatalogRecord) -> str:
    """Return what marks the name of a row in the table: that it, or a figure of it, is a course's, or that the chip is
    announced; empty for any other."""
    of_course = "" if record.course is None else "this course" if record.course.own else "changed in this course"
    return ", ".join(filter(None, (of_course, "announced" if record.values.get("announced") else "")))


def _sort_link(table: BrowsedTable, question: TableQuestion, base: str, name: str) -> str:
    """Return the link that sorts by a column: numbers the largest first, then the other way round."""
    column = table.column(name)
    first, second = (f"-{name}", name) if column and column.is_numeric else (name, f"-{name}")
    return question.link(table, base, sort=second if question.sort == first else first, page=1)


def _sorted(question: TableQuestion, name: str) -> str:
    return {name: "ascending", f"-{name}": "descending"}.get(question.sort, "")


def _row(
    table: BrowsedTable, record: CatalogRecord, columns: Sequence[Column], question: TableQuestion, urls: CatalogUrls
) -> TableRow:
    return TableRow(
        slug=record.slug,
        name=record.name,
        url=urls.of(RowName(table.path, record.slug, record.name)),
        compared=record.slug in question.compare,
        mark=_mark(record),
        cells=tuple(cell(column, record, urls) for column in columns),
    )


def cell(column: Column, record: CatalogRecord, urls: CatalogUrls) -> TableCell:
    """Return a cell as text, with a link where it names a row of a table or an address."""
    value = record.values[column.name]
    url = urls.of(value) if isinstance(value, RowName) else str(value or "") if column.name == "source_url" else ""
    return TableCell(column.text(value), column.is_numeric, url)


def _figure(table: BrowsedTable, question: TableQuestion, rows: Sequence[CatalogRecord]) -> Figure | None:
    """Return the chart of the rows that have both figures; None for fewer than two."""
    across, up = table.column(question.across), table.column(question.up)
    if across is None or up is None:
        return None
    points = [(record, _point(record, across, up, question)) for record in rows]
    drawn = [(record, point) for record, point in points if point.x == point.x and point.y == point.y]
    if len(drawn) < 2:
        return None
    plot = scatter(tuple(_groups(table, drawn)), _axis(across), _axis(up))
    left_out = f"; {len(rows) - len(drawn)} lack one of the two figures" if len(drawn) < len(rows) else ""
    return Figure(
        id=f"scatter-{table.path}",
        title=f"{up.label} vs. {across.label[:1].lower()}{across.label[1:]}",
        description=f"{table.counted(len(drawn))}{left_out}. Point at a dot for its name and figures.",
        plot=embedded(orjson.dumps(plot).decode()),
        table=FigureTable(
            ("Name", across.label, up.label), tuple((p.name, p.x_text, p.y_text) for _, p in drawn[:ROWS_PER_PAGE])
        ),
    )


def _point(record: CatalogRecord, across: Column, up: Column, question: TableQuestion) -> ScatterPoint:
    x, y = record.values[across.name], record.values[up.name]
    marked = record.slug in question.compare
    return ScatterPoint(across.number(x), up.number(y), record.name, across.text(x), up.text(y), marked)


def _axis(column: Column) -> ScatterAxis:
    value = Value(0.0, column.unit or "1", column.display_unit, column.label)
    return ScatterAxis(value, years=column.kind is Kind.YEAR)


def _groups(table: BrowsedTable, drawn: Sequence[tuple[CatalogRecord, ScatterPoint]]) -> Iterator[ScatterGroup]:
    """Yield the points by the colour of their rows, in the order of how many there are in the whole table, so that a
    filter recolours none; rare values share the last group."""
    column = table.column(table.coloured)
    if column is None:
        return
    every = Counter(column.text(record.values[column.name]) for record in table.records)
    names = [name for name, _ in every.most_common()]
    own = names if len(names) <= MOST_GROUPS else names[: MOST_GROUPS - 1]
    for name in own:
        yield ScatterGroup(name, tuple(p for r, p in drawn if column.text(r.values[column.name]) == name))
    rest = tuple(p for r, p in drawn if column.text(r.values[column.name]) not in own)
    if rest:
        yield ScatterGroup("Other", rest)


def _comparison(table: BrowsedTable, question: TableQuestion, urls: CatalogUrls) -> Comparison | None:
    """Return the chosen rows beside each other; None where none is chosen."""
    by_slug = {record.slug: record for record in table.records}
    records = [by_slug[slug] for slug in question.compare]
    if not records:
        return None
    base = urls.tables[table.path]
    figures = (_compared(column, records) for column in table.columns if column.kind is not Kind.TEXT)
    left = MOST_COMPARED - len(records)
    return Comparison(
        names=tuple(Link(record.name, urls.of(RowName(table.path, record.slug, record.name))) for record in records),
        figures=tuple(figure for figure in figures if any(text != "–" for text, _ in figure.cells)),
        clear=question.link(table, base, compare=()),
        note="Tick another row to compare." if len(records) == 1 else "" if left else "Six is the most.",
    )


def _compared(column: Column, records: Sequence[CatalogRecord]) -> ComparedFigure:
    first = column.number(records[0].values[column.name])
    return ComparedFigure(column.label, tuple(_beside(column, record, first) for record in records))


def _beside(column: Column, record: CatalogRecord, first: float) -> tuple[str, str]:
    """Return a cell of a comparison: its text, and how many times the first row's figure it is."""
    value = record.values[column.name]
    number = column.number(value)
    is_ratio = column.kind is Kind.FIGURE and first > 0 and number == number and number != first
    return column.text(value), f"{number / first:.2g}×" if is_ratio and 0.01 <= number / first < 1000 else ""


def table_form(
    table: BrowsedTable,
    text: Mapping[str, str],
    question: TableQuestion | None,
    errors: Mapping[str, str],
    urls: CatalogUrls,
    titles: Mapping[str, str],
) -> TableForm:
    """Return the controls with the typed text. `titles` names every table by its path."""
    fields = (_search(table, text, errors), *_filters(table, text, errors))
    axes = (_axis_field(table, ACROSS, "x-axis", text, errors), _axis_field(table, UP, "y-axis", text, errors))
    shown = question.columns if question else table.shown
    own = {field.name for field in (*fields, *axes)}
    return TableForm(
        action=urls.tables[table.path],
        title=table.title,
        about=table.about,
        singular=table.singular,
        fields=fields,
        axes=axes,
        columns=tuple(_column_groups(table, shown)),
        complete=bool(question and question.complete),
        error=" ".join(f"{name} {sentence}" for name, sentence in errors.items() if name not in own),
        siblings=tuple(Link(title, urls.tables[path], path == table.path) for path, title in titles.items()),
        admin=urls.admin,
        more=urls.more.get(table.path, ()),
    )


def _search(table: BrowsedTable, text: Mapping[str, str], errors: Mapping[str, str]) -> Field:
    return Field(SEARCH, "number", "Search", "", text.get(SEARCH, ""), errors.get(SEARCH, ""), None, ())


def _filters(table: BrowsedTable, text: Mapping[str, str], errors: Mapping[str, str]) -> Iterator[Field]:
    for name in table.filters:
        column = table.column(name)
        if column is None:
            continue
        years = column.kind is Kind.YEAR
        now = text.get(name, "").strip().casefold()
        choices = tuple(
            Option(value, f"{value} or later" if years else column.text(value), value.casefold() == now)
            for value in options(table, column)
        )
        groups = (OptionGroup("", (Option("", "Any", not now), *choices)),)
        label = "Released" if years else column.label
        yield Field(name, "pick", label, "", text.get(name, ""), errors.get(name, ""), None, groups)


def _axis_field(
    table: BrowsedTable, name: str, label: str, text: Mapping[str, str], errors: Mapping[str, str]
) -> Field:
    now = text.get(name, "").strip() or (table.across if name == ACROSS else table.up)
    headings = dict.fromkeys(column.heading for column in table.numeric)
    groups = tuple(
        OptionGroup(
            heading, tuple(Option(c.name, c.label, c.name == now) for c in table.numeric if c.heading == heading)
        )
        for heading in headings
    )
    return Field(name, "pick", label, "", now, errors.get(name, ""), None, groups)


def _column_groups(table: BrowsedTable, shown: Sequence[str]) -> Iterator[ColumnGroup]:
    columns = [column for column in table.columns if column.name != "name"]
    for heading in dict.fromkeys(column.heading for column in columns):
        boxes = ((c.name, c.label, c.name in shown) for c in columns if c.heading == heading)
        yield ColumnGroup(heading, tuple(boxes))
