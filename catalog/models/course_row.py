"""The rows that a course alone sees, and its changes of shared rows."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import models

from .version import RowQuerySet


class CourseRow(models.Model):
    """A row of a course's catalog: one of its own with all its values, or only the values in which it differs from the
    shared row of this slug. They lie outside the tables of the shared catalog, so that no query of these finds them.

    `values` are by column: figures in SI, and slugs of other rows. One table serves all kinds of rows, so a figure
    added to the catalog needs no further migration."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="catalog_rows")
    table = models.CharField(max_length=20, help_text="The model of the row, in lower case.")
    slug = models.CharField(max_length=60)
    own = models.BooleanField(help_text="Whether the shared catalog does not have the row.")
    values = models.JSONField(default=dict)
    source = models.CharField(max_length=200, blank=True, help_text="Why a shared row is changed, and who says so.")
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    objects = RowQuerySet.as_manager()

    class Meta:
        verbose_name = "row of a course"
        verbose_name_plural = "rows of courses"
        db_table = "catalog_course_row"
        default_permissions = ()
        ordering = ("table", "slug")
        constraints = (models.UniqueConstraint(fields=["group", "table", "slug"], name="course_row_once"),)

    def __str__(self) -> str:
        return f"{self.table} {self.slug}"
