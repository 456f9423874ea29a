from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models

from catalog.json_field import NumbersJSONField


class JobState(models.TextChoices):
    """The states of a search job."""

    WAITING = "waiting", "waiting"
    RUNNING = "running", "running"
    DONE = "done", "done"
    CANCELLED = "cancelled", "cancelled"
    FAILED = "failed", "failed"


class Job(models.Model):
    """A search too large for a request: its question, the catalog rows it uses, its progress and its result so far. Any
    worker can continue it."""

    key = models.CharField(
        primary_key=True, max_length=64, editable=False, help_text="The question and the catalog's version, digested."
    )
    query = models.TextField(help_text="The question as its link carries it.")
    snapshot = NumbersJSONField(help_text="The catalog rows it searches, as they were.")
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING, db_index=True)
    size = models.BigIntegerField(help_text="Configurations in the space.")
    count = models.BigIntegerField(default=0, help_text="Configurations looked at.")
    boxes = models.BigIntegerField(default=0, help_text="Boxes of the space done, in order.")
    seen = models.BinaryField(default=bytes, help_text="What the boxes came to, as NumPy keeps arrays.")
    seconds = models.FloatField(default=0.0, help_text="Spent on it so far.")
    error = models.TextField(blank=True)
    worker = models.CharField(max_length=40, blank=True, help_text="Who works on it.")
    lease = models.DateTimeField(null=True, blank=True, help_text="Until when that one is believed to be alive.")
    session = models.CharField(max_length=40, blank=True, db_index=True, help_text="The browser that began it.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="jobs"
    )
    group = models.ForeignKey(
        Group,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="jobs",
        help_text="The course whose catalog it searches; empty for the shared one.",
    )
    turn = models.DateTimeField(auto_now_add=True, help_text="When it last had a turn: the longest ago goes next.")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.size:,} configurations, {self.state}"

    @property
    def moving(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING)
