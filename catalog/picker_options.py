"""The options of a picker: a type only, so that forms can import it without models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class PickerOptions(list[tuple[str, str, str]]):
    """Slug, name and heading of each row that a picker offers. `named` has the slug and name of every row that a link
    may name, also of those it does not offer, by all names that find it, in lower case."""

    def __init__(self, options: Iterable[tuple[str, str, str]], named: Mapping[str, tuple[str, str]]) -> None:
        super().__init__(options)
        self.named = named
