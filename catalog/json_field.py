"""A JSON column whose numbers come back as they were stored, on every database."""

from __future__ import annotations

import json
from typing import Any

from django.db import models

# Python writes floats from here on with an exponent, and PostgreSQL stores them as whole numbers: 1e+20 comes back as
# 100000000000000000000, which orjson refuses and NumPy overflows with.
_EXPONENT_FROM = 10**16


class NumbersDecoder(json.JSONDecoder):
    """Decodes whole numbers of 17 digits and more as the floats that they were before PostgreSQL stored them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_int=_number, **options)


def _number(text: str) -> int | float:
    if len(text) < 17:
        return int(text)
    value = float(text)
    return value if abs(value) >= _EXPONENT_FROM else int(text)


class NumbersJSONField(models.JSONField):
    """A JSONField for figures: large floats stay floats."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "decoder": NumbersDecoder})

    def deconstruct(self) -> Any:
        """Return the arguments of a JSONField: the column is the same, so that migrations need not know this class."""
        name, _, args, options = super().deconstruct()
        options.pop("decoder")
        return name, "django.db.models.JSONField", args, options
