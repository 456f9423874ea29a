"""Makes the import pages from plans and from imports that were written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catalog.models import CatalogImport, CatalogRow
from catalog.plausibility import check_figures

from .apply import Names, change_text
from .cells import shown
from .columns import transfer_columns
from .files import MAX_BYTES, MAX_ROWS
from .page import (
    ImportPreviewPage,
    ImportStartPage,
    PastImport,
    PreviewCell,
    PreviewRow,
    PreviewTab,
    WrittenImportPage,
)
from .plan import CHANGED, ERROR, NEW, UNCHANGED, CellImport, ImportPlan, RowImport

ROWS_PER_PAGE = 50
_MOST_LISTED = 100
_LONGEST_TEXT = 200
# The list of rows to write that have unusual figures; they are in that of their state, too.
_UNUSUAL = "unusual"
_WORDS = {
    ERROR: "with errors",
    _UNUSUAL: "with unusual figures",
    NEW: "new",
    CHANGED: "changed",
    UNCHANGED: "unchanged",
}


def start_page(
    table: type[CatalogRow], past: Iterable[PastImport], exports: Sequence[tuple[str, str]], error: str, pasted: str
) -> ImportStartPage:
    """Return the page where a file is chosen, with the sentence on the one before if that could not be read."""
    title = str(table._meta.verbose_name_plural)
    return ImportStartPage(
        title=f"Import {title}",
        table=title,
        headings=tuple((column.heading, column.label) for column in transfer_columns(table)),
        limits=f"At most {MAX_ROWS:,} rows and {MAX_BYTES / 1e6:g} MB.",
        error=error,
        pasted=pasted,
        past=tuple(past),
        exports=tuple(exports),
    )


def past_import(upload: CatalogImport, url: str) -> PastImport:
    """Return an import for the list of them."""
    return PastImport(
        url=url,
        number=upload.pk,
        file_name=upload.file_name,
        user=upload.user_name,
        when=f"{upload.written_at:%Y-%m-%d %H:%M}",
        wrote=f"{len(upload.new_slugs)} added, {len(upload.changed_rows)} changed",
        undone=_undone(upload),
    )


def preview_page(
    plan: ImportPlan, upload: CatalogImport, query: Mapping[str, str], names: Names, start: str
) -> ImportPreviewPage:
    """Return the preview of a plan: the rows of one state, a page at a time. Errors come first, then rows with unusual
    figures."""
    remarks = {row.number: said for row in plan.rows if (said := tuple(_remarks(row, plan.table)))}
    counts = {**plan.counts, _UNUSUAL: len(remarks)}
    first = next((state for state in (ERROR, _UNUSUAL, CHANGED, NEW, UNCHANGED) if counts.get(state)), UNCHANGED)
    state = query.get("show", "") if query.get("show") in _WORDS else first
    rows = [row for row in plan.rows if (row.number in remarks if state == _UNUSUAL else row.state == state)]
    last = max(1, -(-len(rows) // ROWS_PER_PAGE))
    page = min(int(query["page"]), last) if query.get("page", "").isdecimal() and len(query["page"]) < 6 else 1
    page = max(page, 1)
    listed = rows[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE]
    written = counts.get(NEW, 0) + counts.get(CHANGED, 0)
    return ImportPreviewPage(
        title=f"Import {plan.table._meta.verbose_name_plural}: preview",
        table=str(plan.table._meta.verbose_name_plural),
        file_name=upload.file_name,
        summary=_summary(plan, written, len(remarks)),
        problems=plan.problems,
        left_out=", ".join(plan.left_out),
        tabs=tuple(
            PreviewTab(f"?show={each}", f"{counts[each]:,} {words}", each == state)
            for each, words in _WORDS.items()
            if counts.get(each)
        ),
        rows=tuple(_row(row, names, remarks.get(row.number, ())) for row in listed),
        pages=tuple(PreviewTab(f"?show={state}&page={n}", str(n), n == page) for n in range(1, last + 1) if last > 1),
        writes=plan.can_be_written,
        button=f"Import {_rows(written)}{' anyway' if remarks else ''}",
        fingerprint=plan.fingerprint,
        correctable=any(cell.error and cell.place >= 0 for row in listed for cell in row.cells),
        start=start,
    )


def _remarks(row: RowImport, table: type[CatalogRow]) -> list[str]:
    """Return a sentence for each figure that would be written and is unusual, as the form of a row asks about."""
    typed = {cell.column.name: cell.after for cell in row.cells if not cell.error}
    if not typed or row.state not in (NEW, CHANGED):
        return []
    known = {each.name: getattr(row.row, each.attname) for each in table._meta.fields} if row.row else {}
    labels = {column.name: column.label for column in transfer_columns(table)}
    found = check_figures(table, {**known, **typed}, frozenset(typed))
    return [f"{labels.get(each.column, each.column)}: {each.sentence}" for each in found]


def _summary(plan: ImportPlan, written: int, unusual: int) -> str:
    if plan.problems:
        return "Nothing can be imported: the first line of the file needs a correction."
    wrong = plan.counts.get(ERROR, 0)
    if wrong:
        return f"Nothing can be imported yet: {_rows(wrong)} of {len(plan.rows):,} cannot be used."
    if not written:
        return f"No change: all {_rows(len(plan.rows))} of the file are in the catalog already."
    if unusual:
        figures = f"{_rows(unusual)} {'has' if unusual == 1 else 'have'} figures that look unusual"
        return f"Nothing is written yet. {figures}: check them, and import if they are right."
    return "Nothing is written yet. Rows that the file does not name stay as they are."


def _row(row: RowImport, names: Names, remarks: tuple[str, ...]) -> PreviewRow:
    cells = tuple(_cell(cell, row, names) for cell in row.cells)
    return PreviewRow(row.number, row.name, row.slug, row.state, row.error, cells, remarks)


def _cell(cell: CellImport, row: RowImport, names: Names) -> PreviewCell:
    column = cell.column
    named = names.get(column.name)

    def text(value: Any) -> str:
        whole = named.get(value, "empty") if named is not None else shown(column, value)
        return whole if len(whole) <= _LONGEST_TEXT else f"{whole[:_LONGEST_TEXT]}…"

    before = "" if row.row is None else text(cell.before)
    if not cell.error:
        return PreviewCell(column.label, before, text(cell.after))
    field = f"c-{row.number}-{cell.place}" if cell.place >= 0 else ""
    return PreviewCell(column.name, before, "", cell.error, cell.text, field)


def written_page(
    table: type[CatalogRow], upload: CatalogImport, names: Names, start: str, *, may_undo: bool
) -> WrittenImportPage:
    """Return the page of an import that was written."""
    columns = {column.name: column for column in transfer_columns(table)}
    changed, added = list(upload.changed_rows.items()), upload.new_slugs
    more = max(len(changed), len(added)) > _MOST_LISTED
    return WrittenImportPage(
        title=f"Import {upload.pk} of {table._meta.verbose_name_plural}",
        table=str(table._meta.verbose_name_plural),
        file_name=upload.file_name,
        summary=f"{upload.user_name} added {_rows(len(added))} and changed {len(changed):,} on "
        f"{upload.written_at:%Y-%m-%d at %H:%M}.",
        added=tuple(added[:_MOST_LISTED]),
        changed=tuple(
            (
                slug,
                tuple(
                    change_text(columns[name], before, after, names)
                    for name, (before, after) in kept["cells"].items()
                    if name in columns
                ),
            )
            for slug, kept in changed[:_MOST_LISTED]
        ),
        more=f"Only the first {_MOST_LISTED} of each are listed." if more else "",
        undone=_undone(upload),
        can_undo=may_undo and upload.undone_at is None,
        start=start,
    )


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"


def _undone(upload: CatalogImport) -> str:
    if upload.undone_at is None:
        return ""
    return f"Undone by {upload.undone_by} on {upload.undone_at:%Y-%m-%d at %H:%M}."
