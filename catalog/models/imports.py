"""The imports of files into the catalog: what was uploaded, and what was written, so that it can be undone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from catalog.json_field import NumbersJSONField


class CatalogImport(models.Model):
    """A file that was uploaded for a table. Until it is written it holds the cells of the file as text; then it holds
    what was changed, from what to what, and no cells.

    `sheet` is `{"headings": [text], "rows": [[number, [text]]]}`. `written` is `{"at": time, "new": [slug], "changed":
    {slug: {"edited_at": time or null, "overrides": [column], "cells": {column: [before, after]}}}}`.
    """

    table = models.CharField(max_length=30)
    file_name = models.CharField(max_length=100)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    user_name = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    sheet: Any = models.JSONField(default=dict)
    written: Any = NumbersJSONField(default=dict)
    written_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = "import of a file"
        verbose_name_plural = "imports of files"
        db_table = "catalog_import"
        ordering = ("-pk",)
        default_permissions = ()

    def __str__(self) -> str:
        return f"Import {self.pk}: {self.file_name}"

    @property
    def new_slugs(self) -> list[str]:
        """Return the slugs of the rows it added."""
        return list(self.written.get("new", []))

    @property
    def changed_rows(self) -> dict[str, dict[str, Any]]:
        """Return what it changed, by the slug of the row after the change."""
        return dict(self.written.get("changed", {}))
