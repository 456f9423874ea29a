"""What a declaration says of one field: the classes behind `given`, `chosen`, `picked`, `found`, `named`, `flagged`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from .errors import InputError


@dataclass(frozen=True, kw_only=True)
class Input:
    """A number a wall takes. `low`..`high` is what is allowed; `slider` what a hand should reach; both SI.
    `follows` names the figure of a pick (`accelerator.measured_efficiency`) that stands in for the default where it is known."""

    unit: str
    label: str
    default: float
    low: float
    high: float
    slider: tuple[float, float]
    above: bool
    log: bool
    whole: bool
    shown: str
    help: str
    symbol: str
    folded: bool
    follows: str = ""

    def check(self, name: str, value: float) -> float:
        """The value, when it lies in range; else an InputError that says what would be right."""
        if not math.isfinite(value):
            raise InputError(name, f"needs a finite number; {value} is none.")
        too_low = value <= self.low if self.above else value < self.low
        if too_low or value > self.high:
            start = "above" if self.above else "at least"
            end = "" if math.isinf(self.high) else f" and at most {Number(self.high, self)}"
            raise InputError(name, f"must be {start} {Number(self.low, self)}{end}; {Number(value, self)} is not.")
        if self.whole and value != round(value):
            raise InputError(name, f"counts whole things: {value:g} is not a whole number.")
        return value


@dataclass(frozen=True)
class Number:
    """A value beside its declaration, printed with the unit a person would type."""

    value: float
    declared: Input

    def __str__(self) -> str:
        unit = "" if self.declared.unit == "1" else f" {self.declared.unit}"
        return f"{self.value:.12g}{unit}"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of a few named things; inside the wall its code, so that a column of choices is a column of numbers."""

    kind: type[IntEnum]
    label: str
    default: int
    help: str
    words: Mapping[str, str]
    folded: bool

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(member.name.lower() for member in self.kind)

    def code(self, name: str, text: str) -> int:
        try:
            return int(self.kind[text.strip().upper()])
        except KeyError:
            raise InputError(name, f"must be one of {', '.join(self.names)}; '{text}' is none.") from None


@dataclass(frozen=True, kw_only=True)
class Pick:
    """A thing of the catalog: a slug outside the wall, a record of columns (see `specs`) inside."""

    kind: type[Any]
    label: str
    default: str
    help: str
    optional: bool
    folded: bool


@dataclass(frozen=True, kw_only=True)
class Output:
    """A number a wall finds. `shown` overrides the unit a person reads (percent for a fraction)."""

    unit: str
    label: str
    shown: str
    help: str
    symbol: str
    never: str


@dataclass(frozen=True, kw_only=True)
class Label:
    """A found name (`memory`), kept as its code until somebody reads it."""

    kind: type[IntEnum]
    label: str
    help: str


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A found yes or no."""

    label: str
    help: str


Given = Input | Choice | Pick
Found = Output | Label | Flag
