"""The versions of a row as its history shows them, in the shared catalog and in that of a course, and going back to
one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog.models import CatalogRow, RowRevision
from catalog.models.history import editing, revisions, row_values
from catalog.overrides import note_overrides
from catalog.words import change_texts, column_text, who

# Returns a value of a column as text.
ColumnText = Callable[[type[CatalogRow], str, Any], str]


@dataclass(frozen=True)
class ColumnChange:
    """A column of a version that differs from the version before."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class RowVersion:
    """A version of a row: when, by whom and why it was made, and what changed. `current` is the present one; another
    has the address that restores it, for a user who may."""

    id: int
    when: datetime
    by: str
    action: str
    reason: str
    changes: tuple[ColumnChange, ...]
    current: bool
    restore_url: str


def row_versions(row: CatalogRow, restore_url: Callable[[int], str]) -> tuple[RowVersion, ...]:
    """Return the versions of a row of the shared catalog, the latest first."""
    present = row_values(row)

    def is_current(values: Mapping[str, Any]) -> bool:
        return all(values.get(name, value) == value for name, value in present.items())

    return versions_of(type(row), revisions(row), is_current, restore_url)


def versions_of(
    table: type[CatalogRow],
    recorded: Iterable[RowRevision],
    is_current: Callable[[Mapping[str, Any]], bool],
    restore_url: Callable[[int], str],
    *,
    text: ColumnText = column_text,
    labels: Mapping[str, str] | None = None,
) -> tuple[RowVersion, ...]:
    """Return recorded revisions as versions, in their order. `text` writes a value and `labels` name columns that are
    called otherwise than in their table."""
    return tuple(_version(table, each, is_current, restore_url, text, labels or {}) for each in recorded)


def _version(
    table: type[CatalogRow],
    revision: RowRevision,
    is_current: Callable[[Mapping[str, Any]], bool],
    restore_url: Callable[[int], str],
    text: ColumnText,
    labels: Mapping[str, str],
) -> RowVersion:
    changes = tuple(
        ColumnChange(labels.get(name, label), old, new)
        for name, (before, after) in revision.changes.items()
        for label, old, new in change_texts(table, name, before, after, text)
    )
    return RowVersion(
        id=revision.pk,
        when=revision.created,
        by=who(revision.user),
        action=str(revision.get_action_display()),
        reason=revision.reason,
        changes=changes,
        current=is_current(revision.values),
        restore_url=restore_url(revision.pk),
    )


def version_reason(version: RowRevision) -> str:
    """Return the reason that the history gives for going back to a version."""
    return f"The version of {version.created:%d %B %Y, %H:%M}"


def restore_version(row: CatalogRow, version: RowRevision, user: Any) -> None:
    """Give a row the values of a version, and keep what has been there as the version before. A column added since
    stays as it is. Raise ValidationError where they are no longer valid, as with a name that another row has now."""
    changed = []
    for name, value in version.values.items():
        if name in row_values(row) and getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    row.full_clean()
    note_overrides(row, changed)
    with editing(user, version_reason(version), RowRevision.Action.RESTORED):
        row.save()
