"""The result of a question: plain values to show, store and compare. Computes nothing."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .verdict import State


@dataclass(frozen=True)
class Value:
    """One value with its unit, display unit, label, LaTeX symbol and the texts for an infinite and an unknown value;
    `if_infinite` stands for both where there is no `if_unknown`."""

    value: float | str | bool
    unit: str = ""
    display_unit: str = ""
    label: str = ""
    symbol: str = ""
    if_infinite: str = ""
    help: str = ""
    if_unknown: str = ""

    @property
    def if_not_finite(self) -> str:
        """Return the text for the value where it is infinite or unknown; an empty string where none is declared."""
        unknown = isinstance(self.value, float) and math.isnan(self.value)
        return (unknown and self.if_unknown) or self.if_infinite


@dataclass(frozen=True)
class Working:
    """One equation and the output it computes."""

    output: str
    latex: str


@dataclass(frozen=True)
class Series:
    """The columns of a chart along one input for one system, by name."""

    system: int
    x: str
    columns: Mapping[str, tuple[float | str | bool | None, ...]]


@dataclass(frozen=True)
class ChartSpec:
    """A chart to draw: its kind and the columns it reads, which the series hold."""

    kind: str
    title: str
    x: tuple[str, ...]
    y: tuple[str, ...]
    x_marks: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """The complete answer to a question. `values` has inputs, outputs and figures of specs (`accelerator.tdp`) by
    name. `state` is the verdict's; an empty one is that of a result stored before walls declared it."""

    solver: str
    version: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    headline: tuple[str, ...]
    values: Mapping[str, Value]
    verdict: str
    notes: tuple[str, ...]
    working: tuple[Working, ...]
    charts: tuple[ChartSpec, ...]
    series: tuple[Series, ...]
    systems: tuple[str, ...]
    text: Mapping[str, str] = field(default_factory=dict)
    snapshot: Mapping[str, Any] = field(default_factory=dict)
    state: State | Literal[""] = ""

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON: infinite and unknown numbers become words, names are those of `_STORED`."""
        stored: dict[str, Any] = _jsonable(_stored(dataclasses.asdict(self)))
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Result:
        """Return the result that `to_json` stored. Raise KeyError or TypeError for invalid data."""
        own = {_ATTRIBUTES.get(name, name): value for name, value in stored.items()}
        return cls(
            **{
                **own,
                **{name: tuple(own[name]) for name in ("inputs", "outputs", "headline", "notes", "systems")},
                "state": _state(own.get("state")),
                "values": {name: _value(value) for name, value in own["values"].items()},
                "working": tuple(Working(**w) for w in own["working"]),
                "charts": tuple(
                    ChartSpec(c["kind"], c["title"], *(tuple(c[part]) for part in ("along", "y", "marks")))
                    for c in own["charts"]
                ),
                "series": tuple(
                    Series(t["system"], t["along"], {n: tuple(map(_number, c)) for n, c in t["columns"].items()})
                    for t in own["series"]
                ),
            }
        )


# Names in stored results stay the same, whatever the attributes are called today.
_STORED = {
    "charts": "drawings",
    "series": "tracks",
    "x": "along",
    "x_marks": "marks",
    "display_unit": "shown",
    "if_infinite": "never",
}
_ATTRIBUTES = {stored: attribute for attribute, stored in _STORED.items()}


def _stored(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result's fields under the names they are stored by. Names of inputs and outputs are never renamed."""
    stored = {_STORED.get(name, name): value for name, value in result.items()}
    if not stored["state"]:
        del stored["state"]  # stored before walls declared it
    stored["values"] = {name: _stored_value(value) for name, value in stored["values"].items()}
    stored["drawings"] = [_renamed(chart) for chart in stored["drawings"]]
    stored["tracks"] = [_renamed(series) for series in stored["tracks"]]
    return stored


def _stored_value(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value as it is stored; results stored before there was an `if_unknown` have none."""
    return {name: each for name, each in _renamed(value).items() if name != "if_unknown" or each}


def _renamed(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {_STORED.get(name, name): value for name, value in fields.items()}


def _state(stored: object) -> State | Literal[""]:
    """Return the state; an empty one for a result without it, or with one of a newer release."""
    return State(str(stored)) if stored in tuple(State) else ""


def _value(stored: Mapping[str, Any]) -> Value:
    fields = {_ATTRIBUTES.get(name, name): value for name, value in stored.items()}
    return Value(**{**fields, "value": _number(fields["value"])})


# JSON has no infinity; words that no label uses stand for it.
_WORDS = {math.inf: "__inf__", -math.inf: "__-inf__"}
_NUMBERS = {word: number for number, word in _WORDS.items()} | {"__nan__": math.nan}


def _jsonable(value: Any) -> Any:
    if isinstance(value, float):
        return "__nan__" if math.isnan(value) else _WORDS.get(value, value)
    if isinstance(value, Mapping):
        return {name: _jsonable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(each) for each in value]
    return value


def _number(value: Any) -> Any:
    return _NUMBERS.get(value, value) if isinstance(value, str) else value
