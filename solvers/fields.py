"""What a declaration says of one field: the classes behind `number`, `choice`, `spec`, `output`, `label`, `flag`."""

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
    `default_from` names the figure of a pick (`accelerator.measured_efficiency`) that stands in for the default where
    it is known."""

    unit: str
    label: str
    default: float
    low: float
    high: float
    slider: tuple[float, float]
    exclusive_min: bool
    log: bool
    integer: bool
    display_unit: str
    help: str
    symbol: str
    advanced: bool
    default_from: str = ""

    def check(self, name: str, value: float) -> float:
        """The value, when it lies in range; else an InputError that says what would be right."""
        if not math.isfinite(value):
            raise InputError(name, f"needs a finite number; {value} is none.")
        too_low = value <= self.low if self.exclusive_min else value < self.low
        if too_low or value > self.high:
            start = "above" if self.exclusive_min else "at least"
            end = "" if math.isinf(self.high) else f" and at most {PrintedNumber(self.high, self)}"
            raise InputError(
                name, f"must be {start} {PrintedNumber(self.low, self)}{end}; {PrintedNumber(value, self)} is not."
            )
        if self.integer and value != round(value):
            raise InputError(name, f"counts whole things: {value:g} is not a whole number.")
        return value


@dataclass(frozen=True)
class PrintedNumber:
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
    labels: Mapping[str, str]
    advanced: bool

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
    advanced: bool


@dataclass(frozen=True, kw_only=True)
class Output:
    """A number a wall finds. `display_unit` overrides the unit a person reads (percent for a fraction)."""

    unit: str
    label: str
    display_unit: str
    help: str
    symbol: str
    if_infinite: str


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


InputField = Input | Choice | Pick
OutputField = Output | Label | Flag
