"""Operations that read the catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.urls import reverse

from catalog.table_cache import catalog_table
from mlsysweb.api.operation import ApiCall, ApiCase, ApiExample, ApiOperation, ApiParameter, ApiReply, Scope
from mlsysweb.api.operations.paging import MEMBERS, PARAMETERS, links, page_of
from mlsysweb.api.operations.solving import etag
from mlsysweb.api.problems import not_found
from mlsysweb.api.validation import LINE, read_query
from mlsysweb.pages.catalog.columns import BrowsedTable, CatalogRecord, Column, Kind
from mlsysweb.pages.catalog.downloads import raw_value
from mlsysweb.pages.catalog.question import COLUMNS, COMPLETE, SEARCH, SORT, chosen, options, read_question
from mlsysweb.pages.catalog.tables import MODELS, columns_of, read_table, record
from solvers.shipped.names import unknown_row

TAG = "Catalog"
_TABLE = ApiParameter("table", {"type": "string", "enum": list(MODELS)}, "The table.", place="path")
_SLUG = ApiParameter("slug", {"type": "string"}, "The slug of the row, or its name.", place="path")
_CELLS = {Kind.FIGURE: ["number", "null"], Kind.YEAR: ["integer", "null"], Kind.FLAG: ["boolean", "null"]}


def list_tables(call: ApiCall) -> ApiReply:
    """Return every table with its number of rows and its columns."""
    tables = [read_table(path) for path in MODELS]
    content = {
        "version": tables[0].version,
        "tables": [{**_about(table), "columns": [_column(each) for each in table.columns]} for table in tables],
    }
    return ApiReply(content, etag=etag(content))


def list_rows(call: ApiCall) -> ApiReply:
    """Return the rows of a table that are asked for, a page of them."""
    table = _table(call.path["table"])
    query = read_query(call.request, _parameters(table))
    asked = {name: _text(query[name]) for name in (SEARCH, *table.filters, COMPLETE, COLUMNS, SORT) if name in query}
    question = read_question(table, asked)
    names = query.get(COLUMNS)
    columns = [each for each in table.columns if names is None or each.name in ("name", *names)]
    rows = chosen(question, table)
    paged = ApiCall(call.request, call.path, query)
    members, headers = links(paged, len(rows))
    shown = [_row(columns, each) for each in page_of(paged, rows)]
    content = {"table": table.path, "version": table.version, **members, "rows": shown}
    return ApiReply({**content, "columns": [_column(each) for each in columns]}, headers=headers, etag=etag(content))


def read_row(call: ApiCall) -> ApiReply:
    """Return a row by slug or name, with every column."""
    table, slug = _table(call.path["table"]), call.path["slug"]
    kind = MODELS[table.path].describes
    found = catalog_table(kind).by_name.get(slug.strip().lower())
    if found is None:
        raise not_found("slug", f"is {unknown_row(kind, slug[:60], catalog_table(kind).nearest(slug[:60]))}")
    row = _row(table.columns, record(found, table.columns))
    page = reverse("catalog:row", args=[table.path, found.slug])
    content = {"table": table.path, "version": table.version, "archived": found.archived, "page": page, "row": row}
    return ApiReply({**content, "columns": [_column(each) for each in table.columns]}, etag=etag(content))


def _table(path: str) -> BrowsedTable:
    if path not in MODELS:
        raise not_found("table", f"must be one of {', '.join(MODELS)}.")
    return read_table(path)


def _text(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _about(table: BrowsedTable) -> dict[str, Any]:
    return {
        "name": table.path,
        "title": table.title,
        "about": table.about,
        "rows": len(table.records),
        "url": reverse("api:list-rows", args=[table.path]),
    }


def _column(column: Column) -> dict[str, Any]:
    return {"name": column.name, "label": column.label, "unit": column.unit_text, "help": column.help}


def _row(columns: Sequence[Column], row: CatalogRecord) -> dict[str, Any]:
    origin = row.course.course if row.course and row.course.differs else None
    return {"slug": row.slug, "course": origin, **{column.name: raw_value(column, row) for column in columns}}


def _parameters(table: BrowsedTable) -> tuple[ApiParameter, ...]:
    """Return the parameters of a table: search, filters with the values there are, columns, order, page."""
    names = [column.name for column in table.columns]
    order = [*names, *(f"-{name}" for name in names)]
    filters = ((table.column(name), name) for name in table.filters)
    return (
        ApiParameter(SEARCH, {"type": "string", "maxLength": 200, "pattern": LINE}, "Words that the row has."),
        *(
            ApiParameter(name, {"type": "string", "enum": options(table, column)}, _filter_help(column))
            for column, name in filters
            if column
        ),
        ApiParameter(COLUMNS, {"type": "array", "items": {"enum": names}}, "The columns to return; all by default."),
        ApiParameter(COMPLETE, {"type": "string", "enum": ["0", "1"]}, "1: only rows that have all these columns."),
        ApiParameter(SORT, {"type": "string", "enum": order}, f"The order; by default {table.sort}."),
        *PARAMETERS,
    )


def _filter_help(column: Column) -> str:
    return f"{column.label}: this year or later." if column.kind is Kind.YEAR else f"{column.label}."


def _cases() -> Iterator[ApiCase]:
    for path in MODELS:
        table = read_table(path)
        yield ApiCase(path, table.title, table.about, _parameters(table), None, _page_schema(columns_of(path)))


def _row_cases() -> Iterator[ApiCase]:
    for path in MODELS:
        schema = {**_row_schema(columns_of(path)), "required": ["slug", "course", *(c.name for c in columns_of(path))]}
        answer = {
            "type": "object",
            "properties": {
                "table": {"const": path},
                "version": {"type": "string"},
                "archived": {"type": "boolean"},
                "page": {"type": "string"},
                "row": schema,
                "columns": _COLUMNS,
            },
            "required": ["table", "version", "archived", "page", "row", "columns"],
        }
        yield ApiCase(path, read_table(path).title, read_table(path).about, (), None, answer)


def _page_schema(columns: Sequence[Column]) -> dict[str, Any]:
    fields = {"table": {"type": "string"}, "version": {"type": "string"}, **MEMBERS}
    rows = {"type": "array", "items": _row_schema(columns)}
    return {
        "type": "object",
        "properties": {**fields, "rows": rows, "columns": _COLUMNS},
        "required": [*fields, "rows", "columns"],
    }


def _row_schema(columns: Sequence[Column]) -> dict[str, Any]:
    course = {"type": ["string", "null"], "description": "The course that the row, or a figure of it, comes from."}
    fields: dict[str, Mapping[str, Any]] = {"slug": {"type": "string"}, "course": course}
    for column in columns:
        unit = {"x-unit": column.unit_text} if column.unit_text else {}
        fields[column.name] = {"type": _CELLS.get(column.kind, ["string", "null"]), "title": column.label, **unit}
    return {
        "type": "object",
        "properties": fields,
        "required": ["slug", "course", "name"],
        "additionalProperties": False,
    }


_TEXT = {"type": "string"}
_COLUMN = {"name": _TEXT, "label": _TEXT, "unit": _TEXT, "help": _TEXT}
_COLUMNS = {"type": "array", "items": {"type": "object", "properties": _COLUMN, "required": list(_COLUMN)}}
_TABLES = {
    "type": "object",
    "properties": {
        "version": {"type": "string", "description": "Changes with every edit of the catalog."},
        "tables": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"name": _TEXT, "title": _TEXT, "about": _TEXT, "rows": {"type": "integer"}},
                "required": ["name", "title", "about", "rows", "url", "columns"],
            },
        },
    },
    "required": ["version", "tables"],
}
OPERATIONS = (
    ApiOperation(
        name="list-tables",
        method="GET",
        path="catalog",
        tag=TAG,
        summary="List the tables of the catalog",
        handle=list_tables,
        scope=Scope.READ,
        of_course=True,
        answers={200: _TABLES},
        example=ApiExample(),
        conditional=True,
    ),
    ApiOperation(
        name="list-rows",
        method="GET",
        path="catalog/{table}",
        tag=TAG,
        summary="List rows of a table",
        help="Figures are in SI units; null is unknown.",
        handle=list_rows,
        scope=Scope.READ,
        of_course=True,
        parameters=(_TABLE,),
        answers={200: {"type": "object"}},
        errors=(404,),
        cases=_cases,
        example=ApiExample(
            {"table": "accelerators"},
            {"vendor": "NVIDIA", "columns": "peak_fp16,memory_bandwidth", "sort": "-peak_fp16", "per_page": "2"},
        ),
        conditional=True,
        reads_inputs=True,
    ),
    ApiOperation(
        name="read-row",
        method="GET",
        path="catalog/{table}/{slug}",
        tag=TAG,
        summary="Read a row",
        handle=read_row,
        scope=Scope.READ,
        of_course=True,
        parameters=(_TABLE, _SLUG),
        answers={200: {"type": "object"}},
        errors=(404,),
        cases=_row_cases,
        example=ApiExample({"table": "grids", "slug": "france"}),
        conditional=True,
    ),
)
