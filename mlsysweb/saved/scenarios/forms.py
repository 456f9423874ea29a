"""The form with which an owner edits title, notes, tags and visibility of a scenario. Saved only if the scenario has
not been changed since the form was opened."""

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
_ALL_TAGS = 1000  # typed, with commas and blanks: the limit applies before tags are counted


class SavableTextField(forms.CharField):
    """Text that the database can store, of at most `max_length` characters. Error messages continue a sentence that
    begins with the field's name. There is no maxlength attribute, because browsers silently cut pasted text."""

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
    """The editable text of a scenario. `revision` is that of the scenario when the form was opened; `classes` are those
    that its owner may share it with."""

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

    use_required_attribute = False  # the page shows missing values as errors like all others

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
        """Return the comma-separated words in lower case, each once."""
        words = (re.sub(r"\s+", " ", word).strip().lower() for word in self.cleaned_data["tags"].split(","))
        tags = list(dict.fromkeys(word for word in words if word))
        if len(tags) > _TAGS:
            raise ValidationError(f"are {len(tags)}; {_TAGS} is the most.")
        if long := next((tag for tag in tags if len(tag) > _TAG), ""):
            raise ValidationError(f"have one of {len(long)} characters, '{long[:20]}…'; {_TAG} is the most.")
        return tags

    def clean_revision(self) -> int:
        """Return the revision; 0, which no scenario has, for invalid input."""
        revision = self.cleaned_data["revision"]
        return int(revision) if revision.isdecimal() and len(revision) < 10 else 0

    def clean(self) -> dict[str, Any]:
        """Require a class only if the scenario is shared with one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self.errors.pop("group", None)
        if cleaned.get("visibility") != Visibility.CLASS:
            cleaned["group"] = None
        elif not cleaned.get("group"):
            self.add_error("visibility", "needs a class you are in; choose one, or show it to anyone with the link.")
        return cleaned

    def save_unless_changed(self) -> bool:
        """Save the valid form unless the scenario was saved elsewhere since the form was opened. Return whether it was
        saved."""
        written = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        unchanged = Scenario.objects.filter(pk=self.instance.pk, revision=self.cleaned_data["revision"])
        with transaction.atomic():
            if not unchanged.update(**written, revision=F("revision") + 1):
                return False
            tags = [Tag.objects.get_or_create(name=name)[0] for name in self.cleaned_data["tags"]]
            self.instance.tags.set(tags)
        return True

    def over(self, scenario: Scenario, classes: QuerySet[Group]) -> ScenarioForm:
        """Return a form with the same text, based on the current state of the scenario."""
        typed: QueryDict = self.data.copy()  # type: ignore[attr-defined]
        typed["revision"] = str(scenario.revision)
        return ScenarioForm(typed, instance=scenario, classes=classes)

    def differences(self, scenario: Scenario) -> Iterator[tuple[str, str]]:
        """Yield the fields in which a scenario differs from this valid form."""
        tags = list(scenario.tags.values_list("name", flat=True))
        saved = {"title": scenario.title, "notes": scenario.notes, "tags": tags, "visibility": scenario.visibility}
        for name, value in saved.items():
            typed = self.cleaned_data[name]
            if (sorted(typed) != sorted(value)) if name == "tags" else typed != value:
                yield name.capitalize(), (", ".join(value) if name == "tags" else str(value)) or "nothing"


def title_problem(title: str) -> str:
    """Return the error of a title, as the rest of a sentence that begins with its name; an empty string if it is
    valid."""
    field = ScenarioForm.base_fields["title"]
    try:
        field.run_validators(field.to_python(title))
    except ValidationError as wrong:
        return str(wrong.messages[0])
    return ""
