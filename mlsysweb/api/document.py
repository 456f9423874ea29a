"""The machine's form of an answer: SI values with their units, the same from the API and the command line."""

from __future__ import annotations

import math
from typing import Any

from solvers.errors import InputErrors
from solvers.formatting import fill_slots
from solvers.result import Result, Value


def document(result: Result) -> dict[str, Any]:
    """The whole answer. A number that is infinite or unknown is null, and its note says which."""
    return {
        "solver": result.solver,
        "version": result.version,
        "inputs": {name: plain(result.values[name]) for name in result.inputs},
        "outputs": {name: _with_unit(result.values[name]) for name in result.outputs},
        "verdict": fill_slots(result.verdict, result.values),
        "notes": [*(fill_slots(note, result.values) for note in result.notes), *_open(result)],
    }


def outputs(result: Result) -> dict[str, Any]:
    """Only the values found, by name."""
    return {name: plain(result.values[name]) for name in result.outputs}


def plain(value: Value) -> float | str | bool | None:
    """The bare value; null where JSON has no number for it."""
    return None if _is_open(value) else value.value


def errors(bad: InputErrors) -> dict[str, Any]:
    """Every bad field with its sentence; the first one also by itself, for those who mend one at a time."""
    each = [{"field": error.field, "message": error.sentence} for error in bad.errors]
    return {"error": each[0], "errors": each}


def _with_unit(value: Value) -> dict[str, Any]:
    return {"value": plain(value), "unit": value.unit}


def _is_open(value: Value) -> bool:
    return isinstance(value.value, float) and not math.isfinite(value.value)


def _open(result: Result) -> list[str]:
    """Why an output is null."""
    open_ones = ((name, result.values[name]) for name in result.outputs if _is_open(result.values[name]))
    return [
        f"{name}: {value.if_infinite or ('infinite' if value.value == math.inf else 'unknown')}."
        for name, value in open_ones
    ]
