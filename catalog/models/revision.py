"""The history of catalog rows: one table for all of them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models

from catalog.json_field import NumbersJSONField


class RowRevision(models.Model):
    """A state of a row after a change: all its values, and what changed. One table holds the history of all rows, so
    a figure added to the catalog needs no further migration. Figures are in SI, and other rows are primary keys.

    A revision with a `group` is one of what a course has of a row: of its own rows, and of its changes of shared rows.
    It is found by the slug, and other rows are slugs; see `catalog/course_history.py`."""

    class Action(models.TextChoices):
        """How a state came about."""

        LOADED = "loaded", "First recorded state"
        ADDED = "added", "Added"
        EDITED = "edited", "Edited"
        SHIPPED = "shipped", "Shipped correction"
        RESTORED = "restored", "Restored"
        DELETED = "deleted", "Deleted"

    table = models.CharField(max_length=20, help_text="The model of the row, in lower case.")
    row = models.PositiveBigIntegerField(help_text="Its primary key; 0 in the catalog of a course.")
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="+")
    slug = models.CharField(max_length=60, blank=True, help_text="Of the row of a course.")
    action = models.CharField(max_length=10, choices=Action.choices, default=Action.EDITED)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    changes = NumbersJSONField(default=dict, help_text="By column: the value before and the one after.")
    values = NumbersJSONField(help_text="All columns after the change.")
    created = models.DateTimeField()

    class Meta:
        ordering = ("-pk",)
        indexes = [
            models.Index(fields=["table", "row"], name="revisions_of_a_row"),
            models.Index(fields=["group", "table", "slug"], name="revisions_of_a_course"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.table} {self.values.get('slug', self.row)}"
