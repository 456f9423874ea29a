"""The pages of a row beside its form: its history, going back to a version, and deletion, which archives rows used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import path, reverse

from catalog.models import CatalogRow
from catalog.models.history import editing, revisions
from catalog.usage import used_by, uses_text
from catalog.versions import restore_version, row_versions

from .deleted import deleted_revisions, deleted_rows, restore_deleted


class RowPages(admin.ModelAdmin):  # type: ignore[type-arg]
    """The history, the versions and the deletion of a row."""

    change_form_template = "admin/catalog/change_form.html"
    delete_confirmation_template = "admin/catalog/delete_confirmation.html"
    object_history_template = "admin/catalog/object_history.html"

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the row; locked while it is changed, so that of two users who save it one sees the other's."""
        found = super().get_object(request, object_id, from_field)
        if found is not None and request.method == "POST" and connection.in_atomic_block:
            return self.model._default_manager.select_for_update().get(pk=found.pk)
        return found

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Delete a row; archive one that is used, as its links and saved answers need it."""
        row = self.get_object(request, unquote(object_id))
        uses = used_by(request, row) if row and self.has_delete_permission(request, row) else ()
        if uses and request.method == "POST":
            self.set_values(request, [row], "Archived, as it is used", archived=True)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        title = {"title": "Archive instead of deleting"} if uses else {}
        return super().delete_view(request, object_id, {"uses": uses, **title, **(extra_context or {})})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with editing(request.user):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Return the rows that would be deleted along. Rows in use are protected, also those of saved scenarios."""
        *rest, protected = super().get_deleted_objects(objs, request)
        used = [f"{row} is used by {words}: archive it" for row in objs if (words := uses_text(used_by(request, row)))]
        return (*rest, used or protected)

    def get_urls(self) -> list[Any]:
        restore = self.admin_site.admin_view(self.restore_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_restore"
        deleted = self.admin_site.admin_view(self.deleted_view)
        return [
            path("deleted/", deleted, name=f"{self.opts.app_label}_{self.opts.model_name}_deleted"),
            path("<path:object_id>/restore/<int:revision>/", restore, name=name),
            *super().get_urls(),
        ]

    def deleted_view(self, request: HttpRequest) -> Any:
        """The deleted rows of the table; POST brings one back."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            self._bring_back_deleted(request)
            return redirect(request.path)
        rows, title = deleted_rows(self.model), f"Deleted {self.opts.verbose_name_plural}"
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, "rows": rows}
        return render(request, "admin/catalog/deleted.html", context)

    def _bring_back_deleted(self, request: HttpRequest) -> None:
        number = request.POST.get("revision", "")
        with transaction.atomic():
            found = (each for each in deleted_revisions(self.model) if str(each.pk) == number)
            deletion = next(found, None)
            if deletion is None:
                raise Http404("There is no such deleted row.")
            try:
                row = restore_deleted(self.model, deletion, request.user)
            except ValidationError as bad:
                self.message_user(request, f"Not restored: {' '.join(bad.messages)}", messages.ERROR)
                return
            self.log_change(request, row, "Restored after it was deleted.")
        self.message_user(request, f"Restored {row}, with its history.")

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        row = self.get_object(request, unquote(object_id))
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_restore"
        may = row is not None and self.has_change_permission(request, row)
        versions = row_versions(row, lambda number: reverse(name, args=[row.pk, number]) if may else "") if row else ()
        return super().history_view(request, object_id, {"versions": versions, **(extra_context or {})})

    def restore_view(self, request: HttpRequest, object_id: str, revision: int) -> Any:
        """Give a row the values of one of its versions, as a further version; POST only."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        with transaction.atomic():
            row = self.get_object(request, unquote(object_id))
            version = revisions(row).filter(pk=revision).first() if row else None
            if row is None or version is None:
                raise Http404("There is no such version of this row.")
            if not self.has_change_permission(request, row):
                raise PermissionDenied
            try:
                restore_version(row, version, request.user)
            except ValidationError as bad:
                self.message_user(request, f"Not restored: {' '.join(bad.messages)}", messages.ERROR)
            else:
                when = f"{version.created:%d %B %Y, %H:%M}"
                self.log_change(request, row, f"Restored the version of {when}.")
                self.message_user(request, f"Restored the version of {when}.")
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", row.pk)

    def set_values(self, request: HttpRequest, selected: Iterable[CatalogRow], what: str, **values: Any) -> None:
        """Set columns of rows, with their history, and say so."""
        rows = list(selected)  # evaluated first: archived rows drop out of a filtered queryset
        with transaction.atomic(), editing(request.user):
            for row in rows:
                for name, value in values.items():
                    setattr(row, name, value)
                row.save()
        self.tell(request, rows, what)

    def tell(self, request: HttpRequest, rows: list[CatalogRow], what: str) -> None:
        """Log and say that something was done with rows."""
        for row in rows:
            self.log_change(request, row, f"{what}.")
        names = self.opts.verbose_name if len(rows) == 1 else self.opts.verbose_name_plural
        self.message_user(request, f"{what}: {len(rows)} {names}.")
