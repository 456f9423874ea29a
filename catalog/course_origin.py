"""The part of a row that comes from a course: a type only, so that models and snapshots can share it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CourseOrigin:
    """The course that a row, or a part of its figures, comes from. `own` is a row that the shared catalog does not
    have; of any other, `changed` are the labels of the columns that differ from the shared row, and `source` says why.
    A `hidden` one is not in the pickers of the course. `columns` are the names of those changed.
    """

    course: str
    own: bool
    changed: tuple[str, ...] = ()
    source: str = ""
    hidden: bool = False
    columns: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Return whether the row, or a figure of it, is the course's."""
        return self.own or bool(self.changed)

    def to_json(self) -> dict[str, Any]:
        """Return the origin as a snapshot keeps it."""
        kept = {"name": self.course, "own": self.own, "changed": list(self.changed), "source": self.source}
        return {**kept, "hidden": True} if self.hidden else kept
