"""Adds import and export to the admin of a table."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path

from . import views


class TransferAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """An admin whose list has the buttons Import and Export."""

    change_list_template = "admin/catalog/change_list.html"

    def get_urls(self) -> list[Any]:
        name = f"catalog_{self.opts.model_name}"
        own = [
            path("import/", self.admin_site.admin_view(self._start), name=f"{name}_import"),
            path("import/<int:number>/", self.admin_site.admin_view(self._preview), name=f"{name}_preview"),
            path("export/<slug:form>/", self.admin_site.admin_view(self._export), name=f"{name}_export"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        links = views.transfer_links(self, request)
        return super().changelist_view(request, {"transfer": links, **(extra_context or {})})

    def _start(self, request: HttpRequest) -> HttpResponse:
        return views.start(self, request)

    def _preview(self, request: HttpRequest, number: int) -> HttpResponse:
        return views.preview(self, request, number)

    def _export(self, request: HttpRequest, form: str) -> HttpResponse:
        return views.export_rows(self, request, form)
