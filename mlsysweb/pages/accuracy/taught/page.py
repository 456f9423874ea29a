"""Template context of the lessons of measurements."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Figure, Link


@dataclass(frozen=True)
class StatedFigure:
    """A figure with its label."""

    label: str
    value: str


@dataclass(frozen=True)
class MeasuredLesson:
    """The lesson of a measurement: the measured figures, the predicted ones beside them, where the measurement was
    published, and the pages that compute the prediction. `figure` draws both."""

    id: str
    title: str
    lesson: str
    measured: tuple[StatedFigure, ...]
    predicted: tuple[StatedFigure, ...]
    why: str
    sources: tuple[Link, ...]
    computations: tuple[Link, ...]
    figure: Figure


@dataclass(frozen=True)
class MeasuredLessonsPage:
    """All lessons."""

    lessons: tuple[MeasuredLesson, ...]
