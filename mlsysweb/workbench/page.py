"""What a wall's page may show beside its result. Templates see nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.results.page import Link, ResultPage


@dataclass(frozen=True)
class Slider:
    """A hand's way to a number. Bounds are in `unit`, the unit it writes into the field."""

    low: float
    high: float
    log: bool
    whole: bool
    unit: str


@dataclass(frozen=True)
class Option:
    value: str
    words: str
    selected: bool


@dataclass(frozen=True)
class OptionGroup:
    """Options under one heading; an empty heading means none is shown."""

    heading: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Field:
    """One control: declaration, typed text and what is wrong with it. `control` is number, choice, pick or several."""

    name: str
    control: str
    label: str
    help: str
    text: str
    error: str
    slider: Slider | None
    groups: tuple[OptionGroup, ...]


@dataclass(frozen=True)
class Form:
    """The left side of a wall's page, drawn from declaration, typed text and errors before anything is solved."""

    action: str
    fields: tuple[Field, ...]
    folded: tuple[Field, ...]
    presets: tuple[Link, ...]
    error: str

    @property
    def all_fields(self) -> tuple[Field, ...]:
        return self.fields + self.folded


@dataclass(frozen=True)
class WallPage:
    """What frames form and result: whose page it is and where to go from here."""

    name: str
    walls: str
    domain: str
    title: str
    question: str
    about: str
    factor: str
    result: ResultPage | None
    command: str
    api: str
