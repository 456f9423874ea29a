"""The import and export pages of the admin of one table. Each asks for the rights of that table."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from catalog.models import CatalogImport, CatalogRow

from .apply import PlanChanged, related_names, undo_import, write_import
from .export import FORMATS
from .files import MAX_BYTES, Sheet, SheetRow, UnreadableFile, read_sheet, storable
from .page import TransferLinks
from .plan import ParsedSheet, compare, parse
from .present import past_import, preview_page, start_page, written_page

_KEEP_UPLOADS = timedelta(days=1)
_PAST = 20


def transfer_links(admin: Any, request: HttpRequest) -> TransferLinks:
    """Return the buttons of the list that was asked for."""
    query = request.META.get("QUERY_STRING", "")
    exports = ((FORMATS[form].title, _url(admin, "export", form) + (f"?{query}" if query else "")) for form in FORMATS)
    return TransferLinks(_url(admin, "import") if admin.has_change_permission(request) else "", tuple(exports))


def export_rows(admin: Any, request: HttpRequest, form: str) -> HttpResponse:
    """Return the rows of the filtered list as a file."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    if form not in FORMATS:
        raise Http404(f"Rows are exported as {', '.join(FORMATS)}; '{form[:20]}' is not one.")
    related = [field.name for field in admin.model._meta.fields if field.is_relation]
    try:
        rows = admin.get_changelist_instance(request).get_queryset(request).select_related(*related)
    except IncorrectLookupParameters:
        messages.warning(request, "Nothing was exported: the address has a filter that this table does not have.")
        return redirect(_url(admin, "changelist"))
    response = HttpResponse(FORMATS[form].write(admin.model, rows), content_type=FORMATS[form].content_type)
    response["Content-Disposition"] = f'attachment; filename="{_plural(admin.model)}.{form}"'
    return response


def start(admin: Any, request: HttpRequest) -> HttpResponse:
    """The page where a file is chosen. A file that can be read leads to its preview."""
    if not admin.has_change_permission(request):
        raise PermissionDenied
    error = ""
    if request.method == "POST":
        try:
            name, sheet = _uploaded(request)
            return redirect(_url(admin, "preview", _stored(admin.model, request, name, sheet).pk))
        except UnreadableFile as unreadable:
            error = str(unreadable)
    past = CatalogImport.objects.filter(table=_table(admin.model), written_at__isnull=False).defer("sheet")[:_PAST]
    page = start_page(
        admin.model,
        [past_import(upload, _url(admin, "preview", upload.pk)) for upload in past],
        [(each.title, _url(admin, "export", form)) for form, each in FORMATS.items()],
        error,
        request.POST.get("pasted", ""),
    )
    return _shown(admin, request, "admin/catalog/import.html", page, status=422 if error else 200)


def preview(admin: Any, request: HttpRequest, number: int) -> HttpResponse:
    """The preview of an uploaded file, which only the user who uploaded it sees; or an import that was written."""
    if not admin.has_change_permission(request):
        raise PermissionDenied
    upload = CatalogImport.objects.filter(pk=number, table=_table(admin.model)).first()
    if upload is None or (upload.written_at is None and upload.user_id != request.user.pk):
        messages.warning(request, "This import does not exist, or was discarded. Choose the file again.")
        return redirect(_url(admin, "import"))
    if upload.written_at is not None:
        return _written(admin, request, upload)
    if request.method == "POST":
        return _acted(admin, request, upload)
    plan = compare(_parsed(admin.model, upload), may_add=admin.has_add_permission(request))
    page = preview_page(plan, upload, request.GET.dict(), related_names(admin.model), _url(admin, "import"))
    return _shown(admin, request, "admin/catalog/import_preview.html", page)


def _acted(admin: Any, request: HttpRequest, upload: CatalogImport) -> HttpResponse:
    """Discard an uploaded file, correct cells of it, or write it."""
    here = _url(admin, "preview", upload.pk)
    if request.POST.get("do") == "discard":
        upload.delete()
        messages.info(request, "The file was discarded. Nothing was written.")
        return redirect(_url(admin, "import"))
    if request.POST.get("do") == "correct":
        _correct(upload, request.POST.dict())
        return redirect(here)
    try:
        may_add, seen = admin.has_add_permission(request), request.POST.get("fingerprint", "")
        plan = write_import(upload, _parsed(admin.model, upload), request.user, seen, may_add=may_add)
    except (PlanChanged, IntegrityError):
        messages.warning(request, "The catalog has changed since this preview. Nothing was written; check it again.")
        return redirect(here)
    added, changed = plan.counts.get("new", 0), plan.counts.get("changed", 0)
    messages.success(request, f"Imported {upload.file_name}: {added:,} added, {changed:,} changed.")
    return redirect(here)


