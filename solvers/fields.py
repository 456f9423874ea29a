"""The declarations of fields: the classes behind `number`, `choice`, `spec`, `output`, `label` and `flag`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from .errors import InputError


@dataclass(frozen=True, kw_only=True)
class Input:
    """A numeric input. `low` to `high` is the valid range, `slider` the range of its slider, both in SI.
    `default_from` names the figure of a picked row (`accelerator.measured_efficiency`) that replaces the default
    where it is known."""

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
        """The value, when it is in range. Raises InputError that says which values are valid."""
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
    """A value with its declaration, printed in the unit of its input field."""

    value: float
    declared: Input

    def __str__(self) -> str:
        unit = "" if self.declared.unit == "1" else f" {self.declared.unit}"
        return f"{self.value:.12g}{unit}"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One member of an enumeration; inside a wall its integer code, so that a column of choices is a column of
    numbers."""

    kind: type[IntEnum]
    label: str
    default: int
    help: str
    labels: Mapping[str, str]
    advanced: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the members, in lower case."""
        return tuple(member.name.lower() for member in self.kind)

    def code(self, name: str, text: str) -> int:
        """The code of the member called `value`. Raises InputError on the input `name` that lists the members."""
        try:
            return int(self.kind[text.strip().upper()])
        except KeyError:
            raise InputError(name, f"must be one of {', '.join(self.names)}; '{text}' is none.") from None


@dataclass(frozen=True, kw_only=True)
class Pick:
    """A row of the catalog: a slug outside a wall, a spec of columns (see `specs`) inside."""

    kind: type[Any]
    label: str
    default: str
    help: str
    optional: bool
    advanced: bool


@dataclass(frozen=True, kw_only=True)
class Output:
    """A numeric output. `display_unit` overrides the unit that is shown (percent for a fraction)."""

    unit: str
    label: str
    display_unit: str
    help: str
    symbol: str
    if_infinite: str


@dataclass(frozen=True, kw_only=True)
class Label:
    """An output that is a member of an enumeration, such as `memory`; its integer code inside a wall."""

    kind: type[IntEnum]
    label: str
    help: str


@dataclass(frozen=True, kw_only=True)
class Flag:
    """An output that is true or false."""

    label: str
    help: str


InputField = Input | Choice | Pick
OutputField = Output | Label | Flag
