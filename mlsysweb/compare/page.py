"""What the page of comparison may show. Templates see nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.results.page import Figure, Link


@dataclass(frozen=True)
class Column:
    """One scenario: its title and link, what page it is of, what it says; whether the others are held against it."""

    title: str
    url: str
    what: str
    said: str
    baseline: bool
    as_baseline: str
    without: str


@dataclass(frozen=True)
class Cell:
    """A value, and against the baseline's the difference and the ratio in words."""

    value: str
    against: str


@dataclass(frozen=True)
class Line:
    """One input or output across all scenarios; `why` leads to what its difference is made of."""

    label: str
    cells: tuple[Cell, ...]
    differs: bool
    why: str


@dataclass(frozen=True)
class Why:
    """What the difference of one output is made of."""

    title: str
    verdict: str
    figure: Figure | None
    others: tuple[Link, ...]


@dataclass(frozen=True)
class Own:
    """One of the person's scenarios to choose from."""

    id: str
    title: str
    what: str
    chosen: bool


@dataclass(frozen=True)
class ComparePage:
    """The comparison; with fewer than two scenarios only the choice. `missing` are sentences about what is not shown."""

    columns: tuple[Column, ...]
    inputs: tuple[Line, ...]
    same: tuple[Line, ...]
    outputs: tuple[Line, ...]
    figures: tuple[Figure, ...]
    why: Why | None
    missing: tuple[str, ...]
    choice: tuple[Own, ...]
    action: str
