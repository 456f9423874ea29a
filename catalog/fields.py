"""The model field for figures: a column in SI, a form field with the unit beside it, NULL where the figure is
unknown."""

from __future__ import annotations

import math
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from solvers.errors import InputError
from solvers.fields import Input
from solvers.quantities import unit_label
from solvers.specs import columns

from .typed import field_text, read_figure, shown_unit


class QuantityInput(forms.TextInput):
    """A text input with the unit of its figure beside it."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self.unit = unit

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Return the input, and the symbol of its unit where it has one, as HTML."""
        described = f"id_{name}_unit"
        said = " ".join(filter(None, ((attrs or {}).get("aria-describedby", ""), described if self.unit else "")))
        field = super().render(name, value, {**(attrs or {}), **({"aria-describedby": said} if said else {})}, renderer)
        unit = format_html('<span class="figure-unit" id="{}">{}</span>', described, self.unit) if self.unit else ""
        return format_html("{}{}", field, unit)


class QuantityFormField(forms.Field):
    """Reads a figure typed beside the unit `shown` and validates it against its declaration. `remark` says so where the
    text last read could mean another value."""

    def __init__(self, *, declared: Input, shown: str = "", **options: Any) -> None:
        self.declared, self.shown = declared, shown or declared.display_unit
        super().__init__(**{"widget": QuantityInput(unit_label(self.shown)), **options})
        self.remark = ""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, str]:
        return {"size": "14", "autocomplete": "off", "spellcheck": "false"}

    def prepare_value(self, value: Any) -> Any:
        return field_text(value, self.declared.unit, self.shown) if isinstance(value, float) else value

    def to_python(self, value: Any) -> float | None:
        try:
            typed = read_figure(str(self.label or "It"), str(value or ""), self.declared, self.shown)
        except InputError as error:
            raise ValidationError(f"{error.field} {error.sentence}", code="quantity") from None
        self.remark = typed.remark
        return typed.value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether the text means another value than `initial`, or can't be read."""
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


class QuantityField(models.FloatField):  # type: ignore[type-arg]
    """A figure in SI. Unit, label, help and range come from the figure of the same name (or `figure`) in the spec that
    its table `describes`; figures that no solver uses declare their own."""

    def __init__(
        self,
        verbose_name: str | None = None,
        *,
        figure: str = "",
        unit: str = "",
        display_unit: str = "",
        **options: Any,
    ) -> None:
        self.figure, self.unit, self.display_unit = figure, unit, display_unit
        super().__init__(verbose_name, **{**options, "null": True, "blank": True})

    def contribute_to_class(self, cls: type[models.Model], name: str, *args: Any, **kwargs: Any) -> None:
        described = columns(cls.describes) if hasattr(cls, "describes") else {}
        spoken_for = described.get(self.figure or name)
        self.declared = spoken_for or self._own()
        if spoken_for:
            self.verbose_name = self.verbose_name or spoken_for.label
            # One help text for all rates, instead of the same text nine times.
            self.help_text = self.help_text or ("" if self.figure else spoken_for.help)
        super().contribute_to_class(cls, name, *args, **kwargs)

    def _own(self) -> Input:
        return Input(
            unit=self.unit,
            label="",
            default=math.nan,
            low=0.0,
            high=math.inf,
            slider=(0.0, math.inf),
            exclusive_min=False,
            log=False,
            integer=False,
            display_unit=self.display_unit or self.unit,
            help="",
            symbol="",
            advanced=False,
        )

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Leave labels and units out: they are not part of the column, so changing a label needs no migration."""
        return self.name, "catalog.fields.QuantityField", [], {}

    def db_check(self, connection: Any) -> str:
        return f"{connection.ops.quote_name(self.column)} >= 0"

    def formfield(self, *args: Any, **options: Any) -> forms.Field:
        return QuantityFormField(
            declared=self.declared,
            shown=self.shown,
            label=capfirst(self.verbose_name),
            help_text=self.help_text,
            required=False,
        )

    @property
    def shown(self) -> str:
        """Return the unit that stands beside the figure in forms."""
        return shown_unit(self.declared, self.name)
