"""Reads the parts of a lesson document with errors that say where they are and what would be valid."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlsysweb.saved.scenarios.text import control_character

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_TEXT = 20_000


class Problem(str):
    """A sentence about a value of a document; `path` leads to the value by names and by places from 0."""

    path: tuple[str, ...]

    @classmethod
    def at(cls, path: tuple[str, ...], sentence: str) -> Problem:
        """Return the problem of the value at a path."""
        problem = cls(sentence)
        problem.path = path
        return problem


class DocumentErrors(ValueError):
    """The problems of a lesson document, each a sentence that names the place."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = tuple(sentences)


@dataclass
class Section:
    """A table of a document: `where` names it in errors, `data` holds its values, `errors` collects the sentences of
    the whole document, `path` leads to the table. A value that is invalid is reported and replaced, so that one pass
    finds every error."""

    where: str
    data: Mapping[str, Any]
    errors: list[str]
    used: set[str] = field(default_factory=set)
    path: tuple[str, ...] = ()

    def report(self, name: str, problem: str) -> None:
        """Add an error of the value `name`; `problem` is the rest of the sentence."""
        self.errors.append(Problem.at((*self.path, name), f"{self.where}: {name} {problem}"))

    def text(self, name: str, default: str | None = None, most: int = _LONGEST_TEXT) -> str:
        """Return a text; without `default` it is required."""
        value = self._value(name, default)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.report(name, f"needs a text; {value!r:.40} is not one.")
            return ""
        if default is None and not value.strip():
            self.report(name, "is empty.")
        elif len(value) > most:
            self.report(name, f"is {len(value):,} characters long; {most:,} is the most.")
        elif problem := control_character(value):
            self.report(name, problem)
        return value.strip()

    def slug(self, name: str) -> str:
        """Return a name of lower-case letters, digits and single hyphens."""
        value = self.text(name, most=60)
        if value and not _SLUG.fullmatch(value):
            self.report(name, f"needs lower-case letters, digits and single hyphens; '{value[:40]}' has others.")
        return value

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        """Return a finite number from `low` to `high`; without `default` it is required."""
        value = self._value(name, default)
        if value is None:
            return low
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not is_number or not low <= value <= high:
            self.report(name, f"needs a number from {low:g} to {high:g}; {value!r:.40} is not one.")
            return low
        return float(value)

    def flag(self, name: str) -> bool:
        """Return true or false; false where it is left out."""
        value = self._value(name, False)
        if not isinstance(value, bool):
            self.report(name, f"needs true or false; {value!r:.40} is neither.")
        return value is True

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; empty where it is left out."""
        value = self._value(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.report(name, f"needs a list of texts; {value!r:.40} is not one.")
            return ()
        return tuple(value)

    def choice(self, name: str, options: tuple[str, ...], default: str | None = None) -> str:
        """Return one of `options`."""
        value = self.text(name, default)
        if value and value not in options:
            self.report(name, f"must be one of {', '.join(options)}; '{value[:40]}' is not one.")
        return value

    def section(self, name: str) -> Section | None:
        """Return a table within this one; None where it is left out."""
        value = self._value(name, {})
        if not isinstance(value, Mapping):
            self.report(name, "needs a table of values.")
            return None
        return Section(f"{self.where}, {name}", value, self.errors, path=(*self.path, name)) if value else None

    def sections(self, name: str, most: int = 100) -> Iterator[Section]:
        """Yield the tables of a list; none where it is left out."""
        value = self._value(name, [])
        if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
            self.report(name, "needs a list of tables.")
            return
        if len(value) > most:
            self.report(name, f"has {len(value)} entries; {most} are the most.")
        for place, each in enumerate(value[:most], 1):
            path = (*self.path, name, str(place - 1))
            yield Section(f"{self.where}, {name} {place}", each, self.errors, path=path)

    def finish(self) -> None:
        """Report the names that nothing has read, each with the closest valid one."""
        for name in self.data:
            if name not in self.used:
                near = difflib.get_close_matches(str(name), self.used, 1)
                self.report(f"'{str(name)[:40]}'", f"is not known here.{f' Did you mean {near[0]}?' if near else ''}")

    def _value(self, name: str, default: Any) -> Any:
        self.used.add(name)
        if name not in self.data and default is None:
            self.report(name, "is missing.")
        return self.data.get(name, default)
