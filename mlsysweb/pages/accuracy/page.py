"""Template context of the accuracy page."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.measurements.page import MeasuredRow
from mlsysweb.show.results.page import Figure, Link


@dataclass(frozen=True)
class KindErrors:
    """A kind of measurement: rows, the errors by default, and the median error with each calibration."""

    kind: Link
    rows: str
    median: str
    p90: str
    bias: str
    calibrations: tuple[str, ...]


@dataclass(frozen=True)
class GroupErrors:
    """The errors of the rows that have one value; the link narrows to it."""

    value: Link
    rows: str
    median: str
    p90: str
    bias: str


@dataclass(frozen=True)
class GroupTable:
    """The errors of a kind by one property."""

    title: str
    groups: tuple[GroupErrors, ...]


@dataclass(frozen=True)
class SourceNote:
    """A source of measurements, and what limits its rows."""

    name: str
    note: str


@dataclass(frozen=True)
class PeerErrors:
    """The errors of one way to predict, on the rows that mlsysim can answer; `worst` is its largest error, and the row
    that has it."""

    name: str
    rows: str
    median: str
    p90: str
    bias: str
    worst: str


@dataclass(frozen=True)
class AccuracyPage:
    """Errors by kind; of one kind the chart, the errors by property, and the rows, those that are furthest off first.
    `narrowed` are links that take away one narrowing each; `peers` compare the calibrations with mlsysim on the rows
    that it can answer, none where there are no such rows; `peers_told` says what it was asked."""

    total: str
    kinds: tuple[KindErrors, ...]
    calibrations: tuple[Link, ...]
    kind: str
    told: str
    narrowed: tuple[Link, ...]
    figure: Figure | None
    tables: tuple[GroupTable, ...]
    sources: tuple[SourceNote, ...]
    rows: tuple[MeasuredRow, ...]
    shown: str
    before: str
    after: str
    csv: str
    errors: tuple[str, ...]
    peers: tuple[PeerErrors, ...] = ()
    peers_told: str = ""
