"""Setting the source of several rows at once: only the fields filled in are set, and each row has it in its history."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from catalog.models import CatalogRow
from catalog.models.history import editing
from catalog.overrides import note_overrides

from .form import SourceDateField
from .row_pages import RowPages


class SourceForm(forms.Form):
    """The source of several rows; what is left empty stays as it is in each of them."""

    source = forms.CharField(required=False, max_length=200, widget=forms.TextInput(attrs={"class": "vLargeTextField"}))
    source_url = forms.URLField(required=False, label="Source URL", max_length=300, assume_scheme="https")
    source_date = SourceDateField(required=False, help_text="A year, a month (2026-10) or a day (2026-10-31).")
    verified = forms.ChoiceField(required=False, choices=[("", "As it is"), *CatalogRow.Verified.choices])
    reason = forms.CharField(required=False, max_length=300, widget=forms.TextInput(attrs={"class": "vLargeTextField"}))

    def clean_source_date(self) -> str:
        """Return the date. Raise ValidationError where it is none."""
        text = str(self.cleaned_data["source_date"])
        if text:
            CatalogRow._meta.get_field("source_date").run_validators(text)
        return text

    def clean(self) -> dict[str, Any]:
        """Return the values. Raise ValidationError where there are none."""
        if not self.errors and not self.values:
            raise ValidationError("Fill in at least one of source, URL, date and verified.")
        return self.cleaned_data

    @property
    def values(self) -> dict[str, str]:
        """Return the values to set, by column."""
        return {name: value for name, value in self.cleaned_data.items() if value and name != "reason"}


@admin.action(description="Set source, date or verified", permissions=["change"])
def set_source(model_admin: RowPages, request: HttpRequest, selected: QuerySet[CatalogRow]) -> HttpResponse | None:
    """Show the form for the source of the rows selected, or set it."""
    form = SourceForm(request.POST if "set" in request.POST else None)
    if form.is_bound and form.is_valid():
        rows = list(selected)
        with transaction.atomic(), editing(request.user, form.cleaned_data["reason"]):
            for row in rows:
                for name, value in form.values.items():
                    setattr(row, name, value)
                note_overrides(row, form.values)
                row.save()
        model_admin.tell(request, rows, "Source set")
        return None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Set source, date or verified",
        "opts": model_admin.opts,
        "media": model_admin.media,
        "form": form,
        "rows": selected,
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return render(request, "admin/catalog/set_source.html", context)
