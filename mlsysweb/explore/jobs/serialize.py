"""Serializes a partial result to bytes and back. Floats are preserved to the bit, infinities and NaN included."""

from __future__ import annotations

from dataclasses import fields
from io import BytesIO
from typing import Any

import numpy as np

from solvers.search.explore import PartialResult, ScoredRows


def to_bytes(seen: PartialResult) -> bytes:
    """Return a partial result as it is stored."""
    arrays: dict[str, Any] = {}
    for each in fields(PartialResult):
        value = getattr(seen, each.name)
        if isinstance(value, ScoredRows):
            arrays |= {f"{each.name}.number": value.number, f"{each.name}.scores": value.scores}
        else:
            arrays[each.name] = np.asarray(value)
    file = BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def from_bytes(data: bytes) -> PartialResult:
    """Return the partial result that `to_bytes` stored."""
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        whole: dict[str, Any] = {
            n: arrays[n].item() if arrays[n].ndim == 0 else arrays[n] for n in arrays if "." not in n
        }
        rows: dict[str, Any] = {n: ScoredRows(arrays[f"{n}.number"], arrays[f"{n}.scores"]) for n in ("top", "front")}
    return PartialResult(**whole, **rows)
