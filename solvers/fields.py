"""The declarations of fields: the classes behind `number`, `choice`, `spec`, `output`, `label` and `flag`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InputError


@dataclass(frozen=True, kw_only=True)
class Input:
    """A numeric input. `low` to `high` is the valid range, `slider` the range of its slider, both in SI.
    `default_from` names the figures of picked rows (`accelerator.measured_efficiency`) that replace the default, the
    first that is known. Where none is, the default holds; with `strict` the value is unknown and the question is
    refused, unless it `may_be_unknown`: then the outputs that need it are unknown. A figure is `shared` among as many
    as the inputs of these names give together: the devices of a fleet among stages. Charts run along `powers_of_two`
    alone where values between them are not usual. `zero_means` is what 0 stands for, where it is not a number of its
    kind: an empty field is 0, and shows this. A value given for an input `of_pick` is a figure of the row picked there,
    such as its price: rows that are drawn beside it have the default. An input has no effect where the one that it is
    `replaced_by` is not 0."""

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
    default_from: tuple[str, ...] = ()
    strict: bool = False
    may_be_unknown: bool = False
    shared: tuple[str, ...] = ()
    powers_of_two: bool = False
    zero_means: str = ""
    of_pick: str = ""
    replaced_by: str = ""

    @property
    def owners(self) -> tuple[str, ...]:
        """The picks whose figure this input may be: `accelerator`; none for an input of its own."""
        return tuple(dict.fromkeys(path.partition(".")[0] for path in self.default_from))

    def check(self, name: str, value: float) -> float:
        """Return the value if it is in range. Raise InputError that says which values are valid."""
        if not math.isfinite(value):
            raise InputError(name, f"needs a finite number; {value} is not one.")
        too_low = value <= self.low if self.exclusive_min else value < self.low
        if too_low or value > self.high:
            start = "above" if self.exclusive_min else "at least"
            end = "" if math.isinf(self.high) else f" and at most {PrintedNumber(self.high, self)}"
            raise InputError(
                name, f"must be {start} {PrintedNumber(self.low, self)}{end}; {PrintedNumber(value, self)} is not."
            )
        if self.integer and value != round(value):
            raise InputError(name, f"must be a whole number; {value:g} is not.")
        return value

    def column(self, name: str, value: Any) -> NDArray[np.float64] | float:
        """Return a number or an array of numbers in the declared unit as float64. Raise InputError where one is out of
        range."""
        numbers = _floats(value)
        if numbers is None:
            unit = "" if self.unit == "1" else f" in {self.unit}"
            raise InputError(name, f"needs a number or an array of numbers{unit}; {shortened(value)} is not one.")
        for suspect in _suspects(numbers.ravel(), self.integer):
            self.check(name, suspect)
        return numbers if numbers.ndim else float(numbers)


def _floats(value: Any) -> NDArray[np.float64] | None:
    """Return the value as float64; None when it is neither a number nor an array of numbers."""
    try:
        array = np.asarray(value)
        # an int of more than 64 bits becomes an object array
        whole = array.dtype == object and all(isinstance(each, int | float) for each in array.flat)
        return array.astype(np.float64, copy=False) if whole or array.dtype.kind in "biuf" else None
    except (ValueError, OverflowError):  # rows of different lengths; more than a float holds
        return None


def _suspects(values: NDArray[np.float64], whole: bool) -> list[float]:
    """Return the values that violate the range if any does: the ends (NaN is both) and the first that is not whole."""
    if not values.size:
        return []
    broken = values[values != np.round(values)][:1] if whole else values[:0]
    return [float(v) for v in (values.min(), values.max(), *broken)]


def shortened(value: Any) -> str:
    """Return the repr of a value, shortened for a sentence."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


