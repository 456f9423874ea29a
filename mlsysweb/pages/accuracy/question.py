"""Which measurements the address asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import numpy as np

from mlsysweb.show.measurements.rows import KINDS, PREDICTIONS, MeasurementKind, Measurements

# The columns of texts by which the rows of a kind can be narrowed.
NARROWED_BY = ("chip", "precision", "parallelism", "source", "use")
_BY_NAME = {kind.name: kind for kind in KINDS}
_FIRST = _BY_NAME["decode"]


@dataclass(frozen=True)
class AccuracyQuestion:
    """A kind of measurement, the calibration of the predictions, the values that the rows have in columns of
    `NARROWED_BY`, and the page of the list. `errors` are sentences about what could not be read, and is ignored."""

    kind: MeasurementKind = _FIRST
    calibration: str = PREDICTIONS[0]
    narrowed: Mapping[str, str] = field(default_factory=dict)
    page: int = 1
    errors: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: Mapping[str, str], rows: Measurements) -> AccuracyQuestion:
        """Return the question of a query string; values to narrow by are those of the rows."""
        errors: list[str] = []
        kind = _chosen("kind", query, tuple(_BY_NAME), _FIRST.name, errors)
        calibration = _chosen("calibration", query, PREDICTIONS, PREDICTIONS[0], errors)
        of_kind = rows.where(rows["kind"] == kind)
        narrowed = {}
        for name in NARROWED_BY:
            known = tuple(np.unique(of_kind[name]).tolist())
            if value := _chosen(name, query, ("", *known), "", errors):
                narrowed[name] = value
        return cls(_BY_NAME[kind], calibration, narrowed, _page(query, errors), tuple(errors))

    def of(self, rows: Measurements) -> Measurements:
        """Return the rows that the question is about and that the calibration answers; all of a kind that nothing is
        predicted of."""
        passed = (rows["kind"] == self.kind.name) & (~np.isnan(rows[self.calibration]) | bool(self.kind.unpredicted))
        for name, value in self.narrowed.items():
            passed &= rows[name] == value
        return rows.where(passed)

    def link(self, **changes: Any) -> str:
        """Return the query string with other values: `kind`, `calibration`, `page`, or a column to narrow by, where an
        empty text stands for all. Another kind starts without narrowing, another value on the first page."""
        kind = changes.pop("kind", self.kind.name)
        calibration, page = changes.pop("calibration", self.calibration), changes.pop("page", 1)
        narrowed = {**(self.narrowed if kind == self.kind.name else {}), **changes}
        chosen = {
            "kind": kind if kind != _FIRST.name else "",
            "calibration": calibration if calibration != PREDICTIONS[0] else "",
            **narrowed,
            "page": page if page > 1 else "",
        }
        text = urlencode({name: value for name, value in chosen.items() if value})
        return f"?{text}" if text else ""


def _chosen(name: str, query: Mapping[str, str], known: tuple[str, ...], default: str, errors: list[str]) -> str:
    value = query.get(name, "") or default
    if value in known:
        return value
    errors.append(f"{name}: '{value[:40]}' has no measurements; choose one of {', '.join(filter(None, known))}.")
    return default


def _page(query: Mapping[str, str], errors: list[str]) -> int:
    text = query.get("page", "") or "1"
    if text.isascii() and text.isdigit() and int(text[:6]) >= 1 and len(text) < 6:
        return int(text)
    errors.append(f"page: '{text[:40]}' is no page; write a whole number from 1.")
    return 1
