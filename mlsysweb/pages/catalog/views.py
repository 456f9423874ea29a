from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.views.decorators.http import condition, require_POST, require_safe

from catalog.models import CatalogRow, CatalogVersion
from catalog.table_cache import catalog_table
from mlsysweb.show.forms.query import text_by_name
from mlsysweb.show.htmx import render_page_or_partial
from mlsysweb.show.refusal import RefusalPage, refused
from mlsysweb.show.results.page import Link
from mlsysweb.show.update_cache import cache_updates
from solvers.errors import InputErrors
from solvers.shipped.names import unknown_row

from .answer import asked, preview, surroundings, titles, urls
from .columns import BrowsedTable, CatalogRecord, Kind
from .downloads import figures_csv, to_csv, to_json
from .page import TableForm
from .present import overview_page, table_form, table_page
from .present_row import origin, row_page
from .question import TableQuestion, chosen
from .tables import MODELS, columns_of, read_table, record

_TEXT, _CSV, _JSON = "text/plain; charset=utf-8", "text/csv; charset=utf-8", "application/json"
_View = Callable[..., HttpResponse]


def _known_table(view: _View) -> _View:
    """Return a view of one table that answers 404 with the tables there are for any other name."""

    @wraps(view)
    def known(request: HttpRequest, table: str, **named: Any) -> HttpResponse:
        if table in MODELS:
            return view(request, table, **named)
        links = tuple(Link(title, reverse("catalog:table", args=[path])) for path, title in titles().items())
        sentence = f"The catalog has no table “{table[:40]}”. It has these:"
        page = RefusalPage("No such table", sentence, reverse("catalog:catalog"), links)
        return refused(request, page, 404)

    return known


def _version(request: HttpRequest, table: str, **_: Any) -> str:
    """Return the ETag of a download: the version of the catalog, and the columns that this version of the site has."""
    held = " ".join((CatalogVersion.now(), *(column.name for column in columns_of(table))))
    return f'"{hashlib.sha256(held.encode()).hexdigest()[:32]}"'


@require_safe
def catalog(request: HttpRequest) -> HttpResponse:
    """The overview of all tables."""
    page = overview_page([read_table(path) for path in MODELS], urls(admin=_admin(request)))
    return render(request, "catalog/catalog.html", {"page": page})


@require_safe
@_known_table
@cache_updates
def table(request: HttpRequest, table: str) -> HttpResponse:
    """A table: the page, or the fragment for an HTMX request."""
    read = read_table(table)
    question, errors = _question(read, request)
    page = table_page(read, question, urls()) if question else None
    return render_page_or_partial(
        request,
        page,
        errors,
        whole="catalog/table.html",
        partial="catalog/_rows.html",
        drawn=lambda: _drawn(request, read, question, errors),
    )


@require_safe
@_known_table
def row(request: HttpRequest, table: str, slug: str) -> HttpResponse:
    """The page of a row. A name other than its slug redirects to it; an unknown one is a 404 with near matches."""
    model = MODELS[table]
    found = catalog_table(model.describes).by_name.get(slug.strip().lower())
    if found is None:
        return _no_row(request, table, slug)
    if found.slug != slug:
        return redirect("catalog:row", table, found.slug)
    read = read_table(table)
    admin = (
        reverse(f"admin:catalog_{model._meta.model_name}_change", args=[found.pk])
        if _admin(request) and found.pk > 0
        else ""
    )
    page = row_page(read, record(found, read.columns), surroundings(request, table, found, admin), urls())
    return render(request, "catalog/row.html", {"page": page})


@require_POST
def preview_chip(request: HttpRequest) -> HttpResponse:
    """The roofline of the figures typed in the admin, for users who may edit accelerators. Nothing is saved."""
    may = (request.user.has_perm(f"catalog.{right}_accelerator") for right in ("add", "change"))
    if not request.user.is_staff or not any(may):
        raise PermissionDenied
    return render(request, "catalog/preview.html", {"page": preview(request.POST)})


@require_safe
@_known_table
@condition(etag_func=_version)
def table_csv(request: HttpRequest, table: str) -> HttpResponse:
    """The rows of a table as CSV: all of it, or what the query asks for."""
    return _download(request, table, lambda read, columns, rows: to_csv(columns, rows), _CSV)


@require_safe
@_known_table
@condition(etag_func=_version)
def table_json(request: HttpRequest, table: str) -> HttpResponse:
    """The rows of a table as JSON: all of it, or what the query asks for."""
    return _download(request, table, to_json, _JSON)


@require_safe
@_known_table
@condition(etag_func=_version)
def row_csv(request: HttpRequest, table: str, slug: str) -> HttpResponse:
    """The figures of a row as CSV, a line each."""
    read, found = read_table(table), _found(table, slug)
    if found is None:
        return _no_row(request, table, slug)
    of = record(found, read.columns)
    figures = [(column, origin(column, of)) for column in read.columns if column.kind is Kind.FIGURE]
    return HttpResponse(figures_csv(read, of, figures), content_type=_CSV)


@require_safe
@_known_table
@condition(etag_func=_version)
def row_json(request: HttpRequest, table: str, slug: str) -> HttpResponse:
    """A row as JSON, in the format of its table."""
    read, found = read_table(table), _found(table, slug)
    if found is None:
        return _no_row(request, table, slug)
    return HttpResponse(to_json(read, read.columns, [record(found, read.columns)]), content_type=_JSON)


def _question(read: BrowsedTable, request: HttpRequest) -> tuple[TableQuestion | None, dict[str, str]]:
    try:
        return asked(read, request.GET), {}
    except InputErrors as bad:
        return None, bad.sentences


def _drawn(
    request: HttpRequest, read: BrowsedTable, question: TableQuestion | None, errors: dict[str, str]
) -> TableForm:
    return table_form(
        read, text_by_name(request.GET), question, errors, urls(admin=_admin(request, read.path)), titles()
    )


def _download(request: HttpRequest, path: str, written: Callable[..., str | bytes], kind: str) -> HttpResponse:
    """Return rows in a format; where the query is wrong, its errors as text."""
    read = read_table(path)
    question, errors = _question(read, request)
    if question is None:
        sentences = "\n".join(f"{name} {sentence}" for name, sentence in errors.items())
        return HttpResponse(sentences, status=422, content_type=_TEXT)
    chosen_only = "columns" in request.GET
    columns = [c for c in read.columns if not chosen_only or c.name in ("name", *question.columns)]
    rows: list[CatalogRecord] = chosen(question, read)
    response = HttpResponse(written(read, columns, rows), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{path}.{"csv" if kind == _CSV else "json"}"'
    return response


def _found(path: str, slug: str) -> CatalogRow | None:
    found: CatalogRow | None = catalog_table(MODELS[path].describes).by_name.get(slug)
    return found


def _no_row(request: HttpRequest, path: str, slug: str) -> HttpResponse:
    """Return the 404 of a row: what may have been meant, and the table."""
    kind = MODELS[path].describes
    rows = catalog_table(kind)
    near = rows.nearest(slug[:60])
    links = tuple(Link(rows.by_name[each].name, reverse("catalog:row", args=[path, each])) for each in near)
    sentence = capfirst(unknown_row(kind, slug, near))
    page = RefusalPage("Not in the catalog", sentence, reverse("catalog:table", args=[path]), links)
    return refused(request, page, 404)


def _admin(request: HttpRequest, path: str = "") -> str:
    """Return the address of the forms of a table, or of all, for staff; empty for any other user."""
    if not request.user.is_staff:
        return ""
    return reverse(f"admin:catalog_{MODELS[path]._meta.model_name}_changelist") if path else reverse("admin:index")
