"""Measurements, ready for a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlsysweb.show.results.page import Link


@dataclass(frozen=True)
class MeasuredRow:
    """One measurement and its prediction; `far` where they differ by more than a factor of two. Prediction and ratio
    are empty where nothing was predicted."""

    configuration: str
    quantity: str
    chip: str
    measured: str
    predicted: str
    ratio: str
    far: bool
    source: Link


@dataclass(frozen=True)
class MeasuredPoint:
    """A measurement to draw on a chart: its figures in SI by the names of the wall's inputs and outputs, the words of
    its hover text without the figure, and the row."""

    figures: Mapping[str, float]
    words: str
    row: MeasuredRow


@dataclass(frozen=True)
class MeasuredBand:
    """The band of a figure, an output by its name, in which nine of ten measurements lie: from the errors of the
    predictions of those that have most in common with the question; `of` says how many and which they are."""

    output: str
    reach: str
    of: str


@dataclass(frozen=True)
class NearbyMeasurements:
    """The measurements nearest to a result, none if all are farther than a factor of two. `kind` is the kind to open on
    the accuracy page, empty where nothing that was asked was measured. `errors` are sentences on the errors of those
    nearby and of all on the chip. `points` are those to draw on the charts, nearby in all but the input that a chart
    runs along; `drawn` are the rows of these that are not among the nearest; `bands` are those of the figures that were
    measured. `none` are the kinds, in words, without a row among those of other kinds."""

    rows: tuple[MeasuredRow, ...]
    kind: str
    errors: tuple[str, ...] = ()
    points: tuple[MeasuredPoint, ...] = ()
    drawn: tuple[MeasuredRow, ...] = ()
    bands: tuple[MeasuredBand, ...] = ()
    none: tuple[str, ...] = ()
