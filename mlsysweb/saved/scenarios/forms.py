"""The form in which an owner writes about a scenario: checked as a whole, and written only over what was seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import QueryDict

from .models import Scenario, Tag, Visibility
from .text import control_character

if TYPE_CHECKING:
    ScenarioModelForm = forms.ModelForm[Scenario]
else:
    ScenarioModelForm = forms.ModelForm

_TAG: int = Tag._meta.get_field("name").max_length or 0
_TAGS = 12
_ALL_TAGS = 1000  # as typed, with commas and blanks between: it is read before the tags are counted


class SavableTextField(forms.CharField):
    """Text that the database takes, of at most `max_length` characters. What is wrong is the rest of a sentence that
    begins with the field's name. The browser is not told the length: it would cut what is pasted without a word."""

    default_error_messages = {"max_length": "is %(length)s characters long; %(most)s is the most."}

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(**options)
        self.most = max_length
        self.validators = [self._check]

    def to_python(self, value: Any) -> Any:
        return (super().to_python(value) or "").replace("\r\n", "\n")

    def _check(self, text: str) -> None:
        if len(text) > self.most:
            numbers = {"length": f"{len(text):,}", "most": f"{self.most:,}"}
            raise ValidationError(self.error_messages["max_length"], code="max_length", params=numbers)
        if problem := control_character(text):
            raise ValidationError(problem, code="control_character")


class ScenarioForm(ScenarioModelForm):
    """What is written about a scenario. `revision` is that of the scenario it was typed over; `classes` are those
    that its owner may show it to."""

    tags = SavableTextField(
        max_length=_ALL_TAGS,
        required=False,
        label="Tags, with commas between",
        error_messages={"max_length": "are %(length)s characters long together; %(most)s is the most."},
    )
    revision = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Scenario
        fields = ("title", "notes", "visibility", "group")
        field_classes = {"title": SavableTextField, "notes": SavableTextField}
        labels = {"notes": "Notes (Markdown)", "visibility": "Who may see it", "group": "Which class"}
        widgets = {"notes": forms.Textarea(attrs={"rows": 6})}
        error_messages = {
            "title": {"required": "needs at least a word, so that it can be found again."},
            "notes": {"max_length": "are %(length)s characters long; %(most)s is the most."},
            "visibility": dict.fromkeys(
                ("required", "invalid_choice"), f"is one of: {', '.join(Visibility.labels).lower()}."
            ),
        }

    use_required_attribute = False  # what is missing is said by the page, as all else is

    def __init__(self, *args: Any, classes: QuerySet[Group], **options: Any) -> None:
        super().__init__(*args, **options)
        self.auto_id, self.label_suffix = "edit-%s", ""
        self.initial["tags"] = ", ".join(self.instance.tags.values_list("name", flat=True))
        self.initial["revision"] = self.instance.revision
        groups = self.fields["group"]
        assert isinstance(groups, forms.ModelChoiceField)
        groups.queryset, groups.empty_label = classes, None
        if not classes:
            others = [choice for choice in Visibility.choices if choice[0] != Visibility.CLASS]
            self.fields["visibility"].widget.choices = others
        for name, field in self.fields.items():
            if name in ("title", "notes", "tags", "visibility"):
                field.widget.attrs["aria-describedby"] = f"edit-{name}-error"

    def clean_tags(self) -> list[str]:
        """The words between commas, in small letters, each once."""
        words = (re.sub(r"\s+", " ", word).strip().lower() for word in self.cleaned_data["tags"].split(","))
        tags = list(dict.fromkeys(word for word in words if word))
        if len(tags) > _TAGS:
            raise ValidationError(f"are {len(tags)}; {_TAGS} is the most.")
        if long := next((tag for tag in tags if len(tag) > _TAG), ""):
            raise ValidationError(f"have one of {len(long)} characters, '{long[:20]}…'; {_TAG} is the most.")
        return tags

    def clean_revision(self) -> int:
        """Zero, which no scenario has, for what is no number."""
        revision = self.cleaned_data["revision"]
        return int(revision) if revision.isdecimal() and len(revision) < 10 else 0

    def clean(self) -> dict[str, Any]:
        """A class is asked for only where the scenario is shown to one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.errors.pop("group", None)
        if cleaned.get("visibility") != Visibility.CLASS:
            cleaned["group"] = None
        elif not cleaned.get("group"):
            self.add_error("visibility", "needs a class you are in; choose one, or show it to anyone with the link.")
        return cleaned

    def save_unless_changed(self) -> bool:
        """Whether the valid form was written: only if nobody has written another since it was begun."""
        written = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        seen = Scenario.objects.filter(pk=self.instance.pk, revision=self.cleaned_data["revision"])
        with transaction.atomic():
            if not seen.update(**written, revision=F("revision") + 1):
                return False
            tags = [Tag.objects.get_or_create(name=name)[0] for name in self.cleaned_data["tags"]]
            self.instance.tags.set(tags)
        return True

    def over(self, scenario: Scenario, classes: QuerySet[Group]) -> ScenarioForm:
        """The same text, now typed over what the scenario is."""
        typed: QueryDict = self.data.copy()  # type: ignore[attr-defined]
        typed["revision"] = str(scenario.revision)
        return ScenarioForm(typed, instance=scenario, classes=classes)

    def differences(self, scenario: Scenario) -> Iterator[tuple[str, str]]:
        """What a scenario has otherwise than this valid form, field by field."""
        tags = list(scenario.tags.values_list("name", flat=True))
        saved = {"title": scenario.title, "notes": scenario.notes, "tags": tags, "visibility": scenario.visibility}
        for name, value in saved.items():
            typed = self.cleaned_data[name]
            if (sorted(typed) != sorted(value)) if name == "tags" else typed != value:
                yield name.capitalize(), (", ".join(value) if name == "tags" else str(value)) or "nothing"


def title_problem(title: str) -> str:
    """What is wrong with a title, as the rest of a sentence that begins with its name; nothing when it can be saved."""
    field = ScenarioForm.base_fields["title"]
    try:
        field.run_validators(field.to_python(title))
    except ValidationError as wrong:
        return str(wrong.messages[0])
    return ""
