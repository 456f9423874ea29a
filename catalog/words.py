"""The words for the values of a row, its changes, and the users who made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import BooleanField, ForeignKey

from catalog.fields import QuantityField
from catalog.figure_sources import FIGURE_SOURCES, FigureSourcesField, figure_columns, sources_text
from catalog.models import CatalogRow
from catalog.typed import figure_text
from solvers.shipped.figure_sources import FigureSource


def column_text(table: type[CatalogRow], column: str, value: Any) -> str:
    """Return a value of a column as text: a figure with its unit to all digits, the name of another row."""
    field: Any = next((each for each in table._meta.fields if column in (each.attname, each.name)), None)
    if value is None or value == "" or value == {}:
        return "empty"
    if isinstance(field, FigureSourcesField):
        return sources_text(value)
    if isinstance(field, QuantityField):
        return figure_text(float(value), field.declared.unit, field.shown)
    if isinstance(field, ForeignKey):
        row = field.related_model._default_manager.filter(pk=value).first()  # type: ignore[union-attr]
        return str(row) if row else f"a deleted {field.related_model._meta.verbose_name}"  # type: ignore[union-attr]
    if isinstance(field, BooleanField):
        return "yes" if value else "no"
    return str(dict(field.flatchoices).get(value, value)) if field is not None else str(value)


def change_texts(
    table: type[CatalogRow],
    column: str,
    before: Any,
    after: Any,
    text: Callable[[type[CatalogRow], str, Any], str] = column_text,
) -> list[tuple[str, str, str]]:
    """Return a change of a column as its label, and the values before and after as `text`; of the sources of single
    figures, a change for each figure."""
    if column != FIGURE_SOURCES:
        return [(column_label(table, column), text(table, column, before), text(table, column, after))]
    labels, old, new = figure_columns(table), before or {}, after or {}
    return [
        (f"Source of {labels.get(figure, figure)}", _source_text(old.get(figure)), _source_text(new.get(figure)))
        for figure in sorted(old | new)
        if old.get(figure) != new.get(figure)
    ]


def _source_text(source: Any) -> str:
    return ", ".join(FigureSource.from_dict(source).as_dict().values()) if source else "that of the row"


def column_label(table: type[CatalogRow], column: str) -> str:
    """Return the label of a column; its name for one that the table no longer has."""
    field: Any = next((each for each in table._meta.fields if column in (each.attname, each.name)), None)
    label = str(field.verbose_name) if field is not None else column
    return f"{label[:1].upper()}{label[1:]}"


def who(user: Any) -> str:
    """Return the name of the user who made a change; of one without a user, the site."""
    return (user.get_full_name() or user.get_username()) if user is not None else "The site"
