"""The catalog as instructors edit it: figures with units in, figures with units out, and never over their edits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Field, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from solvers import quantities

from .fields import QuantityField
from .load import restore
from .models import Accelerator, CloudRegion, Dataset, Fabric, Fleet, Grid, Model, Node, Row, Storage

IDENTITY = ("name", "slug", "archived")
PROVENANCE = (
    "Where it comes from",
    {"fields": ("source", "source_url", "source_date", "verified", "note", "edited_at")},
)
UNITS = (
    "With a unit, such as 3.35 TB/s or 80 GiB; a bare number is in SI. What is not known stays empty: it is not zero."
)


def figures(title: str, *fields: Any, more: str = "") -> tuple[str, dict[str, Any]]:
    """A group of figures; `more` says what a person might get wrong in it."""
    return title, {"fields": fields, "description": f"{UNITS} {more}".strip()}


def human(table: type[Row], name: str) -> Callable[[Row], str | None]:
    """A column that shows a figure in the unit a person would choose."""
    field: Field[Any, Any] = table._meta.get_field(name)
    declared = field.declared

    @admin.display(description=field.verbose_name, ordering=name)
    def shown(row: Row) -> str | None:
        value = getattr(row, name)
        return None if value is None else quantities.human(value, declared.unit, declared.shown)

    shown.__name__ = f"{name}_shown"
    return shown


class EditedHere(admin.SimpleListFilter):
    title = "edited here"
    parameter_name = "edited"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes: loading leaves it alone"), ("no", "No: as shipped")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Row]) -> QuerySet[Row]:
        wanted = {"yes": False, "no": True}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(edited_at__isnull=wanted)


class RowAdmin(admin.ModelAdmin):
    """What is the same for all tables. A table says which columns its list shows and how its figures are grouped."""

    columns: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    groups: tuple[Any, ...] = ()
    actions = ("archive", "bring_back", "take_shipped")
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("edited_at",)
    save_as = True
    search_fields = ("name", "slug", "source", "note")

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return ("name", *(self._column(name) for name in self.columns), "verified", "edited")

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        return (*self.filters, "verified", "archived", EditedHere)

    def get_fieldsets(self, request: HttpRequest, obj: Row | None = None) -> Any:
        fieldsets = (*self.groups, PROVENANCE)
        if obj is not None and not self.has_change_permission(request, obj):
            return [(title, {**options, "fields": self._to_read(options["fields"])}) for title, options in fieldsets]
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Row | None = None) -> Any:
        shown = [name for name in flatten_fieldsets(self.get_fieldsets(request, obj)) if callable(name)]
        return (*self.readonly_fields, *shown)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Row | None = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def formfield_for_dbfield(self, field: Any, request: HttpRequest, **options: Any) -> Any:
        if field.name == "source_url":
            options["assume_scheme"] = "https"
        return super().formfield_for_dbfield(field, request, **options)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Hiding a row is no edit of its figures: a new shipped figure may still reach it."""
        if not change or set(form.changed_data) - {"archived"}:
            obj.edited_at = timezone.now()
        super().save_model(request, obj, form, change)

    @admin.display(boolean=True, ordering="edited_at", description="Edited")
    def edited(self, row: Row) -> bool:
        return row.edited_at is not None

    @admin.action(description="Archive: hide from pickers", permissions=["change"])
    def archive(self, request: HttpRequest, rows: QuerySet[Row]) -> None:
        self._tell(request, rows, "Archived", rows.update(archived=True))

    @admin.action(description="Bring back from the archive", permissions=["change"])
    def bring_back(self, request: HttpRequest, rows: QuerySet[Row]) -> None:
        self._tell(request, rows, "Brought back", rows.update(archived=False))

    @admin.action(description="Take the shipped figures again", permissions=["change"])
    def take_shipped(self, request: HttpRequest, rows: QuerySet[Row]) -> None:
        own = restore(rows)
        shipped = rows.exclude(pk__in=[row.pk for row in own])
        self._tell(request, shipped, "Took the shipped figures again", shipped.count())
        for row in own:
            self.message_user(request, f"{row} did not come with the site and is left as it is.", messages.WARNING)

    def _tell(self, request: HttpRequest, rows: QuerySet[Row], what: str, count: int) -> None:
        for row in rows:
            self.log_change(request, row, f"{what}.")
        if count:
            self.message_user(
                request, f"{what}: {count} {self.opts.verbose_name_plural if count > 1 else self.opts.verbose_name}."
            )

    def _column(self, name: str) -> Any:
        return human(self.model, name) if self._is_figure(name) else name

    def _is_figure(self, name: str) -> bool:
        return isinstance(self.model._meta.get_field(name), QuantityField)

    def _to_read(self, fields: Any) -> tuple[Any, ...]:
        """Fields for somebody who may look and not edit, who would otherwise read bare SI numbers."""
        return tuple(self._to_read(each) if isinstance(each, tuple) else self._column(each) for each in fields)


