"""The sources of single figures of a row: the model field that holds them, and how they are written as text.

A row has one JSON object for all of them rather than a table of its own, so that history, conflicts, imports, exports,
snapshots and backups treat them like any other column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.text import capfirst

from solvers.shipped.figure_sources import METHODS, FigureSource

Sources = Mapping[str, Mapping[str, str]]

FIGURE_SOURCES = "figure_sources"
_LONGEST = {"source": 200, "url": 300, "date": 10, "note": 600}
_DATE = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_ADDRESS = URLValidator(schemes=["https", "http"])
_NAMES = tuple(field.name for field in fields(FigureSource))
_BETWEEN = " | "


def figure_columns(table: type[models.Model]) -> dict[str, str]:
    """Return the columns of a table that may have a source of their own, numbers and years, with their labels."""
    numbers = (models.FloatField, models.PositiveSmallIntegerField)
    named: Any = [field for field in table._meta.fields if isinstance(field, numbers)]
    return {field.name: _label(field) for field in named}


def _label(field: Any) -> str:
    label = str(capfirst(field.verbose_name))
    return f"Peak {label}" if getattr(field, "figure", "") == "peak" else label


def figure_source_problems(table: type[models.Model], sources: Sources) -> list[str]:
    """Return a sentence for each figure and each part of its source that can't be used."""
    labels = figure_columns(table)
    found = []
    for figure, values in sources.items():
        if figure not in labels:
            plural = table._meta.verbose_name_plural
            found.append(
                f"'{figure[:60]}' is no figure of {plural}; it needs the name of a column, as 'memory_bandwidth'."
            )
        else:
            found += [f"{labels[figure]}: {problem}" for problem in _problems(values)]
    return found


def _problems(values: Mapping[str, str]) -> list[str]:
    said, found = FigureSource.from_dict(values), []
    if said.is_empty:
        found.append("needs a method, a source or a note.")
    if said.method and said.method not in METHODS:
        found.append(f"the method must be one of {', '.join(METHODS)}; '{said.method[:40]}' is not one.")
    if said.date and not _DATE.fullmatch(said.date):
        found.append(
            f"the date must be a year, a month (2026-10) or a day (2026-10-31); '{said.date[:20]}' is not one."
        )
    if said.url:
        try:
            _ADDRESS(said.url)
        except ValidationError:
            found.append(f"the address must begin with https:// or http://; '{said.url[:60]}' does not lead anywhere.")
    for name, longest in _LONGEST.items():
        text = getattr(said, name)
        if len(text) > longest:
            found.append(f"the {name} has {len(text)} characters; at most {longest} fit.")
        if name != "note" and "|" in text:
            found.append(f"the {name} must not have a vertical bar.")
    return found


def cleaned(sources: Sources) -> dict[str, dict[str, str]]:
    """Return sources as they are stored: empty parts left out, spaces and line ends made single spaces, figures in the
    order of their names."""
    told = {
        figure: FigureSource.from_dict({name: " ".join(str(values.get(name) or "").split()) for name in _NAMES})
        for figure, values in sources.items()
    }
    return {figure: told[figure].as_dict() for figure in sorted(told) if not told[figure].is_empty}


def sources_text(sources: Sources) -> str:
    """Return sources as text, a line each: `tdp | estimated | Epoch AI | https://epoch.ai | 2026-04 | a note`."""
    return "\n".join(_line(figure, values) for figure, values in sources.items())


def _line(figure: str, values: Mapping[str, str]) -> str:
    parts = [figure, *(values.get(name, "") for name in _NAMES)]
    while not parts[-1]:
        parts.pop()
    return _BETWEEN.join(parts)


def read_sources(text: str) -> dict[str, dict[str, str]]:
    """Return the sources that `sources_text` wrote. Raise ValueError with a sentence for a line that can't be read."""
    found: dict[str, dict[str, str]] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        figure, *parts = (part.strip() for part in line.split("|", len(_NAMES)))
        if not parts:
            raise ValueError(f"has the line '{line[:60]}'; it needs figure | {' | '.join(_NAMES)}.")
        if figure in found:
            raise ValueError(f"names {figure[:60]} twice.")
        found[figure] = dict(zip(_NAMES, parts, strict=False))
    return cleaned(found)


class FigureSourcesField(models.JSONField):
    """A column with the sources of single figures of its row, by the name of their column."""

    def __init__(self, verbose_name: str = "sources of single figures", **options: Any) -> None:
        super().__init__(verbose_name, **{**options, "default": dict, "blank": True})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Leave label and help out: they are not part of the column, so changing them needs no migration."""
        return self.name, "catalog.figure_sources.FigureSourcesField", [], {}

    def validate(self, value: Any, model_instance: Any) -> None:
        """Raise ValidationError with a sentence for each source that can't be used."""
        super().validate(value, model_instance)
        if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
            raise ValidationError("Sources of single figures need an object for each figure.")
        if problems := figure_source_problems(self.model, value):
            raise ValidationError(problems)

    def formfield(self, *args: Any, **options: Any) -> forms.Field:
        # Imported here: the form field reads the figures of a table by the functions above.
        from .figure_sources_form import FigureSourcesFormField

        return FigureSourcesFormField(table=self.model, label=capfirst(self.verbose_name), help_text=self.help_text)
