"""Sentences with their numbers put in: `{latency}` becomes `4.8 ms`. What every surface shows of a result."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from .quantities import format_quantity
from .result import Value

_SLOT = re.compile(r"\{([a-z_][a-z_0-9.]*)\}")


def fill_slots(sentence: str, values: Mapping[str, Value]) -> str:
    """The sentence with each slot replaced by its value as shown. Raises KeyError for a slot that is not among
    `values`."""
    return _SLOT.sub(lambda slot: format_value(values[slot[1]]), sentence)


def format_value(value: Value) -> str:
    """A value as a person reads it; an infinite or unknown one in the words its declaration has for it."""
    if isinstance(value.value, bool):
        return "yes" if value.value else "no"
    if isinstance(value.value, str):
        return value.value.replace("_", " ")
    if value.if_infinite and not math.isfinite(value.value):
        return value.if_infinite
    return format_quantity(value.value, value.unit, value.display_unit)
