"""The form of a row as a course sees it: the fields of the admin, with their units, ranges and warnings."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.db.models import CharField, ForeignKey, QuerySet, TextField
from django.utils.text import capfirst

from catalog.admin.form import SourceDateField
from catalog.conflicts import ConflictForm
from catalog.figure_sources import FIGURE_SOURCES
from catalog.figure_warnings import FigureWarningsForm, require
from catalog.layers import set_column
from catalog.models import CatalogRow, RowRevision
from catalog.table_cache import catalog_table
from catalog.words import column_text
from mlsysweb.saved.scenarios.text import control_character

_ASIDE = frozenset({"slug", "archived", "edited_at"})
_SOURCE = ("source", "source_url", "source_date", "verified", "note")
# The name of the field that says why a shared row is changed.
WHY = "why"
_WHY = "Why the course changes it, and who says so: a quote, a price list, an exercise."


def form_groups(table: type[CatalogRow]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield the groups of the admin's form of a table: heading, what is easily got wrong, and the columns."""
    groups: Any = admin.site.get_model_admin(table).groups  # type: ignore[attr-defined]
    for title, options in groups:
        names = tuple(name for name in flatten_fieldsets([(title, options)]) if name not in _ASIDE)
        yield title or "Identity", options["description"] if title else "", names