def _written(admin: Any, request: HttpRequest, upload: CatalogImport) -> HttpResponse:
    """An import that was written; undo it when asked to."""
    may_undo = not upload.new_slugs or admin.has_delete_permission(request)
    if request.method == "POST" and request.POST.get("do") == "undo" and upload.undone_at is None:
        if not may_undo:
            raise PermissionDenied
        undone = undo_import(admin.model, upload, request.user)
        messages.success(request, f"Undone: {undone.restored:,} restored, {undone.removed:,} removed.")
        for name, reason in undone.left[:_PAST]:
            messages.warning(request, f"{name} is left as it is: {reason}.")
        return redirect(_url(admin, "preview", upload.pk))
    page = written_page(admin.model, upload, related_names(admin.model), _url(admin, "import"), may_undo=may_undo)
    return _shown(admin, request, "admin/catalog/import_written.html", page)


def _uploaded(request: HttpRequest) -> tuple[str, Sheet]:
    """Return the name and the cells of the file chosen, or of the text pasted. Raise UnreadableFile."""
    file = request.FILES.get("file")
    if file is None:
        pasted = request.POST.get("pasted", "")
        if not pasted.strip():
            raise UnreadableFile("Choose a file, or paste cells with their column names in the first line.")
        return "Pasted cells", read_sheet("", pasted.encode("utf-8", "replace"))
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f"The file has {(file.size or 0) / 1e6:,.1f} MB; at most {MAX_BYTES / 1e6:g} MB are read.")
    return _clean_name(file.name or ""), read_sheet(file.name or "", data)


def _clean_name(name: str) -> str:
    """Return a file name without characters that no database or page can hold."""
    return "".join(letter for letter in name if letter.isprintable())[:100] or "file"


def _stored(table: type[CatalogRow], request: HttpRequest, name: str, sheet: Sheet) -> CatalogImport:
    """Keep an upload until it is written. An account has one for each table; those of yesterday are removed."""
    waiting = CatalogImport.objects.filter(written_at__isnull=True)
    user: Any = request.user
    waiting.filter(table=_table(table), user=user).delete()
    waiting.filter(created_at__lt=timezone.now() - _KEEP_UPLOADS).delete()
    return CatalogImport.objects.create(
        table=_table(table),
        file_name=name,
        user=user,
        user_name=user.get_username(),
        sheet={"headings": sheet.headings, "rows": [[row.number, row.texts] for row in sheet.rows]},
    )


def _parsed(table: type[CatalogRow], upload: CatalogImport) -> ParsedSheet:
    rows = (SheetRow(number, tuple(texts)) for number, texts in upload.sheet["rows"])
    return parse(table, Sheet(tuple(upload.sheet["headings"]), tuple(rows)))


def _correct(upload: CatalogImport, typed: dict[str, str]) -> None:
    """Set the cells that were typed: a field is named c-<row number>-<place of the heading>."""
    for number, texts in upload.sheet["rows"]:
        for place in range(len(texts)):
            text = typed.get(f"c-{number}-{place}")
            if text is not None:
                texts[place] = storable(text.strip())
    upload.save()


def _shown(admin: Any, request: HttpRequest, template: str, page: Any, status: int = 200) -> HttpResponse:
    context = {**admin.admin_site.each_context(request), "opts": admin.opts, "title": page.title, "page": page}
    return TemplateResponse(request, template, context, status=status)


def _url(admin: Any, page: str, *args: Any) -> str:
    return reverse(f"{admin.admin_site.name}:catalog_{_table(admin.model)}_{page}", args=args)


def _table(table: type[CatalogRow]) -> str:
    return str(table._meta.model_name)


def _plural(table: type[CatalogRow]) -> str:
    return str(table._meta.verbose_name_plural).replace(" ", "-")
