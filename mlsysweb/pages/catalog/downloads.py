"""Rows of the catalog as CSV and JSON: every column of the pages, figures raw in SI with the unit in the header."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from mlsysweb.show.results.spreadsheet import as_csv

from .columns import BrowsedTable, CatalogRecord, Column, Kind, RowName

_SOURCE = ("source", "source_url", "source_date")


def to_csv(columns: Sequence[Column], records: Iterable[CatalogRecord]) -> str:
    """Return a line for the header and for each row; an unknown value is an empty cell."""
    head = ("slug", *(f"{c.name} [{c.unit_text}]" if c.unit_text else c.name for c in columns))
    return as_csv(head, ((r.slug, *(_blank(raw_value(c, r)) for c in columns)) for r in records))


def to_json(table: BrowsedTable, columns: Sequence[Column], records: Iterable[CatalogRecord]) -> bytes:
    """Return the rows with the version of the catalog and what each column is; an unknown value is null. The sources of
    single figures stand beside the rows, which an import reads cell by cell."""
    records = list(records)
    shown = {column.name for column in columns}
    document = {
        "table": table.path,
        "version": table.version,
        "columns": [{"name": c.name, "label": c.label, "unit": c.unit_text, "help": c.help} for c in columns],
        "rows": [{"slug": r.slug, **{c.name: raw_value(c, r) for c in columns}} for r in records],
        "figure_sources": [
            {"slug": r.slug, "figure": name, **said}
            for r in records
            for name, said in r.figure_sources.items()
            if name in shown
        ],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def figures_csv(table: BrowsedTable, record: CatalogRecord, origins: Sequence[tuple[Column, str]]) -> str:
    """Return the figures of one row, a line each: name, label, value in SI, unit, origin, and its own source or that of
    the row."""
    head = ("name", "label", "value", "unit", "origin", "source", "source_url", "source_date", "note")
    return as_csv(head, (_figure_line(record, column, origin) for column, origin in origins))


def _figure_line(record: CatalogRecord, column: Column, origin: str) -> tuple[Any, ...]:
    values, said = record.values, record.source_of(column.name)
    own = (said.source, said.url, said.date) if said.source else tuple(values[name] for name in _SOURCE)
    return column.name, column.label, _blank(values[column.name]), column.unit_text, origin, *own, said.note


def raw_value(column: Column, record: CatalogRecord) -> Any:
    """Return a cell as a JSON value: a figure in SI, a row of another table by its slug, None where unknown."""
    value = record.values[column.name]
    if isinstance(value, RowName):
        return value.slug
    return None if value == "" or (column.kind is Kind.FIGURE and value != value) else value


def _blank(value: Any) -> Any:
    return "" if value is None else value
