"""A result as JSON, the same from the API and the command line: SI values with their units."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Any

from solvers.errors import InputErrors
from solvers.formatting import fill_slots
from solvers.result import Result, Value


def document(result: Result) -> dict[str, Any]:
    """Return the whole result. An infinite or unknown number is null, with a note that says which of the two it is."""
    return {
        "solver": result.solver,
        "version": result.version,
        "inputs": {name: plain(result.values[name]) for name in result.inputs},
        "outputs": {name: _with_unit(result.values[name]) for name in result.outputs},
        "verdict": fill_slots(result.verdict, result.values),
        "state": result.state,
        "notes": [*(fill_slots(note, result.values) for note in result.notes), *_open(result)],
    }


def outputs(result: Result) -> dict[str, Any]:
    """Return only the outputs, by name."""
    return {name: plain(result.values[name]) for name in result.outputs}


def plain(value: Value) -> float | str | bool | None:
    """Return the bare value; None for a number that JSON cannot represent."""
    return None if _is_open(value) else value.value


def errors(bad: InputErrors) -> dict[str, Any]:
    """Return every invalid field with its message. The first one is also given separately, for clients that show only
    one."""
    each = [{"field": error.field, "message": error.sentence} for error in bad.errors]
    return {"error": each[0], "errors": each}


def problem(status: int, bad: InputErrors) -> dict[str, Any]:
    """Return the body of a response with an error status: a problem of RFC 9457, with `error` and `errors` as further
    members."""
    first = bad.errors[0]
    detail = first.sentence if first.field == "limit" else f"{first.field} {first.sentence}"
    return {"type": "about:blank", "title": _title(status), "status": status, "detail": detail, **errors(bad)}


def _title(status: int) -> str:
    """Return the name of a status: Python 3.11 has some of an earlier RFC."""
    newer = {413: "Content Too Large", 422: "Unprocessable Content"}
    return newer.get(status) or HTTPStatus(status).phrase


def _with_unit(value: Value) -> dict[str, Any]:
    return {"value": plain(value), "unit": value.unit}


def _is_open(value: Value) -> bool:
    return isinstance(value.value, float) and not math.isfinite(value.value)


def _open(result: Result) -> list[str]:
    """Return the reason for each output that is null."""
    open_ones = ((name, result.values[name]) for name in result.outputs if _is_open(result.values[name]))
    return [
        f"{name}: {value.if_not_finite or ('infinite' if value.value == math.inf else 'unknown')}."
        for name, value in open_ones
    ]
