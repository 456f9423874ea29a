"""Measurements, ready for a template."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Link


@dataclass(frozen=True)
class MeasuredRow:
    """One measurement and its prediction; `far` where they differ by more than a factor of two."""

    configuration: str
    quantity: str
    chip: str
    measured: str
    predicted: str
    ratio: str
    far: bool
    source: Link


@dataclass(frozen=True)
class NearbyMeasurements:
    """The measurements nearest to a result, none if all are farther than a factor of two. `kind` is the kind to open on
    the accuracy page. `errors` are sentences on the errors of all measurements on the chip."""

    rows: tuple[MeasuredRow, ...]
    kind: str
    errors: tuple[str, ...] = ()
