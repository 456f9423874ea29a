"""Specs written out in the question: `{"peak": {"fp16": "989 TFLOP/s"}, "memory_bandwidth": 3.35e12}`.

Numbers are SI, text has units. Missing figures are unknown, or take their declared default.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from .declare import closest_name
from .errors import InputError
from .fields import Input
from .quantities import to_si
from .specs import Accelerator, Fabric, Fleet, Grid, Model, Node, Precision, Region, columns, is_table, parts, table

S = TypeVar("S")

# Figures that every wall needs.
_NEEDED: dict[type[Any], tuple[str, ...]] = {
    Accelerator: ("peak", "memory_bandwidth"),
    Model: ("parameters",),
    Fabric: ("bandwidth",),
    Node: ("accelerator", "accelerators_per_node"),
    Fleet: ("node", "nodes"),
    Grid: ("carbon_intensity",),
    Region: ("carbon_intensity",),
}
_LONGEST_NAME = 100
# JSON can encode control characters and lone surrogates, which pages, files and databases cannot hold.
_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def spec_from_inline(kind: type[S], record: Mapping[str, Any], field: str) -> S:
    """Return the spec that a record describes, with nested specs as nested records. Raise InputError on `field`, naming
    the invalid figure."""
    known = {**columns(kind), **parts(kind)}
    unknown = next((name for name in record if name != "name" and name not in known), None)
    if unknown is not None:
        near = closest_name(str(unknown), known)
        hint = f"did you mean {near}?" if near else f"it has {', '.join(known)}."
        raise InputError(field, f"has no figure '{str(unknown)[:40]}'; {hint}")
    given = {name: value for name, value in record.items() if value is not None}
    missing = [name for name in needed_figures(kind) if name not in given]
    if missing:
        raise InputError(field, f"needs {' and '.join(missing)} to be written out.")
    try:
        figures = {name: _value(kind, name, value) for name, value in given.items() if name != "name"}
        make: Any = kind
        spec: S = make(name=_name(kind, given), **figures)
    except InputError as error:
        raise InputError(field, f"{error.field} {error.sentence}") from None
    return spec


def needed_figures(kind: type[Any]) -> tuple[str, ...]:
    """Return the names of the figures and parts that a record of this kind of spec must have."""
    return _NEEDED.get(kind, ())


def _name(kind: type[Any], given: Mapping[str, Any]) -> str:
    name = given.get("name", f"this {kind.__name__.lower()}")
    if not isinstance(name, str) or not name.strip() or len(name) > _LONGEST_NAME:
        raise InputError("name", f"must be a text of 1 to {_LONGEST_NAME} characters.")
    if unwritable := _UNWRITABLE.search(name):
        raise InputError("name", f"cannot have the control character U+{ord(unwritable[0]):04X}.")
    return name.strip()


def _value(kind: type[Any], name: str, value: Any) -> Any:
    if name in parts(kind):
        return _part(parts(kind)[name], name, value)
    declared = columns(kind)[name]
    return _rates(name, declared, value) if is_table(kind, name) else _figure(name, declared, value)


def _part(kind: type[Any], name: str, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise InputError(name, f"must be a record of its own; {_short(value)} is not one.")
    return spec_from_inline(kind, value, name)


def _rates(name: str, declared: Input, value: Any) -> Any:
    formats = [precision.name.lower() for precision in Precision]
    if not isinstance(value, Mapping) or not value:
        raise InputError(name, 'must be given by number format, such as {"fp16": "989 TFLOP/s"}.')
    unknown = next((key for key in value if key not in formats), None)
    if unknown is not None:
        raise InputError(name, f"has no format '{str(unknown)[:20]}'; the formats are {', '.join(formats)}.")
    return table({key: _figure(f"{name} {key}", declared, rate) for key, rate in value.items() if rate is not None})


def _figure(name: str, declared: Input, value: Any) -> float:
    if isinstance(value, str):
        return declared.check(name, to_si(name, value, declared.unit))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(name, f"needs a number; {_short(value)} is not one.")
    try:
        return declared.check(name, float(value))
    except OverflowError:
        raise InputError(name, "needs a finite number; this one is too large to be one.") from None


def _short(value: Any) -> str:
    return json.dumps(value, default=str)[:40]
