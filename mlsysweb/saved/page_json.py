"""Frozen page dataclasses as JSON and back, by their annotations: pages are stored as data, not as markup.

A page is stored as `{"type": <name>, "version": <int>, "data": {...}}`. When a page's class changes its fields, its
version is increased and a function is added to its upgrades, so that older data still opens.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

# JSON has no infinity and no NaN; for a float field these words stand for them.
_WORDS = {math.inf: "__inf__", -math.inf: "__-inf__"}
_NUMBERS = {word: number for number, word in _WORDS.items()} | {"__nan__": math.nan}

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


class PageDataError(ValueError):
    """Stored data that is not a valid page; the message says where."""


@dataclass(frozen=True)
class PageType:
    """A type of page that can be stored: its name, its frozen dataclass, the version of its fields, and by version the
    function that upgrades data to the next version."""

    name: str
    page: type[Any]
    version: int = 1
    upgrades: Mapping[int, Upgrade] = field(default_factory=dict)


def page_to_json(kind: PageType, page: Any) -> dict[str, Any]:
    """Return the page as it is stored. Raise TypeError for a value that does not match its annotation."""
    if type(page) is not kind.page:
        raise TypeError(f"A {type(page).__name__} is no {kind.page.__name__}.")
    return {"type": kind.name, "version": kind.version, "data": to_json(page, kind.page)}


def page_from_json(kinds: Mapping[str, PageType], stored: Mapping[str, Any]) -> Any:
    """Return the page that was stored, upgraded to today's fields. Raise PageDataError."""
    kind = kinds.get(str(stored.get("type")))
    if kind is None:
        raise PageDataError(f"There is no page of type {stored.get('type')!r}.")
    version, data = stored.get("version"), stored.get("data")
    while version != kind.version:
        if not isinstance(version, int) or not isinstance(data, dict) or version not in kind.upgrades:
            raise PageDataError(f"Version {version!r} of {kind.name} can't be opened; this is version {kind.version}.")
        data, version = kind.upgrades[version](data), version + 1
    return from_json(kind.page, data, kind.name)


def to_json(value: Any, kind: Any) -> Any:
    """Return a value of the annotation `kind` as JSON: dataclasses by field, tuples as lists, enums by name. Raise
    TypeError."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return None if value is None else to_json(value, _some(arguments))
    if origin is tuple:
        if not isinstance(value, tuple):
            raise TypeError(f"{value!r} is no tuple.")
        return [to_json(each, its) for each, its in zip(value, _places(arguments, len(value)), strict=True)]
    if origin in (dict, Mapping):
        return {to_json(name, str): to_json(each, arguments[1]) for name, each in value.items()}
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        if type(value) is not kind:
            raise TypeError(f"{value!r} is no {kind}.")
        return {name: to_json(getattr(value, name), its) for name, its in _fields(kind).items()}  # type: ignore[arg-type]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value).name
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return "__nan__" if math.isnan(value) else _WORDS.get(value, float(value))
    if kind in (str, int, bool) and isinstance(value, kind) and isinstance(value, bool) == (kind is bool):
        return kind(value)
    raise TypeError(f"{value!r} can't be stored as {kind}.")


def from_json(kind: Any, data: Any, where: str) -> Any:
    """Return the value that `to_json` stored; `where` names the position in error messages. A missing field takes the
    default of its class. Raise PageDataError, also for an unknown field."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return None if data is None else from_json(_some(arguments), data, where)
    if origin is tuple and isinstance(data, list):
        try:
            kinds = list(zip(data, _places(arguments, len(data)), strict=True))
        except ValueError:
            raise PageDataError(f"At {where}: {len(data)} values are not {len(arguments)}.") from None
        return tuple(from_json(its, each, f"{where}.{place}") for place, (each, its) in enumerate(kinds))
    if origin in (dict, Mapping) and isinstance(data, dict):
        return {name: from_json(arguments[1], each, f"{where}.{name}") for name, each in data.items()}
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and isinstance(data, dict):
        return _dataclass_from_json(kind, data, where)
    if isinstance(kind, type) and issubclass(kind, Enum) and data in kind.__members__:
        return kind[data]
    if kind is float and (isinstance(data, int | float) and not isinstance(data, bool)):
        return float(data)
    if kind is float and isinstance(data, str) and data in _NUMBERS:
        return _NUMBERS[data]
    if kind in (str, int, bool) and isinstance(data, kind) and isinstance(data, bool) == (kind is bool):
        return data
    raise PageDataError(f"At {where}: {str(data)[:60]!r} is no {getattr(kind, '__name__', kind)}.")


def _dataclass_from_json(kind: type[Any], data: dict[str, Any], where: str) -> Any:
    fields = _fields(kind)  # type: ignore[arg-type]
    if unknown := next((name for name in data if name not in fields), None):
        raise PageDataError(f"At {where}: {kind.__name__} has no field {unknown!r}.")
    if missing := next((name for name in _required(kind) if name not in data), None):  # type: ignore[arg-type]
        raise PageDataError(f"At {where}: {kind.__name__} needs its field {missing!r}.")
    return kind(**{name: from_json(fields[name], each, f"{where}.{name}") for name, each in data.items()})


@cache
def _fields(kind: Any) -> dict[str, Any]:
    """Return the annotations of a dataclass by field, resolved."""
    hints = typing.get_type_hints(kind)
    return {each.name: hints[each.name] for each in dataclasses.fields(kind)}


@cache
def _required(kind: Any) -> tuple[str, ...]:
    missing = dataclasses.MISSING
    return tuple(f.name for f in dataclasses.fields(kind) if f.default is missing and f.default_factory is missing)


def _places(arguments: tuple[Any, ...], length: int) -> tuple[Any, ...]:
    """Return the annotation of each item of a tuple: the same for all (`tuple[str, ...]`) or one each."""
    return (arguments[0],) * length if arguments[-1:] == (Ellipsis,) else arguments


def _some(arguments: tuple[Any, ...]) -> Any:
    """Return X for `X | None`. Raise TypeError for any other union."""
    kinds = [each for each in arguments if each is not types.NoneType]
    if len(kinds) != 1 or len(kinds) == len(arguments):
        raise TypeError(f"A page may hold {kinds} or nothing only as one kind or nothing.")
    return kinds[0]
