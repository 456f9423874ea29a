"""The source of a single figure of a row, where that is not the source of the row, and how the figure was obtained."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from .reader import FOLDER, BadData

FILE = "figure_sources.csv"
CHECKED, TRANSCRIBED, RECALLED = "checked", "transcribed", "recalled"
DERIVED, ESTIMATED, MEASURED, TEACHING = "derived", "estimated", "measured", "teaching value"
FITTED = "fitted"
# Of a figure that was edited on a site while its source was not: no file has it.
EDITED = "edited here"
# How a figure was obtained.
METHODS: Mapping[str, str] = {
    CHECKED: "read from its source; two sources or more agree",
    TRANSCRIBED: "read from the source named",
    RECALLED: "recalled from the document named, not read again: look it up before quoting it",
    DERIVED: "computed from other figures; by this site, where no note says how",
    ESTIMATED: "an estimate or the result of a model, not stated by the maker",
    MEASURED: "measured, as the source describes",
    FITTED: "a constant of a model fitted from measurements, as the source describes",
    TEACHING: "a value for teaching, not a measurement",
}


@dataclass(frozen=True)
class FigureSource:
    """The source of one figure. What is empty is as the source of its row says; `method` is one of `METHODS`."""

    method: str = ""
    source: str = ""
    url: str = ""
    date: str = ""
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is said that the row does not say."""
        return not any(self.as_dict().values())

    def as_dict(self) -> dict[str, str]:
        """Return the fields that are not empty, by name."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}

    @classmethod
    def from_dict(cls, values: Mapping[str, str]) -> FigureSource:
        """Return the source of the fields stored by name; names of other fields are left out."""
        return cls(**{field.name: str(values.get(field.name) or "") for field in fields(cls)})


@dataclass(frozen=True)
class FigureSourceLine:
    """A line of the file: its place for error messages, the kind and slug of its row, the figure, and its source."""

    place: str
    kind: str
    slug: str
    figure: str
    source: FigureSource


def figure_source_lines(folder: Path = FOLDER) -> Iterator[FigureSourceLine]:
    """Yield the sources of single figures; none where the folder has no such file. Raise BadData."""
    path = folder / FILE
    if not path.exists():
        return
    wanted = ["kind", "slug", "figure", *(field.name for field in fields(FigureSource))]
    with path.open(newline="", encoding="utf-8") as file:
        read = csv.DictReader(file)
        if read.fieldnames != wanted:
            raise BadData(f"{FILE}, line 1: needs the columns {', '.join(wanted)}.")
        for cells in read:
            place = f"{FILE}, line {read.line_num}"
            if None in cells or None in cells.values():
                raise BadData(f"{place}: needs {len(wanted)} cells, as the header has.")
            texts = {name: text.strip() for name, text in cells.items()}
            yield FigureSourceLine(place, texts["kind"], texts["slug"], texts["figure"], FigureSource.from_dict(texts))
