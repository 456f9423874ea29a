"""The admin classes that all catalog tables share: figures are shown and entered with units, and edits are never
overwritten."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.widgets import AdminTextInputWidget, AutocompleteSelect
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

from catalog.fields import QuantityField
from catalog.load import restore
from catalog.models import CatalogRow, RowRevision
from catalog.models.history import editing
from catalog.overrides import note_overrides
from catalog.table_paths import TABLE_PATHS
from catalog.transfer.admin import TransferAdmin
from catalog.usage import used_by
from solvers import quantities

from .bulk import set_source
from .form import RowForm
from .row_pages import RowPages

# A primary key that a database can look up.
_KEY = re.compile("[0-9]{1,18}")


class RowSelect(AutocompleteSelect):
    """The search field of a referenced row; it shows nothing chosen for text that is no key."""

    def optgroups(self, name: str, value: Sequence[str], attrs: Any = None) -> Any:
        return super().optgroups(name, [each for each in value if not each or _KEY.fullmatch(str(each))], attrs)


UNITS = (
    "A bare number is in the unit beside its field; any other unit may be typed, such as 3.35 TB/s or 80 GiB. Leave "
    "empty what is not known: it is not zero."
)
PROVENANCE = (
    "Where it comes from",
    {"fields": ("source", "source_url", "source_date", "verified", "note", "figure_sources", "edited_at")},
)
CHANGE = ("This change", {"fields": ("reason",)})
# Column headings for figures whose label is too long for the list.
SHORT = {
    "memory_capacity": "Memory",
    "memory_bandwidth": "Bandwidth",
    "tdp": "TDP",
    "unit_price": "Price",
    "active_parameters": "Active",
    "context_length": "Context",
    "accelerators_per_node": "Each with",
    "nic_bandwidth": "Network card",
    "max_power": "Power",
    "carbon_intensity": "Carbon",
    "electricity_price": "Price",
}


def identity(*fields: Any) -> tuple[None, dict[str, Any]]:
    """Return the first fieldset of a row: its name, source and notes, and how to enter figures."""
    return None, {"fields": ("name", "slug", "archived", *fields), "description": UNITS}


def figures(title: str, *fields: Any, beware: str = "") -> tuple[str, dict[str, Any]]:
    """Return a fieldset of figures. `beware` is a note on what is easily got wrong."""
    return title, {"fields": fields, "description": beware}


def figure_column(table: type[CatalogRow], name: str) -> Callable[[CatalogRow], str | None]:
    """Return a list column that shows a figure in its usual unit."""
    field: Any = table._meta.get_field(name)
    declared = field.declared

    @admin.display(description=SHORT.get(name, field.verbose_name), ordering=name)
    def shown(row: CatalogRow) -> str | None:
        value = getattr(row, name)
        # Non-breaking spaces keep number and unit on one line.
        return (
            None
            if value is None
            else quantities.format_quantity(value, declared.unit, declared.display_unit).replace(" ", "\u00a0")
        )

    shown.__name__ = f"{name}_shown"
    return shown


class EditedHere(admin.SimpleListFilter):
    """Filters rows by whether they were edited on this site since they were loaded."""

    title = "edited here"
    parameter_name = "edited"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes: loading leaves it alone"), ("no", "No: as shipped")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CatalogRow]) -> QuerySet[CatalogRow]:
        wanted = {"yes": False, "no": True}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(edited_at__isnull=wanted)


class LacksFigure(admin.SimpleListFilter):
    """Filters rows by a figure of the list that is not known of them."""

    title = "lacks"
    parameter_name = "lacks"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        table = model_admin.model
        figures = [field for field in table._meta.fields if isinstance(field, QuantityField)]
        asked = {*model_admin.columns, "cloud_price", "tdp", "price", "power"}
        return [(field.name, capfirst(str(field.verbose_name))) for field in figures if field.name in asked]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CatalogRow]) -> QuerySet[CatalogRow]:
        known = {str(value) for value, _ in self.lookup_choices}
        return queryset.filter(**{f"{self.value()}__isnull": True}) if self.value() in known else queryset


class RowAdmin(TransferAdmin, RowPages):
    """The admin of one table. A subclass sets the columns of its list and the groups of its figures."""

    columns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    groups: tuple[Any, ...] = ()
    actions = ("archive", "bring_back", "take_shipped", set_source)
    form = RowForm
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("edited_at",)
    save_as = True
    search_fields: ClassVar[tuple[str, ...]] = ("name", "slug", "source", "note")

    class Media:
        css = {"all": ("css/catalog_admin.css",)}
        js = ("js/catalog_admin.js",)

    def view_on_site(self, obj: CatalogRow) -> str:
        """Return the public page of a row."""
        return reverse("catalog:row", args=[TABLE_PATHS[type(obj).describes.__name__.lower()], obj.slug])

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return ("name", *(self._column(name) for name in self.columns), "checked", "edited")

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        return (*self.filters, "verified", LacksFigure, "archived", EditedHere)

    def get_fieldsets(self, request: HttpRequest, obj: CatalogRow | None = None) -> Any:
        fieldsets = (*self.groups, PROVENANCE)
        if obj is not None and not self.has_change_permission(request, obj):
            return [(title, {**options, "fields": self._to_read(options["fields"])}) for title, options in fieldsets]
        return (*fieldsets, CHANGE)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form of a row, which knows the request: some users of a row are counted only."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"request": request})

    def get_readonly_fields(self, request: HttpRequest, obj: CatalogRow | None = None) -> Any:
        shown = [name for name in flatten_fieldsets(self.get_fieldsets(request, obj)) if callable(name)]
        return (*self.readonly_fields, *shown)

    def get_prepopulated_fields(self, request: HttpRequest, obj: CatalogRow | None = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "source_url":
            options["assume_scheme"] = "https"
        if db_field.name == "source":
            options["widget"] = AdminTextInputWidget(attrs={"class": "vLargeTextField"})
        return super().formfield_for_dbfield(db_field, request, **options)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Return the field of a reference. What was chosen is looked up again to show a refused form, where Django's
        widget fails on text that is no key."""
        if db_field.name in self.get_autocomplete_fields(request):
            options["widget"] = RowSelect(db_field, self.admin_site, using=options.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **options)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the row with its history. Figures that differ from the shipped ones are noted, so that loading leaves
        them alone; archiving a row is no edit of its figures."""
        note_overrides(obj, (obj._meta.get_field(name).attname for name in form.changed_data))
        with editing(request.user, form.cleaned_data["reason"]):
            super().save_model(request, obj, form, change)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the page of the form, with the uses of the row and the warnings to accept."""
        form, row = context["adminform"].form, kwargs.get("obj")
        warnings = form.warnings if form.is_bound else []
        context |= {"warnings": warnings, "digest": form.digest if warnings else "", "conflict": form.conflict}
        context |= {"uses": used_by(request, row) if row else ()}
        if warnings or (form.is_bound and form.only_conflicts):
            context["errors"] = None  # the note above the fields says what to do instead
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(ordering="verified", description="Verified")
    def checked(self, row: CatalogRow) -> str:
        return str(row.verified)

    @admin.display(ordering="edited_at", description="Edited")
    def edited(self, row: CatalogRow) -> str | None:
        return "here" if row.edited_at else None

    @admin.action(description="Archive: hide from pickers", permissions=["change"])
    def archive(self, request: HttpRequest, selected: QuerySet[CatalogRow]) -> None:
        self.set_values(request, selected, "Archived", archived=True)

    @admin.action(description="Bring back from the archive", permissions=["change"])
    def bring_back(self, request: HttpRequest, selected: QuerySet[CatalogRow]) -> None:
        self.set_values(request, selected, "Brought back", archived=False)

    @admin.action(description="Take the shipped figures again", permissions=["change"])
    def take_shipped(self, request: HttpRequest, selected: QuerySet[CatalogRow]) -> None:
        rows = list(selected)
        with editing(request.user, action=RowRevision.Action.RESTORED, reason="Shipped figures"):
            left = restore(self.model, rows)
        self.tell(request, [row for row in rows if row not in left], "Took the shipped figures again")
        for row, why in left.items():
            self.message_user(request, f"{row} is left as it is: {why}.", messages.WARNING)

    def _column(self, name: str) -> Any:
        return figure_column(self.model, name) if self._is_figure(name) else name

    def _is_figure(self, name: str) -> bool:
        return isinstance(self.model._meta.get_field(name), QuantityField)

    def _to_read(self, fields: Any) -> tuple[Any, ...]:
        """Return `fields` with units, for users who may view but not edit; they would otherwise see bare SI numbers."""
        return tuple(self._to_read(each) if isinstance(each, tuple) else self._column(each) for each in fields)
