"""A form that notices changes of others since it was opened, and shows both values of a column that both changed.
Nothing typed is lost."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.models import CatalogRow, RowRevision
from catalog.words import column_text, who

OPENED = "opened"


class _Unreadable:
    """Stands for text that could not be read."""


_NOTHING = (None, "")


class ConflictForm(forms.BaseForm):
    """The form of a row of which `opened` is the latest revision that it shows, in the admin or in a course. `conflict`
    holds a sentence once others have saved the row meanwhile."""

    conflict = ""

    @property
    def described(self) -> type[CatalogRow]:
        """Return the table of the row."""
        raise NotImplementedError

    def recorded(self) -> QuerySet[RowRevision]:
        """Return the history of the row, the latest first; empty for a new one."""
        raise NotImplementedError

    def stored(self, column: str) -> Any:
        """Return the value of a column as it is now."""
        raise NotImplementedError

    def column_words(self, column: str, value: Any) -> str:
        """Return a value of a column as text."""
        return column_text(self.described, column, value)

    def note_opened(self) -> None:
        """Add the hidden field that says which revision the form shows."""
        self.fields[OPENED] = forms.IntegerField(required=False, widget=forms.HiddenInput)
        self.initial[OPENED] = int(self.recorded().values_list("pk", flat=True).first() or 0)

    @property
    def only_conflicts(self) -> bool:
        """Return whether changes of others are all that stands in the way of saving."""
        found = {error.code for errors in self.errors.as_data().values() for error in errors}
        return found == {"conflict"}

    def check_others(self) -> None:
        """Add an error for each column that others changed since the form was opened and that was changed here, too.
        Columns that were not changed here show the new value."""
        opened = self.cleaned_data.get(OPENED)
        if opened is None:
            return
        later = self.recorded().filter(pk__gt=opened).exclude(action=RowRevision.Action.LOADED)
        since = list(later.reverse())
        if not since:
            return
        names = sorted({who(each.user) for each in since})
        self.conflict = f"{' and '.join(names)} saved this row after you opened it, so yours is not saved yet."
        data: Any = self.data
        self.data = data.copy()
        self._show(OPENED, since[-1].pk)
        before: dict[str, tuple[Any, str]] = {}
        for each in since:
            for name, (value, _) in each.changes.items():
                before.setdefault(name, (value, ""))
                before[name] = (before[name][0], f"{who(each.user)} at {each.created:%H:%M} on {each.created:%d %B}")
        for name, (value, by) in before.items():
            self._compare(name, value, by)
        self.add_error(None, ValidationError(self.conflict, code="conflict"))

    def _compare(self, column: str, before: Any, by: str) -> None:
        """Show a column that others changed: theirs where it was left as it was, else both values."""
        name, theirs = self.field_name(column), self.stored(column)
        if name not in self.fields or theirs == before:
            return
        mine = self.cleaned_data.get(name, _Unreadable)
        mine = getattr(mine, "pk", mine) if column != name else mine
        if mine == theirs or (mine in _NOTHING and theirs in _NOTHING):
            return
        said = f"{by}: {self.column_words(column, theirs)} (before: {self.column_words(column, before)})."
        if mine == before or (mine in _NOTHING and before in _NOTHING):
            self._show(name, self.fields[name].prepare_value(theirs))
            self.cleaned_data[name] = self.stored(name)
            self.explain(name, format_html('<span class="theirs">Changed by {}</span>', said))
            return
        typed = "what you typed" if mine is _Unreadable else self.column_words(column, mine)
        sentence = f"{said} Yours: {typed}. Save to replace theirs, or type theirs."
        self.add_error(name, ValidationError(sentence, code="conflict"))

    def _show(self, name: str, value: Any) -> None:
        """Put a value in place of the text typed, in the copy of the data that `check_others` made."""
        data: Any = self.data
        data[self.add_prefix(name)] = "" if value is None else value

    def explain(self, name: str, sentence: SafeString) -> None:
        """Add a sentence to the help of a field."""
        field = self.fields[name]
        field.help_text = format_html("{} {}", field.help_text, sentence) if field.help_text else sentence
        self[name].help_text = field.help_text  # a bound field copies it when it is first asked for

    def field_name(self, column: str) -> str:
        """Return the name of the field of a column: `accelerator` for `accelerator_id`."""
        field: Any = next(each for each in self.described._meta.fields if column in (each.attname, each.name))
        return str(field.name) if isinstance(field, ForeignKey) else column
