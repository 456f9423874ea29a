"""The part of the forms of catalog rows that asks before an unusual figure is saved: in the admin and in a course."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from .fields import QuantityFormField
from .models import CatalogRow
from .plausibility import check_figures, digest

_UNUSUAL = "unusual"


def require(field: forms.Field) -> None:
    """Let a field that must be filled say so by its name, in the answer of the site and to the script that looks for
    empty fields before the form is sent."""
    if field.required:
        sentence = f"{field.label} is required."
        field.error_messages["required"] = sentence
        field.widget.attrs["data-required"] = sentence


class FigureWarningsForm(forms.BaseForm):
    """A form whose warnings stand in the way of saving until `accepted` in the data names them."""

    @property
    def warnings(self) -> list[str]:
        """Return the sentences on unusual figures, if nothing else stands in the way of saving."""
        errors = [error for found in self.errors.as_data().values() for error in found]
        if any(error.code != _UNUSUAL for error in errors):
            return []
        return [str(sentence) for error in errors for sentence in error.messages]

    @property
    def digest(self) -> str:
        """Return the value of `accepted` that saves the row with the present warnings."""
        return digest(self.warnings)

    def ask_about_figures(
        self,
        table: type[CatalogRow],
        known: Mapping[str, Any],
        typed: Mapping[str, Any],
        others: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Add an error for each of the `typed` figures that is impossible beside the `known` ones of the row, and for
        each unusual one that is not accepted. `others` are further warnings: columns with their sentences."""
        changed = [name for name in self.changed_data if name in typed]
        found = check_figures(table, {**known, **typed}, frozenset(changed))
        unusual = [(each.column, each.sentence) for each in found if not each.impossible]
        for name in changed:
            field = self.fields[name]
            if isinstance(field, QuantityFormField) and field.remark:
                unusual.append((name, field.remark))
        unusual.extend(others)
        for each in found:
            if each.impossible:
                self._add_sentence(each.column, each.sentence, "impossible")
        if self.data.get("accepted") != digest(sentence for _, sentence in unusual):
            for column, sentence in unusual:
                self._add_sentence(column, sentence, _UNUSUAL)

    def _add_sentence(self, column: str, sentence: str, code: str) -> None:
        """Add a sentence on a column beside its field. One that begins with a verb is preceded by the field's name."""
        name = column if column in self.fields else None
        label = self.fields[name].label if name else column
        begins = re.match(r"(must|needs) ", sentence)
        self.add_error(name, ValidationError(f"{label} {sentence}" if begins else sentence, code=code))
