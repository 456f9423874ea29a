"""The space of configurations: all combinations of the values along the axes, in boxes.

A box keeps each axis as a dimension of its own, so that a wall computes what depends on two axes for two axes only;
arrays broadcast as late as possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.analysis.parameters import Scaled
from solvers.errors import InputError, InputErrors
from solvers.specs import columns, take


@dataclass(frozen=True)
class Axis:
    """The values of an input, or of several that change together, and their labels.

    A column is an array in SI or of codes, `Scaled` an array of factors, or a stacked spec.
    """

    name: str
    columns: Mapping[str, Any]
    labels: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, place: NDArray[np.int_]) -> dict[str, Any]:
        """Return the columns at some indexes of the axis, in the shape of `place`."""
        return {name: _taken(column, place) for name, column in self.columns.items()}

    def setting(self, place: int) -> dict[str, Any]:
        """Return the values of the inputs at one index, as they would be typed."""
        if tuple(self.columns) == (self.name,):
            return {self.name: self.labels[place]}
        return {n: float(v) if isinstance(v, np.number) else v for n, v in self.at(np.array(place)).items()}


def _taken(column: Any, place: NDArray[np.int_]) -> Any:
    if isinstance(column, Scaled):
        return Scaled(np.asarray(column.factor)[place])
    return column[place] if isinstance(column, np.ndarray) else take(column, place)


@dataclass(frozen=True)
class Box:
    """Consecutive configurations: a start and a number of places along each axis.

    Its grids have the longest axis last, whatever the order of the axes, so that inner loops are long.
    """

    start: tuple[int, ...]
    shape: tuple[int, ...]
    first: int

    @property
    def size(self) -> int:
        """Return how many configurations it holds."""
        return prod(self.shape)

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Return the axes in the order of the grid's dimensions."""
        return tuple(int(k) for k in np.argsort(self.shape, kind="stable"))

    @property
    def sides(self) -> tuple[int, ...]:
        """Return the shape of its grids."""
        return tuple(self.shape[k] for k in self.order)

    def places(self, k: int) -> NDArray[np.int_]:
        """Return the indexes along axis k, as a grid that varies along its dimension only."""
        side = tuple(self.shape[k] if dimension == k else 1 for dimension in self.order)
        return (self.start[k] + np.arange(self.shape[k])).reshape(side)

    def line(self, grid: NDArray[Any]) -> NDArray[Any]:
        """Return a grid's values, one for each configuration of the box in the order of their numbers."""
        return np.broadcast_to(grid, self.sides).transpose(np.argsort(self.order)).ravel()


@dataclass(frozen=True)
class Space:
    """All combinations of the axes' values, numbered with the last axis running fastest."""

    axes: tuple[Axis, ...]

    def __post_init__(self) -> None:
        names = [name for axis in self.axes for name in axis.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InputErrors(InputError(name, "lies along two axes; it can follow one.") for name in twice)

    @property
    def shape(self) -> tuple[int, ...]:
        """Return how many values each axis has."""
        return tuple(len(axis) for axis in self.axes)

    @property
    def size(self) -> int:
        """Return how many configurations there are."""
        return prod(self.shape)

    def boxes(self, most: int) -> int:
        """Return how many boxes of at most `most` configurations the space has."""
        split, piece = self._cut(most)
        pieces = -(-self.shape[split] // piece) if self.axes else 1
        return prod(self.shape[:split]) * pieces if self.size else 0

    def box(self, number: int, most: int) -> Box:
        """Return the box with this number. The last axes are complete in it, one is cut into pieces, the first are
        constant."""
        if not self.axes:
            return Box((), (), 0)
        split, piece = self._cut(most)
        pieces = -(-self.shape[split] // piece)
        outer, part = divmod(number, pieces)
        still = [int(place) for place in np.unravel_index(outer, self.shape[:split])] if split else []
        length = min(piece, self.shape[split] - part * piece)
        inner = self.shape[split + 1 :]
        start = (*still, part * piece, *(0 for _ in inner))
        return Box(start, (*(1 for _ in still), length, *inner), self._number(start))

    def _cut(self, most: int) -> tuple[int, int]:
        """Return the axis to cut and the length of its pieces."""
        inner, split = 1, len(self.axes)
        while split > 1 and inner * self.shape[split - 1] <= most:
            split -= 1
            inner *= self.shape[split]
        return max(split - 1, 0), max(most // inner, 1)

    def _number(self, places: Sequence[int]) -> int:
        number = 0
        for place, length in zip(places, self.shape, strict=True):
            number = number * length + place
        return number

    def columns(self, box: Box) -> dict[str, Any]:
        """Return the values in a box by input, each a grid as long as the box along its own axis and 1 along all
        others."""
        return {name: column for k, axis in enumerate(self.axes) for name, column in axis.at(box.places(k)).items()}

    def at(self, numbers: NDArray[np.int64]) -> dict[str, Any]:
        """Return the values of some configurations by input, as columns."""
        places = self._places(numbers)
        return {n: column for k, axis in enumerate(self.axes) for n, column in axis.at(places[k]).items()}

    def labels(self, numbers: NDArray[np.int64]) -> list[dict[str, Any]]:
        """Return the labels of each configuration along the axes, by the name of the axis."""
        return [
            {axis.name: axis.labels[place] for axis, place in zip(self.axes, places, strict=True)}
            for places in self._rows(numbers)
        ]

    def settings(self, numbers: NDArray[np.int64]) -> list[dict[str, Any]]:
        """Return the values each configuration sets, as they would be typed: SI, names, slugs, `x2`."""
        return [
            {
                n: value
                for axis, place in zip(self.axes, places, strict=True)
                for n, value in axis.setting(place).items()
            }
            for places in self._rows(numbers)
        ]

    def _rows(self, numbers: NDArray[np.int64]) -> list[tuple[int, ...]]:
        places = [place.tolist() for place in self._places(numbers)]
        return list(zip(*places, strict=True)) if places else [() for _ in numbers]

    def _places(self, numbers: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        places: list[NDArray[np.int64]] = []
        for length in reversed(self.shape):
            numbers, place = np.divmod(numbers, length)
            places.append(place)
        return places[::-1]


def width(column: Any) -> int:
    """Return how many values a column of an axis holds."""
    if isinstance(column, Scaled):
        return int(np.size(column.factor))
    if isinstance(column, np.ndarray):
        return len(column)
    return len(getattr(column, next(iter(columns(type(column))))))


def joined(name: str, labels: Sequence[Any], values: Mapping[str, Any]) -> Axis:
    """Return an axis of several inputs that change together, such as price, carbon and PUE of a site, or the dimensions
    of a layout."""
    wrong = [n for n, column in values.items() if width(column) != len(labels)]
    if wrong or not labels:
        raise InputErrors(
            InputError(n, f"has {width(values[n])} values along {name}, which has {len(labels)} places.")
            for n in wrong or values
        )
    return Axis(name, values, tuple(labels))
