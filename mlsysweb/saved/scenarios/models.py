from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.urls import reverse

from catalog.json_field import NumbersJSONField

from .ids import short_id


class Visibility(models.TextChoices):
    """The users who may see a scenario."""

    PRIVATE = "private", "Only me"
    LINK = "link", "Anyone with the link"
    CLASS = "class", "My class"


class Tag(models.Model):
    """A tag of an owner's scenarios, in lower case."""

    name = models.CharField(max_length=40, unique=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Scenario(models.Model):
    """A saved scenario with its own link. Title, notes and tags can be edited, and `revision` counts the edits;
    questions and answers are in its versions, which never change."""

    id = models.CharField(primary_key=True, max_length=16, default=short_id, editable=False)
    path = models.CharField(max_length=200, help_text="The page it was kept from, such as /walls/roofline/.")
    solver = models.SlugField(max_length=60, help_text="The wall's name, or that of a page over several walls.")
    title = models.CharField(max_length=200)
    notes = models.TextField(blank=True, max_length=20_000, help_text="Markdown.")
    tags = models.ManyToManyField(Tag, blank=True, related_name="scenarios")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="forks")
    parent_version = models.PositiveIntegerField(null=True, blank=True, help_text="Which version of it was forked.")
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.LINK)
    group = models.ForeignKey(
        "auth.Group",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="scenarios",
        help_text="The class it is shown to.",
    )
    session = models.CharField(max_length=40, blank=True, db_index=True, help_text="The browser it belongs to.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="scenarios"
    )
    revision = models.PositiveIntegerField(default=1, help_text="Counts edits, so that none is lost unseen.")
    created = models.DateTimeField(auto_now_add=True)
    deleted = models.DateTimeField(null=True, blank=True, help_text="Hidden since; it can be taken back.")

    removed = models.CharField(max_length=500, blank=True, help_text="Why the staff removed it; then it stays hidden.")
    opened = models.DateField(null=True, blank=True, help_text="When it was last opened, to within a week.")

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("scenarios:scenario", args=[self.id])

    @property
    def latest(self) -> Version:
        version: Version = self.versions.latest("number")
        return version


class Version(models.Model):
    """A stored answer: the question, the catalog rows it used, the result, and the version of the solver. Immutable."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    solver_version = models.CharField(max_length=20)
    question = models.JSONField(help_text="Inputs as typed, by name; what equals the default is left out.")
    snapshot = NumbersJSONField(help_text="Every catalog row used, as it was.")
    result = NumbersJSONField(
        help_text="Of a wall solvers.result as kept; of a page over many walls its data, its inputs and the walls' "
        "versions."
    )
    said = models.TextField(blank=True, help_text="The answer in a sentence; nothing of a page kept as HTML.")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("number",)
        constraints = [models.UniqueConstraint(fields=["scenario", "number"], name="one_answer_per_version")]

    def __str__(self) -> str:
        return f"{self.scenario}, version {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A version is never changed; another answer is another version.")
        super().save(*args, **kwargs)

    @property
    def address(self) -> str:
        """Return the URL of the live page with these inputs."""
        query = urlencode(self.question, doseq=True)
        return f"{self.scenario.path}?{query}" if query else self.scenario.path
