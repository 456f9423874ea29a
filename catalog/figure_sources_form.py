"""The form field for the sources of single figures: a line of inputs for each, and empty ones to add more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from solvers.shipped.figure_sources import METHODS

from .figure_sources import cleaned, figure_columns, figure_source_problems, read_sources

_PARTS = ("figure", "method", "source", "url", "date", "note")
_EMPTY_LINES = 2


class FigureSourcesInput(forms.Widget):
    """A line of inputs for the source of each figure."""

    def __init__(self, labels: Mapping[str, str]) -> None:
        super().__init__()
        self.labels = labels

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """Return the lines as HTML. `value` is a list of lines as typed, or the stored sources by figure."""
        lines = _lines(value)
        context = {
            "name": name,
            "figures": list(self.labels.items()),
            "methods": list(METHODS.items()),
            "lines": [*({**line, "summary": self._summary(line)} for line in lines), *({},) * _EMPTY_LINES],
            "open": isinstance(value, list),  # as typed, and not saved yet
            "described_by": (attrs or {}).get("aria-describedby", ""),
        }
        return SafeString(render_to_string("admin/catalog/figure_sources.html", context))

    def _summary(self, line: Mapping[str, str]) -> str:
        figure, said = line.get("figure", ""), (line.get("method"), line.get("source") or line.get("note"))
        return ": ".join((self.labels.get(figure, figure), ", ".join(filter(None, said))))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the lines typed; those marked to be removed are left out."""
        if name in data:  # the value that others saved meanwhile, or text as an import has it
            return data[name]
        found, place = [], 0
        while f"{name}-{place}-figure" in data:
            line = {part: str(data.get(f"{name}-{place}-{part}", "")).strip() for part in _PARTS}
            if any(line.values()) and not data.get(f"{name}-{place}-remove"):
                found.append(line)
            place += 1
        return found

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Return whether the data has no line at all: the sources then stay as they are."""
        return name not in data and f"{name}-0-figure" not in data

    def id_for_label(self, id_: str) -> str:
        """Return the id of the first input, which the label of the field belongs to."""
        return f"{id_}-0-figure" if id_ else id_


class FigureSourcesFormField(forms.Field):
    """Reads lines of sources and checks them against the figures of a table."""

    def __init__(self, *, table: type[models.Model], **options: Any) -> None:
        self.table = table
        super().__init__(required=False, widget=FigureSourcesInput(figure_columns(table)), **options)

    def to_python(self, value: Any) -> dict[str, dict[str, str]]:
        """Return the sources by figure. Raise ValidationError."""
        if isinstance(value, str):
            try:
                value = read_sources(value)
            except ValueError as error:
                raise ValidationError(f"{self.label} {error}") from None
        lines, found = _lines(value), dict[str, dict[str, str]]()
        for line in lines:
            figure = line.get("figure", "")
            if not figure:
                what = line.get("source") or line.get("note") or line.get("method") or "this line"
                raise ValidationError(f"Choose the figure that “{what[:60]}” belongs to.")
            if figure in found:
                label = figure_columns(self.table).get(figure, figure)
                raise ValidationError(f"{label} has two lines; keep one of them.")
            found[figure] = {name: text for name, text in line.items() if name != "figure"}
        if problems := figure_source_problems(self.table, found):
            raise ValidationError(problems)
        return cleaned(found)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether the lines say something other than `initial`, or can't be used."""
        try:
            return bool(self.to_python(data) != (initial or {}))
        except ValidationError:
            return True


def _lines(value: Any) -> list[dict[str, str]]:
    """Return the sources as lines; each names its figure."""
    if isinstance(value, Mapping):
        return [{"figure": figure, **values} for figure, values in value.items()]
    return list(value) if isinstance(value, list) else []
