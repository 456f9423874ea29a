"""What a solved question is: plain values that can be shown, kept for years and compared, and nothing that computes."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Value:
    """One figure with what a reader needs: unit, the unit it is shown in, label, LaTeX symbol, words for infinity."""

    value: float | str | bool
    unit: str = ""
    shown: str = ""
    label: str = ""
    symbol: str = ""
    never: str = ""
    help: str = ""


@dataclass(frozen=True)
class Working:
    """One equation and the names of the values to put into its slots."""

    output: str
    latex: str


@dataclass(frozen=True)
class Track:
    """What a figure reads along one input for one system: a column by name."""

    system: int
    along: str
    columns: Mapping[str, tuple[float | str | bool | None, ...]]


@dataclass(frozen=True)
class Drawing:
    """A figure to draw: its kind and which columns it reads; the tracks hold them."""

    kind: str
    title: str
    along: tuple[str, ...]
    y: tuple[str, ...]
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """A question's whole answer. `values` has inputs, outputs and figures of specs (`accelerator.tdp`) by name."""

    solver: str
    version: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    headline: tuple[str, ...]
    values: Mapping[str, Value]
    verdict: str
    notes: tuple[str, ...]
    working: tuple[Working, ...]
    drawings: tuple[Drawing, ...]
    tracks: tuple[Track, ...]
    systems: tuple[str, ...]
    text: Mapping[str, str] = field(default_factory=dict)
    snapshot: Mapping[str, Any] = field(default_factory=dict)

    def kept(self) -> dict[str, Any]:
        """The result as JSON can hold it: infinite and unknown numbers become words."""
        kept: dict[str, Any] = _jsonable(dataclasses.asdict(self))
        return kept

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> Result:
        """The inverse of `kept`."""
        return cls(
            **{
                **kept,
                **{name: tuple(kept[name]) for name in ("inputs", "outputs", "headline", "notes", "systems")},
                "values": {name: Value(**{**v, "value": _number(v["value"])}) for name, v in kept["values"].items()},
                "working": tuple(Working(**w) for w in kept["working"]),
                "drawings": tuple(
                    Drawing(d["kind"], d["title"], *(tuple(d[part]) for part in ("along", "y", "marks")))
                    for d in kept["drawings"]
                ),
                "tracks": tuple(
                    Track(t["system"], t["along"], {n: tuple(map(_number, c)) for n, c in t["columns"].items()})
                    for t in kept["tracks"]
                ),
            }
        )


# JSON has no infinity; a word that no label of ours uses stands for it.
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
