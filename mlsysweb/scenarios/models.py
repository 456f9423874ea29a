from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse

from .ids import short_id


class Scenario(models.Model):
    """A saved answer. It keeps what was asked, the catalog rows as they were, what was found and by which version,
    so that it shows the same for ever; a change of catalog or solver is a new version, never this row."""

    id = models.CharField(primary_key=True, max_length=16, default=short_id, editable=False)
    kind = models.CharField(max_length=20, default="wall", help_text="Which sort of page it is: wall, exploration, …")
    solver = models.SlugField(max_length=60)
    solver_version = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    question = models.JSONField(help_text="Inputs as typed, by name; what equals the default is left out.")
    snapshot = models.JSONField(help_text="Every catalog row used, as it was.")
    result = models.JSONField(help_text="The whole answer, as solvers.result keeps it.")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="forks")
    session = models.CharField(max_length=40, blank=True, db_index=True, help_text="The browser it belongs to.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="scenarios"
    )
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("scenarios:scenario", args=[self.id])