class CourseRowForm(FigureWarningsForm, ConflictForm, forms.Form):
    """The form of a row of the visible course. `row` is the row as it is now and `shared` the row of the shared catalog
    that is changed, None for one of the course's own. `warnings` are the sentences that stand in the way of saving
    until they are accepted. `history` holds what the course has saved of the row. Nothing is saved by the form."""

    def __init__(
        self,
        table: type[CatalogRow],
        data: Any = None,
        *,
        row: Any = None,
        shared: Any = None,
        why: str = "",
        history: QuerySet[RowRevision] | None = None,
    ) -> None:
        super().__init__(data)
        self.history = RowRevision.objects.none() if history is None else history
        self.table, self.row, self.shared = table, row, shared
        own = shared is None
        names = [name for *_, group in form_groups(table) for name in group]
        self.columns = tuple(name for name in (*names, *(_SOURCE if own else ())) if own or name != "name")
        for name in self.columns:
            self.fields[name] = self._field(name)
        if not own:
            self.fields[WHY] = forms.CharField(label="Source", help_text=_WHY, max_length=200)
        for field in self.fields.values():
            require(field)
        self.initial: dict[str, Any] = {WHY: why}
        if row is not None:
            self.initial.update({name: self._value(row, name) for name in self.columns})
        self.note_opened()

    @property
    def described(self) -> type[CatalogRow]:
        """Return the table of the row."""
        return self.table

    def recorded(self) -> QuerySet[RowRevision]:
        """Return what the course has saved of the row."""
        return self.history

    def stored(self, column: str) -> Any:
        """Return the value of a column as the course sees it now, another row as its slug."""
        return self._value(self.row, column)

    def begin_with(self, row: Any) -> None:
        """Let the form of a new row begin with the values of another, except its name."""
        self.initial.update({name: self._value(row, name) for name in self.columns if name != "name"})

    def _field(self, name: str) -> forms.Field:
        column: Any = self.table._meta.get_field(name)
        if isinstance(column, ForeignKey):
            related: Any = column.related_model
            rows = [(slug, words) for slug, words, _ in catalog_table(related.describes).choices]
            return forms.ChoiceField(
                choices=[("", "None" if column.null else "Choose"), *rows],
                required=not column.blank,
                label=capfirst(str(column.verbose_name)),
                help_text=str(column.help_text),
            )
        if name == "source_date":
            return SourceDateField(label="Source date", help_text="When the source said so: 2026-10.")
        options = {"assume_scheme": "https"} if name == "source_url" else {}
        field: forms.Field = column.formfield(**options)
        field.widget.attrs.pop("maxlength", None)  # a browser would cut off pasted text without a word
        return field

    @staticmethod
    def _value(row: Any, name: str) -> Any:
        value = getattr(row, name)
        return value.slug if isinstance(value, CatalogRow) else value

    @property
    def values(self) -> dict[str, Any]:
        """Return what is stored of a valid form: of a shared row the columns that differ from it, of an own one all."""
        typed = {name: None if (value := self.cleaned_data[name]) == "" else value for name in self.columns}
        if self.shared is None:
            return {name: "" if value is None and self._is_text(name) else value for name, value in typed.items()}
        shared = {name: None if (value := self._value(self.shared, name)) == "" else value for name in self.columns}
        return {
            name: "" if value is None and self._is_text(name) else value
            for name, value in typed.items()
            if value != shared[name]
        }

    def _is_text(self, name: str) -> bool:
        return isinstance(self.table._meta.get_field(name), CharField | TextField)

    def shared_text(self, name: str) -> str:
        """Return the value of a column in the shared catalog as text; empty where the row has that value."""
        if self.shared is None or name not in self.columns:
            return ""
        value, now = self._value(self.shared, name), self._value(self.row, name)
        if value == now:
            return ""
        return (
            str(value) if isinstance(getattr(self.shared, name), CatalogRow) else column_text(self.table, name, value)
        )

    def clean(self) -> dict[str, Any]:
        """Return the values typed. Add an error for each that is impossible, taken, or unusual and not accepted."""
        super().clean()
        typed = {name: value for name, value in self.cleaned_data.items() if name in self.columns}
        for name, value in list(self.cleaned_data.items()):
            if isinstance(value, str) and (problem := control_character(value.replace("\n", " ").replace("\r", " "))):
                self.add_error(name, ValidationError(f"{self.fields[name].label} {problem}"))
        self._check_row(typed)
        self._check_name()
        if self.shared is not None and not self.errors and not self.values:
            raise ValidationError("Nothing differs from the shared row: change a figure.")
        self.check_others()
        self._check_figures(typed)
        return self.cleaned_data

    def _check_row(self, typed: Mapping[str, Any]) -> None:
        """Add the errors that the columns of the table find, such as a date that is none."""
        row = copy.copy(self.row) if self.row is not None else self.table(slug="new")
        row.course = None
        for name, value in typed.items():
            set_column(row, name, value, catalog_table)
        others = {each.name for each in self.table._meta.fields} - typed.keys() | {"slug"}
        pointers = {each.name for each in self.table._meta.fields if isinstance(each, ForeignKey)}
        try:
            row.clean_fields(exclude=others | pointers | set(self.errors))
        except ValidationError as bad:
            for name, errors in bad.error_dict.items():
                self.add_error(name, errors)

    def _check_name(self) -> None:
        name = str(self.cleaned_data.get("name") or "")
        found = catalog_table(self.table.describes).by_name.get(name.strip().lower()) if name else None
        if found is None or (self.row is not None and found.slug == self.row.slug):
            return
        own = found.course is not None and found.course.own
        where = "of this course" if own else "of the shared catalog; change its figures for the course instead"
        self.add_error("name", ValidationError(f"There is a row of this name {where}.", code="taken"))

    def _check_figures(self, typed: Mapping[str, Any]) -> None:
        known = {each.name: getattr(self.row, each.attname) for each in self.table._meta.fields} if self.row else {}
        known.pop(FIGURE_SOURCES, None)  # those of the shared row do not state the figures of the course
        self.ask_about_figures(self.table, known, typed)


def named_groups(form: CourseRowForm) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    """Return the groups of a form with the columns that it has, the source last."""
    for heading, caution, names in form_groups(form.table):
        shown = tuple(name for name in names if name in form.fields)
        if shown:
            yield heading, caution, shown
    yield "Where it comes from", "", tuple(name for name in (*_SOURCE, WHY) if name in form.fields)