@dataclass(frozen=True)
class PrintedNumber:
    """A value with its declaration, formatted in the unit of its input field."""

    value: float
    declared: Input

    def __str__(self) -> str:
        from .quantities import convert, with_unit  # needed for messages only, not to declare a wall

        shown = self.declared.display_unit or self.declared.unit
        if math.isinf(self.value):
            return f"{self.value}"
        return with_unit(f"{convert(self.value, self.declared.unit, shown):,.12g}", shown)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One member of an enumeration; inside a wall its integer code, so that a column of choices is a column of
    numbers. Where the default is left and one of the inputs `meant_by` is not at its own default, `meant` takes its
    place."""

    kind: type[IntEnum]
    label: str
    default: int
    help: str
    labels: Mapping[str, str]
    advanced: bool
    meant: int = 0
    meant_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _print_by_name(self.kind)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the members, in lower case."""
        return tuple(member.name.lower() for member in self.kind)

    def code(self, name: str, text: str) -> int:
        """Return the code of the member called `text`. Raise InputError on the input `name` that lists the members."""
        try:
            return int(self.kind[text.strip().upper()])
        except KeyError:
            raise InputError(name, f"must be one of {', '.join(self.names)}; '{text}' is not one.") from None

    def _are_codes(self, given: NDArray[np.int_]) -> bool:
        """Return whether all are codes of the kind. Most kinds count from 0; for them checking the ends suffices and is
        ten times as fast."""
        known = sorted(self.kind)
        if known == list(range(len(known))):
            return bool(given.min() >= 0 and given.max() < len(known))
        return bool(np.isin(given, known).all())

    def codes(self, name: str, value: Any) -> NDArray[np.int_] | int:
        """Return the code of a name or of a member, or an array of them for an array. Raise InputError for any other
        value."""
        if isinstance(value, str):
            return self.code(name, value)
        try:
            array = np.asarray(value)
        except ValueError:  # rows of different lengths
            array = np.asarray(None)
        if array.ndim and not array.size:  # an empty array is not a question
            return array.astype(np.int_)
        if array.dtype.kind == "U":
            return np.array([self.code(name, str(each)) for each in array.flat]).reshape(array.shape)
        if array.dtype.kind not in "iu" or not self._are_codes(array):
            raise InputError(name, f"must be one of {', '.join(self.names)}; {shortened(value)} is not one.")
        return array if array.ndim else int(array)


@dataclass(frozen=True, kw_only=True)
class Pick:
    """A row of the catalog: a slug outside a wall, a spec of columns (see `specs`) inside. `default_from` names the
    part of another pick (`fleet.node`) that it is unless it is picked itself."""

    kind: type[Any]
    label: str
    default: str
    help: str
    optional: bool
    advanced: bool
    default_from: str = ""


@dataclass(frozen=True, kw_only=True)
class Output:
    """A numeric output. `display_unit` overrides the unit that is shown (percent for a fraction)."""

    unit: str
    label: str
    display_unit: str
    help: str
    symbol: str
    if_infinite: str
    if_unknown: str = ""


@dataclass(frozen=True, kw_only=True)
class Label:
    """An output that is a member of an enumeration, such as `memory`; its integer code inside a wall."""

    kind: type[IntEnum]
    label: str
    help: str

    def __post_init__(self) -> None:
        _print_by_name(self.kind)

    def names(self, codes: Any) -> Any:
        """Return the name of a code, or a string array of names for an array of codes."""
        members = sorted(self.kind)
        words = np.array([_name(member) for member in members])
        found = words[np.searchsorted([int(member) for member in members], codes)]
        return found if np.ndim(codes) else str(found)


@dataclass(frozen=True, kw_only=True)
class Flag:
    """An output that is true or false."""

    label: str
    help: str


def _print_by_name(kind: type[IntEnum]) -> None:
    """Make members of a declared kind print as their names in lower case: `str(Bound.MEMORY)` is `memory`, not `1`.
    Done here, so that the author of a wall writes a plain IntEnum; comparison and arithmetic remain those of its
    codes."""
    setattr(kind, "__str__", _name)  # noqa: B010
    setattr(kind, "__repr__", _name)  # noqa: B010
    setattr(kind, "__format__", lambda member, form: format(_name(member), form))  # noqa: B010


def _name(member: IntEnum) -> str:
    return member.name.lower()


InputField = Input | Choice | Pick
OutputField = Output | Label | Flag
