"""The words for the values of a row, its changes, and the users who made them."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, ForeignKey

from catalog.fields import QuantityField
from catalog.models import CatalogRow
from catalog.typed import figure_text


def column_text(table: type[CatalogRow], column: str, value: Any) -> str:
    """Return a value of a column as text: a figure with its unit to all digits, the name of another row."""
    field: Any = next((each for each in table._meta.fields if column in (each.attname, each.name)), None)
    if value is None or value == "":
        return "empty"
    if isinstance(field, QuantityField):
        return figure_text(float(value), field.declared.unit, field.shown)
    if isinstance(field, ForeignKey):
        row = field.related_model._default_manager.filter(pk=value).first()  # type: ignore[union-attr]
        return str(row) if row else f"a deleted {field.related_model._meta.verbose_name}"  # type: ignore[union-attr]
    if isinstance(field, BooleanField):
        return "yes" if value else "no"
    return str(dict(field.flatchoices).get(value, value)) if field is not None else str(value)


def column_label(table: type[CatalogRow], column: str) -> str:
    """Return the label of a column; its name for one that the table no longer has."""
    field: Any = next((each for each in table._meta.fields if column in (each.attname, each.name)), None)
    label = str(field.verbose_name) if field is not None else column
    return f"{label[:1].upper()}{label[1:]}"


def who(user: Any) -> str:
    """Return the name of the user who made a change; of one without a user, the site."""
    return (user.get_full_name() or user.get_username()) if user is not None else "The site"
