"""What people write about a scenario, read from a form: checked as a whole, and written only over what they saw."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import F, QuerySet

from .models import Scenario, Tag, Visibility
from .text import control_character

_TITLE, _NOTES, _TAG, _TAGS = 200, 20_000, 40, 12
_ALL_TAGS = 1000  # as typed, with commas and blanks between: it is read before the tags are counted


@dataclass(frozen=True)
class Edit:
    """The fields as text. `revision` is that of the scenario they were typed over."""

    title: str
    notes: str
    tags: str
    visibility: str
    group: str
    revision: int

    @classmethod
    def of(cls, scenario: Scenario) -> Edit:
        return cls(
            title=scenario.title,
            notes=scenario.notes,
            tags=", ".join(scenario.tags.values_list("name", flat=True)),
            visibility=scenario.visibility,
            group=str(scenario.group_id or ""),
            revision=scenario.revision,
        )

    @classmethod
    def typed(cls, form: Mapping[str, str]) -> Edit:
        text = {
            name: form.get(name, "").replace("\r\n", "\n") for name in ("title", "notes", "tags", "visibility", "group")
        }
        revision = form.get("revision", "")
        return cls(**text, revision=int(revision) if revision.isdecimal() and len(revision) < 10 else 0)


def problems(edit: Edit, classes: QuerySet[Group]) -> dict[str, str]:
    """What is wrong with which field, as sentences."""
    wrong = {}
    if not edit.title.strip():
        wrong["title"] = "needs at least a word, so that it can be found again."
    elif problem := title_problem(edit.title):
        wrong["title"] = problem
    if len(edit.notes) > _NOTES:
        wrong["notes"] = f"are {len(edit.notes):,} characters long; {_NOTES:,} is the most."
    elif problem := control_character(edit.notes):
        wrong["notes"] = problem
    tags = tags_of(edit.tags) if len(edit.tags) <= _ALL_TAGS else []
    if len(edit.tags) > _ALL_TAGS:
        wrong["tags"] = f"are {len(edit.tags):,} characters long together; {_ALL_TAGS:,} is the most."
    elif problem := control_character(edit.tags):
        wrong["tags"] = problem
    elif len(tags) > _TAGS:
        wrong["tags"] = f"are {len(tags)}; {_TAGS} is the most."
    elif long := next((tag for tag in tags if len(tag) > _TAG), ""):
        wrong["tags"] = f"have one of {len(long)} characters, '{long[:20]}…'; {_TAG} is the most."
    if edit.visibility not in Visibility.values:
        wrong["visibility"] = f"is one of: {', '.join(Visibility.labels).lower()}."
    elif edit.visibility == Visibility.CLASS and not _is_of(classes, edit.group):
        wrong["visibility"] = "needs a class you are in; choose one, or show it to anyone with the link."
    return wrong


def title_problem(title: str) -> str:
    """What is wrong with a title, as the rest of a sentence that begins with its name; nothing when it can be saved."""
    if len(title.strip()) > _TITLE:
        return f"is {len(title.strip()):,} characters long; {_TITLE} is the most."
    return control_character(title)


def _is_of(classes: QuerySet[Group], group: str) -> bool:
    return group.isdecimal() and len(group) < 10 and classes.filter(pk=int(group)).exists()


def tags_of(text: str) -> list[str]:
    """Words between commas, in small letters, each once."""
    words = (re.sub(r"\s+", " ", word).strip().lower() for word in text.split(","))
    return list(dict.fromkeys(word for word in words if word))


def save_edit(scenario: Scenario, edit: Edit) -> bool:
    """Whether the edit was written: only if nobody has written another since it was begun."""
    with transaction.atomic():
        fields = {
            "title": edit.title.strip(),
            "notes": edit.notes.strip(),
            "visibility": edit.visibility,
            "group_id": int(edit.group) if edit.visibility == Visibility.CLASS else None,
            "revision": F("revision") + 1,
        }
        if not Scenario.objects.filter(pk=scenario.pk, revision=edit.revision).update(**fields):
            return False
        scenario.tags.set([Tag.objects.get_or_create(name=name)[0] for name in tags_of(edit.tags)])
    return True


def rebased(edit: Edit, scenario: Scenario) -> Edit:
    """The same text, now typed over what the scenario is."""
    return replace(edit, revision=scenario.revision)
