"""Validates a wall's answer in an imported document that has the right shape: it must be consistent with itself, with
its wall and with the kinds of specs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.snapshot import KINDS_BY_NAME
from mlsysweb.show.charts.kinds import is_kind
from solvers.declare import Solver
from solvers.errors import InputError
from solvers.fields import Input, Pick
from solvers.quantities import conversion_factor
from solvers.read import ALSO
from solvers.specs import Precision, columns, is_table, parts

from .checks import at, short

# A wall picks a handful of rows, and overlays at most eight systems.
_ROWS = 40
_WORDS = ("__inf__", "__-inf__", "__nan__")
_FORMATS = {precision.name.lower() for precision in Precision}


def answer_problems(wall: Solver[Any, Any], told: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parts of a well-formed document that no view could show: rows with figures their kind does not have,
    unknown names, columns that do not fit together."""
    if len(told["snapshot"]) > _ROWS:
        yield f"{at('snapshot')} has {len(told['snapshot'])} rows; {_ROWS} is the most for a wall."
        return
    for key, row in told["snapshot"].items():
        yield from _of_row(("snapshot", key), row, _picked(wall, key))
    result = told["result"]
    if result["solver"] != wall.name:
        yield f"At result.solver: '{short(result['solver'])}' is not {wall.name}, whose page this is."
    for name, value in result["values"].items():
        yield from _of_value(("result", "values", name), value)
    yield from _of_names(result)
    for place, track in enumerate(result["tracks"]):
        yield from _of_track(("result", "tracks", place), track, result)
    for place, drawing in enumerate(result["drawings"]):
        yield from _of_drawing(("result", "drawings", place), drawing, result)


def _picked(wall: Solver[Any, Any], key: str) -> type[Any] | None:
    """Return the kind of spec of a stored row; None where the wall has no such pick (any more)."""
    io = wall.inputs.get(wall.overlay if key.startswith(f"{ALSO}.") else key)
    return io.kind if isinstance(io, Pick) else None


def _of_row(path: tuple[str, ...], row: Mapping[str, Any], wanted: type[Any] | None) -> Iterator[str]:
    kind = KINDS_BY_NAME[row["kind"]]
    if wanted is not None and wanted is not kind:
        yield f"{at(*path, 'kind')} needs {wanted.__name__.lower()}; '{row['kind']}' is another kind."
        return
    known, inside = columns(kind), parts(kind)
    for name, value in row["figures"].items():
        if name not in known:
            yield f"{at(*path, 'figures')} '{short(name)}' is not a figure of this {row['kind']}."
        elif is_table(kind, name):
            yield from _of_table((*path, "figures", name), known[name], value)
        else:
            yield from _of_figure((*path, "figures", name), known[name], value)
    for name, part in row["parts"].items():
        if name not in inside:
            yield f"{at(*path, 'parts')} '{short(name)}' is not a part of this {row['kind']}."
        else:
            yield from _of_row((*path, "parts", name), part, inside[name])
    for name in inside:
        if name not in row["parts"] and _is_needed(kind, name):
            yield f"{at(*path, 'parts')} {name} is missing."


def _is_needed(kind: type[Any], part: str) -> bool:
    declared = next(each for each in dataclasses.fields(kind) if each.name == part)
    return declared.default_factory is dataclasses.MISSING


def _of_table(path: tuple[str, ...], io: Input, value: Any) -> Iterator[str]:
    if value is None:
        return
    if not isinstance(value, Mapping):
        yield f"{at(*path)} needs a rate for each number format."
        return
    for name, rate in value.items():
        if name not in _FORMATS:
            yield f"{at(*path)} '{short(name)}' is not a number format."
        else:
            yield from _of_figure((*path, name), io, rate)


def _of_figure(path: tuple[str, ...], io: Input, value: Any) -> Iterator[str]:
    if value is None:
        return
    if isinstance(value, Mapping):
        yield f"{at(*path)} needs one number."
        return
    try:
        io.check(path[-1], float(value))
    except InputError as error:
        yield f"{at(*path)} {error.sentence}"


def _of_value(path: tuple[str, ...], value: Mapping[str, Any]) -> Iterator[str]:
    """Yield an error where a number has no unit, or text or a bool has one."""
    unit, shown = value.get("unit", ""), value.get("shown", "")
    if unit and _kind(value["value"]) != "number":
        yield f"{at(*path)} has a unit, so its value must be a number."
    if not unit and _kind(value["value"]) == "number":
        yield f"{at(*path)} is a number, so it needs a unit."
    if unit and not _converts(unit, shown or unit):
        yield f"{at(*path)} '{shown or unit}' is not a unit that {unit} can be shown in."


def _converts(unit: str, shown: str) -> bool:
    try:
        return math.isfinite(conversion_factor(shown, unit))
    except Exception:  # pint raises a dozen exception types, some from the standard library
        return False


def _of_names(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield an error for each input or output without a value, and for a headline that names no output."""
    for group, known in (("inputs", result["values"]), ("outputs", result["values"]), ("headline", result["outputs"])):
        named = result[group]
        yield from _unknown(("result", group), named, known)
        if len(set(named)) < len(named):
            yield f"{at('result', group)} a name stands there twice."


def _unknown(path: tuple[Any, ...], named: Sequence[str], known: Any) -> Iterator[str]:
    for name in named:
        if name not in known:
            yield f"{at(*path)} '{short(name)}' stands for nothing."


def _of_track(path: tuple[Any, ...], track: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[str]:
    along, cells = track["along"], track["columns"]
    if track["system"] >= max(1, len(result["systems"])):
        yield f"{at(*path, 'system')} there is no system {track['system']}."
    if along not in cells:
        yield f"{at(*path, 'columns')} there is none for {along}."
        return
    yield from _unknown((*path, "columns"), list(cells), result["values"])
    for name, column in cells.items():
        if len(column) != len(cells[along]):
            yield f"{at(*path, 'columns', name)} has {len(column):,} points; {along} has {len(cells[along]):,}."
        kind = _kind(result["values"].get(name, {"value": ""})["value"])
        if any(_kind(cell) != kind for cell in column):
            yield f"{at(*path, 'columns', name)} every point must be a {kind}, as the value is."


def _of_drawing(path: tuple[Any, ...], drawing: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[str]:
    if not is_kind(drawing["kind"]):
        yield f"{at(*path, 'kind')} '{short(drawing['kind'])}' is not a kind of chart."
    for group in ("along", "y", "marks"):
        yield from _unknown((*path, group), drawing[group], result["values"])
    drawn = {track["along"]: track["columns"] for track in result["tracks"]}
    for along in drawing["along"]:
        if along not in drawn:
            yield f"{at(*path, 'along')} there is no curve along {along}."


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, int | float) or value in _WORDS else "word"