@admin.register(Accelerator)
class AcceleratorAdmin(RowAdmin):
    columns = ("vendor", "release_year", "peak_fp16", "memory_capacity", "memory_bandwidth", "tdp", "unit_price")
    filters = ("tier", "vendor", "release_year", "confidence")
    search_fields = (*RowAdmin.search_fields, "vendor", "memory_kind")
    groups = (
        (None, {"fields": (*IDENTITY, "vendor", "tier", "release_year", "confidence")}),
        figures(
            "Peak rates",
            ("peak_fp64", "peak_fp32", "peak_tf32"), ("peak_bf16", "peak_fp16", "peak_fp8"),
            ("peak_int8", "peak_fp4", "peak_int4"),
            more="Dense rates: half of what a data sheet prints with sparsity. One multiply-add is two FLOP.",
        ),
        figures(
            "Memory", "memory_kind", ("memory_capacity", "memory_bandwidth"), ("sram_capacity", "sram_bandwidth"),
            ("flash_capacity", "flash_bandwidth"), ("interconnect", "interconnect_bandwidth"),
            more="The memory of a microcontroller is its flash; its own fields for it may then stay empty.",
        ),
        figures("Power and making", ("tdp", "idle_power", "sleep_power"), "dispatch_overhead", ("process_node", "die_area")),
        figures(
            "Money and carbon", "unit_price", ("cloud_price", "spot_price"),
            ("embodied_carbon", "embodied_carbon_boavizta"),
            more="Walls take the vendor's embodied carbon where it is known, else Boavizta's.",
        ),
    )  # fmt: skip


@admin.register(Model)
class ModelAdmin(RowAdmin):
    columns = ("family", "architecture", "parameters", "active_parameters", "layers", "context_length", "release_year")
    filters = ("architecture", "task", "family", "release_year")
    search_fields = (*RowAdmin.search_fields, "family", "task")
    groups = (
        (None, {"fields": (*IDENTITY, "family", "task", "architecture", "release_year")}),
        figures(
            "Size", ("parameters", "active_parameters"), ("layers", "hidden_size", "intermediate_size"),
            ("vocabulary", "context_length"),
        ),
        figures("Attention and state", ("attention_heads", "kv_heads", "head_dim"), ("kv_lora_rank", "qk_rope_head_dim"), "state_size"),
        figures("Mixture of experts", ("experts", "shared_experts", "experts_per_token")),
        figures("Work", ("inference_flop", "activation_bytes", "model_file"), ("training_tokens", "training_flop")),
    )  # fmt: skip


@admin.register(Fabric)
class FabricAdmin(RowAdmin):
    columns = ("kind", "bandwidth", "latency", "topology")
    filters = ("kind", "topology")
    groups = (
        (None, {"fields": (*IDENTITY, "kind", "topology")}),
        figures(
            "Figures", "bandwidth", "latency", more="One way, per endpoint: half of a figure quoted for both ways."
        ),
    )


@admin.register(Node)
class NodeAdmin(RowAdmin):
    columns = ("accelerator", "accelerators_per_node", "fabric", "nic_bandwidth", "max_power", "price")
    filters = ("accelerator__vendor", "fabric")
    search_fields = (*RowAdmin.search_fields, "accelerator__name")
    autocomplete_fields = ("accelerator", "fabric")
    list_select_related = ("accelerator", "fabric")
    groups = (
        (None, {"fields": (*IDENTITY, "accelerator", "fabric")}),
        figures("Inside", "accelerators_per_node", "host_memory", "max_power", "price"),
        figures("Its way out", "nics_per_node", "nic_bandwidth"),
    )


@admin.register(Fleet)
class FleetAdmin(RowAdmin):
    columns = ("node", "nodes", "fabric", "power", "pue")
    filters = ("node__accelerator__vendor", "fabric")
    search_fields = (*RowAdmin.search_fields, "node__name")
    autocomplete_fields = ("node", "fabric")
    list_select_related = ("node", "fabric")
    groups = (
        (None, {"fields": (*IDENTITY, "node", "fabric")}),
        figures("Figures", "nodes", "power", "pue"),
    )


@admin.register(Grid)
class GridAdmin(RowAdmin):
    columns = ("region_type", "carbon_intensity", "carbon_basis", "main_mix", "electricity_price", "year")
    filters = ("region_type", "carbon_basis", "year", "main_mix")
    search_fields = (*RowAdmin.search_fields, "iso_code", "country", "main_mix")
    groups = (
        (None, {"fields": (*IDENTITY, "region_type", ("iso_code", "country"), ("latitude", "longitude"))}),
        figures(
            "Electricity", "carbon_intensity", "carbon_intensity_alternative", ("carbon_basis", "year"),
            "electricity_price", "water_intensity", more="Carbon such as 390 g/kWh, water such as 1.8 L/kWh.",
        ),
        figures("Site", ("pue", "wue"), more="Only where the row stands for one data centre."),
        figures(
            "Mix", "main_mix", ("share_coal", "share_gas", "share_oil"), ("share_nuclear", "share_hydro", "share_wind"),
            ("share_solar", "share_bio_other", "share_renewable"),
        ),
    )  # fmt: skip


@admin.register(CloudRegion)
class CloudRegionAdmin(RowAdmin):
    columns = ("provider", "location", "country", "carbon_intensity", "pue", "wue")
    filters = ("provider", "country", "carbon_year")
    search_fields = (*RowAdmin.search_fields, "region", "location", "country")
    groups = (
        (None, {"fields": (*IDENTITY, "provider", "region", ("location", "country"), ("latitude", "longitude"))}),
        figures("Figures", ("carbon_intensity", "carbon_year"), "pue", "wue", more="Carbon such as 390 g/kWh."),
    )


@admin.register(Dataset)
class DatasetAdmin(RowAdmin):
    columns = ("domain", "samples", "tokens", "size", "sample_bytes")
    filters = ("domain",)
    groups = (
        (None, {"fields": (*IDENTITY, "domain")}),
        figures("Figures", "samples", "tokens", "size", "sample_bytes"),
    )


@admin.register(Storage)
class StorageAdmin(RowAdmin):
    columns = ("kind", "bandwidth", "latency", "iops", "sample_rate", "price")
    filters = ("kind",)
    groups = (
        (None, {"fields": (*IDENTITY, "kind")}),
        figures("Figures", "bandwidth", "latency", "iops", "sample_rate", "price"),
    )
