"""Checks that the figures and questions of frames can be computed."""

from __future__ import annotations

from collections.abc import Iterator

from mlsysweb.classroom.figures import compute, opened
from mlsysweb.classroom.lessons.document import Frame, Lesson
from mlsysweb.classroom.questions.question import FigureError


def problems_of_frame(frame: Frame) -> tuple[str, ...]:
    """Return a sentence for each figure, demo and question that cannot be computed."""
    return (*_figures(frame), *_question(frame))


def unanswerable(lesson: Lesson) -> tuple[str, ...]:
    """Return a sentence for each question of a lesson that has no answer to compare with."""
    return tuple(f"Screen '{frame.title}': {each}" for frame in lesson.frames for each in _question(frame))


def _figures(frame: Frame) -> Iterator[str]:
    for figure in frame.figures:
        for link in filter(None, (figure.link, figure.other_link)):
            try:
                compute(link, figure.output)
            except FigureError as bad:
                yield f"Figure '{figure.label}': {bad}"
    for demo in frame.demos:
        try:
            opened(demo.link)
        except FigureError as bad:
            yield f"Demo '{demo.title}': {bad}"


def _question(frame: Frame) -> Iterator[str]:
    """Yield the problem of the first variant that cannot be computed."""
    for variant in range(frame.variants):
        question = frame.question(variant)
        try:
            if question:
                question.solve(compute)
        except (FigureError, ValueError, ArithmeticError) as bad:
            yield f"The question can't be computed: {bad}"
            return
