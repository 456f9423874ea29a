"""Specs of which nothing is known, alone or in some rows of a column: a fleet that brings no grid."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

import numpy as np


def is_unknown(spec: Any) -> bool:
    """Return whether no figure of a spec and of its parts is known, in any row."""
    return bool(np.all(are_unknown([spec])))


def are_unknown(specs: Collection[Any]) -> Any:
    """Return for each row of some specs whether none of them knows a figure, their parts included."""
    unknown: Any = np.True_
    for spec in specs:
        for field in dataclasses.fields(spec):
            value = getattr(spec, field.name)
            if dataclasses.is_dataclass(value):
                unknown = unknown & are_unknown([value])
            elif field.name != "name":
                nothing = np.isnan(value)
                unknown = unknown & (nothing.all(axis=-1) if "per" in field.metadata else nothing)
    return unknown


def filled(own: Any, default: Any) -> Any:
    """Return a part with the `default` in the rows of a column that have none, as a single row would."""
    absent = are_unknown([own])
    if np.ndim(absent) == 0 or not absent.any():
        return own
    values = {}
    for field in dataclasses.fields(own):
        one, other = getattr(default, field.name), getattr(own, field.name)
        if dataclasses.is_dataclass(other):
            values[field.name] = filled(other, one)
        elif field.name != "name":
            rows = absent[..., np.newaxis] if "per" in field.metadata else absent
            values[field.name] = np.where(rows, one, other)
    return dataclasses.replace(own, **values)
