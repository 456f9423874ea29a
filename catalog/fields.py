"""The model field for figures: a column in SI, a form field that takes a unit, NULL where the figure is unknown."""

from __future__ import annotations

import math
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst

from solvers.errors import InputError
from solvers.fields import Input
from solvers.quantities import to_input_text, to_si
from solvers.specs import columns

_BINARY = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


def exact(value: float, unit: str, display_unit: str) -> str:
    """Return the shortest text with a unit that parses back to exactly `value`, so that saving an untouched form
    changes nothing. Memory in powers of two is shown with binary prefixes: `80 GiB`, not `85.89934592 GB`."""
    texts = (to_input_text(value, unit, display_unit, digits) for digits in range(6, 18))
    text = next((text for text in texts if to_si("", text, unit) == value), repr(value))
    sizes = _BINARY.items() if unit == "byte" else ()
    return min([text, *(f"{value / size:.0f} {name}" for name, size in sizes if value % size == 0)], key=len)


class QuantityFormField(forms.Field):
    """Parses `3.35 TB/s` and validates it against its declaration. A bare number is in SI."""

    widget = forms.TextInput

    def __init__(self, *, declared: Input, **options: Any) -> None:
        super().__init__(**options)
        self.declared = declared

    def widget_attrs(self, widget: forms.Widget) -> dict[str, str]:
        return {"size": "22", "autocomplete": "off", "spellcheck": "false"}

    def prepare_value(self, value: Any) -> Any:
        return exact(value, self.declared.unit, self.declared.display_unit) if isinstance(value, float) else value

    def to_python(self, value: Any) -> float | None:
        text = str(value or "").strip()
        if not text:
            return None
        name = str(self.label or "It")
        try:
            return self.declared.check(name, to_si(name, text, self.declared.unit))
        except InputError as error:
            raise ValidationError(f"{error.field} {error.sentence}", code="quantity") from None


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
            declared=self.declared, label=capfirst(self.verbose_name), help_text=self.help_text, required=False
        )
