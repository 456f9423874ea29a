"""The versions of a row as its history page shows them, and going back to one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog.models import CatalogRow, RowRevision
from catalog.models.history import editing, revisions, row_values
from catalog.overrides import note_overrides
from catalog.words import change_texts, who


@dataclass(frozen=True)
class ColumnChange:
    """A column of a version that differs from the version before."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class RowVersion:
    """A version of a row: when, by whom and why it was made, and what changed. `current` is the present one."""

    id: int
    when: datetime
    by: str
    action: str
    reason: str
    changes: tuple[ColumnChange, ...]
    current: bool


def row_versions(row: CatalogRow) -> tuple[RowVersion, ...]:
    """Return the versions of a row, the latest first."""
    present = row_values(row)
    return tuple(_version(type(row), each, present) for each in revisions(row))


def _version(table: type[CatalogRow], revision: RowRevision, present: dict[str, Any]) -> RowVersion:
    changes = tuple(
        ColumnChange(*texts)
        for name, (before, after) in revision.changes.items()
        for texts in change_texts(table, name, before, after)
    )
    current = all(revision.values.get(name, value) == value for name, value in present.items())
    action, by = revision.get_action_display(), who(revision.user)
    return RowVersion(revision.pk, revision.created, by, action, revision.reason, changes, current)


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
    with editing(user, f"The version of {version.created:%d %B %Y, %H:%M}", RowRevision.Action.RESTORED):
        row.save()
