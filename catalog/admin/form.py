"""The form of a catalog row. It asks before it saves an unusual figure, and offers the shipped value of each column
that was edited."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.conflicts import OPENED, ConflictForm
from catalog.figure_sources_form import FigureSourcesFormField
from catalog.figure_warnings import FigureWarningsForm, require
from catalog.models import CatalogRow, RowRevision
from catalog.models.history import revisions
from catalog.overrides import shipped_values
from catalog.table_cache import catalog_table
from catalog.usage import used_by, uses_text
from catalog.words import column_text
from solvers.shipped.figure_sources import FigureSource

_ASIDE = (OPENED, "reason")
_DATE_FORMATS = ("%B %Y", "%b %Y", "%d %B %Y", "%B %d, %Y", "%d %b %Y", "%Y/%m", "%Y/%m/%d", "%m/%Y")


class SourceDateField(forms.CharField):
    """A year, month or day. Months may be written in words: `January 2026` is read as `2026-01`."""

    def to_python(self, value: Any) -> str:
        text = " ".join(str(value or "").split())
        for form in _DATE_FORMATS:
            try:
                read = datetime.strptime(text, form)
            except ValueError:
                continue
            return read.strftime("%Y-%m-%d" if "%d" in form else "%Y-%m")
        return text


class RowForm(FigureWarningsForm, ConflictForm, forms.ModelForm):  # type: ignore[type-arg]
    """The form of a row, for the user of `request`. `accepted` in the data names the warnings that the user has
    read."""

    request: ClassVar[HttpRequest | None] = None
    reason = forms.CharField(
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        help_text="Why this is changed, such as a new data sheet. The history shows it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.note_opened()
        self._slug_uses = ""
        for name, field in self.fields.items():
            field.widget.attrs.pop("maxlength", None)  # a browser would cut off pasted text without a word
            require(field)
            if name == "source_date":
                self.fields[name] = SourceDateField(
                    label=field.label, help_text="When the source said so: 2026-10.", required=field.required
                )
                require(self.fields[name])
        for name, value in self.shipped.items():
            self._offer_shipped(name, value)
        for name, values in (self.instance.figure_sources or {}).items():
            self._name_source(name, FigureSource.from_dict(values))

    @property
    def described(self) -> type[CatalogRow]:
        """Return the table of the row."""
        return type(self.instance)

    def recorded(self) -> QuerySet[RowRevision]:
        """Return the history of the row; empty for a new one."""
        return revisions(self.instance) if self.instance.pk is not None else RowRevision.objects.none()

    def stored(self, column: str) -> Any:
        """Return the value of a column as the database has it."""
        return getattr(self.instance, column)

    @cached_property
    def shipped(self) -> dict[str, Any]:
        """Return the shipped values that differ from those of the row, by column."""
        if self.instance.pk is None or not self.instance.edited_at:
            return {}
        shipped = shipped_values(self.instance)
        return {name: value for name, value in shipped.items() if getattr(self.instance, name) != value}

    @cached_property
    def changed_data(self) -> list[str]:
        """Return the names of the fields of the row that differ from what it has."""
        return [name for name in super().changed_data if name not in _ASIDE]

    def clean(self) -> dict[str, Any]:
        """Return the values typed. Add an error for each figure that is impossible, unusual and not accepted, or saved
        by others since the form was opened."""
        super().clean()
        self.check_others()
        self._check_slug()
        return self.cleaned_data

    def _post_clean(self) -> None:
        # After the checks of the model: a warning on a field would keep Django from validating it.
        super()._post_clean()  # type: ignore[misc]
        self._check_figures()

    def _check_slug(self) -> None:
        slug, table = self.cleaned_data.get("slug"), type(self.instance)
        if not slug or "slug" not in self.changed_data:
            return
        found = catalog_table(table.describes).by_name.get(slug)
        if found is not None and found.pk != self.instance.pk and slug in found.former_slugs:
            sentence = f"'{slug}' was the slug of {found.name}, and links with it still lead there."
            self.add_error("slug", ValidationError(sentence, code="former"))
        elif self.request is not None and self.instance.pk is not None:
            self._slug_uses = uses_text(used_by(self.request, self.instance))

    def _check_figures(self) -> None:
        table = type(self.instance)
        typed = {name: value for name, value in self.cleaned_data.items() if name not in _ASIDE}
        known = {field.name: getattr(self.instance, field.attname) for field in table._meta.fields}
        others = []
        if "slug" in typed and self._slug_uses:
            sentence = f"The row is used by {self._slug_uses}. Links with its old slug will lead to the new one."
            others.append(("slug", sentence))
        self.ask_about_figures(table, known, typed, others)

    def _name_source(self, name: str, told: FigureSource) -> None:
        """Say below a figure that it has a source of its own, with a link to the inputs of that."""
        if name in self.fields and "figure_sources" in self.fields:
            said = ", ".join(filter(None, (told.method, told.source, told.date))) or told.note
            link = '<a class="own-source" href="#source-of-{}">Its own source</a>: {}.'
            self.explain(name, format_html(link, name, said))

    def _offer_shipped(self, column: str, value: Any) -> None:
        name = self.field_name(column)
        if name not in self.fields:
            return
        field, table = self.fields[name], type(self.instance)
        offer: SafeString | str = ""
        if column == name and not isinstance(field, forms.BooleanField | FigureSourcesFormField):
            text = field.prepare_value(value)
            offer = format_html(
                ' <button type="button" class="take-shipped" data-field="id_{}" data-value="{}">Take shipped</button>',
                name,
                "" if text is None else text,
            )
        shipped = column_text(table, column, value)
        self.explain(name, format_html('<span class="shipped">Shipped: {}.{}</span>', shipped, offer))
