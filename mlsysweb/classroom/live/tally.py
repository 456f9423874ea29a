"""Counts the answers of a class to one question: groups, points of a chart, and who changed between rounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mlsysweb.classroom.figures import compute
from mlsysweb.classroom.lessons.document import Frame
from mlsysweb.classroom.models import StudentAnswer
from mlsysweb.classroom.questions.question import Group, Key, LessonQuestion, Mark, Plot
from mlsysweb.classroom.questions.relative import relative_plot


@dataclass(frozen=True)
class Variant:
    """One variant of a question with what its answers are marked against."""

    question: LessonQuestion
    key: Key


@dataclass(frozen=True)
class Tally:
    """The answers to a question in one round. `plot` is None where the kind has no chart; with several variants it
    shows answers divided by the right ones."""

    groups: tuple[Group, ...]
    right: int
    marked: int
    total: int
    plot: Plot | None


@dataclass(frozen=True)
class Change:
    """How many moved from one group to another between the rounds."""

    before: str
    after: str
    count: int


def variants_of(frame: Frame) -> tuple[Variant, ...]:
    """Return the variants of a frame's question, each solved; none without a question. Raise FigureError."""
    questions = (frame.question(number) for number in range(frame.variants))
    return tuple(Variant(question, question.solve(compute)) for question in questions if question)


def variant_of(variants: Sequence[Variant], seat: int) -> Variant:
    """Return the variant of a participant."""
    return variants[seat % len(variants)]


def mark_of(variants: Sequence[Variant], answer: StudentAnswer) -> Mark:
    """Return the mark of a stored answer."""
    own = variant_of(variants, answer.participant.seat)
    return own.question.mark(answer.value, own.key)


def tally(variants: Sequence[Variant], answers: Sequence[StudentAnswer]) -> Tally:
    """Return the answers counted."""
    marks = [mark_of(variants, answer) for answer in answers]
    one = variants[0]
    values = [answer.value for answer in answers]
    groups = one.question.groups(values, one.key) if len(variants) == 1 else _groups(marks)
    return Tally(
        groups=groups,
        right=sum(mark.right is True for mark in marks),
        marked=sum(mark.right is not None for mark in marks),
        total=len(marks),
        plot=_plot(variants, answers),
    )


def _plot(variants: Sequence[Variant], answers: Sequence[StudentAnswer]) -> Plot | None:
    """Return the answers as a chart; of several variants relative to the right answer of each."""
    if len(variants) == 1:
        return variants[0].question.plot([answer.value for answer in answers], variants[0].key) if answers else None
    plots = []
    for answer in answers:
        own = variant_of(variants, answer.participant.seat)
        plots.append(own.question.plot([answer.value], own.key))
    return relative_plot([plot for plot in plots if plot])


def changes(
    variants: Sequence[Variant], first: Sequence[StudentAnswer], second: Sequence[StudentAnswer]
) -> tuple[Change, ...]:
    """Return who moved from what to what between two rounds, the most frequent first; those who stayed, too."""
    before = {answer.participant_id: mark_of(variants, answer).group for answer in first}
    after = {answer.participant_id: mark_of(variants, answer).group for answer in second}
    moved = Counter((before[who], after[who]) for who in before.keys() & after.keys())
    return tuple(Change(*groups, count) for groups, count in moved.most_common())


def _groups(marks: Sequence[Mark]) -> tuple[Group, ...]:
    right = {mark.group: mark.right for mark in marks}
    counts = Counter(mark.group for mark in marks)
    return tuple(Group(name, count, right[name]) for name, count in counts.most_common())
