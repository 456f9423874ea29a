"""Answers the uncertainty of a wall for its view and for saving."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from catalog.resolve import ResolvedQuestion
from mlsysweb.answer import solved, validated
from mlsysweb.show.forms.asked import Rows, asked_inputs
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.results.page import Link
from mlsysweb.show.work_limits import heavy_work
from solvers.analysis.parameters import parameters_of
from solvers.declare import Solver, closest_name
from solvers.errors import InputError, InputErrors
from solvers.fields import Output
from solvers.registry import solvers
from solvers.uncertainty.bands import Uncertainty
from solvers.uncertainty.ranges import InputRange, read_range, read_ranges
from solvers.uncertainty.sample import fitting_samples, sampled
from solvers.uncertainty.sobol import SAMPLES

from .catalog_ranges import catalog_ends
from .edit import QuestionEdit, question_of
from .page import UncertaintyPage
from .present import UncertaintyLinks, uncertainty_page, without_ranges
from .question import CATALOG, DRAWS, FIRST_SHARE, RANGE, SHOW, WALL, UncertaintyQuestion
from .sentences import in_sentence

# Rows from which on a request's sampling is heavy work, one request at a time.
_HEAVY = 20_000


@dataclass(frozen=True)
class UncertaintyAnswer:
    """The answer of the page as far as it is valid: the question with the input just added, the wall (None for an
    unknown name), its question as resolved (None where it is invalid), the ranges, the page and the errors by field."""

    question: UncertaintyQuestion
    wall: Solver[Any, Any] | None
    known: ResolvedQuestion | None
    ranges: tuple[InputRange, ...]
    page: UncertaintyPage | None
    errors: Mapping[str, str]


def answer_page(query: QueryDict) -> UncertaintyPage:
    """Return the page that answers the query. Raise InputErrors."""
    answered = answer_edit(question_of(query))
    if answered.page is None:
        raise InputErrors(InputError(name, sentence) for name, sentence in answered.errors.items())
    return answered.page


def inputs_of(query: QueryDict, rows: Rows) -> tuple[AskedInput, ...]:
    """Return the inputs of a query as shown beside a saved page: the wall, the ranges, then the wall's own question."""
    question = question_of(query).question
    wall = solvers()[question.wall]
    parameters = parameters_of(wall)
    ranges = (
        AskedInput(f"{RANGE}{name}", f"Range of {in_sentence(parameters[name].label)}", text, False)
        for name, text in question.ranges.items()
    )
    draws = AskedInput(DRAWS, "Base samples", question.draws or str(SAMPLES[1]), not question.draws)
    own = asked_inputs(wall.inputs, question.text, rows)
    return (AskedInput(WALL, "Wall", wall.title, False), *ranges, draws, *own)


def answer_edit(edit: QuestionEdit) -> UncertaintyAnswer:
    """Return the answer to a question. Errors are returned, not raised."""
    question = edit.question
    wall = solvers().get(question.wall)
    if wall is None:
        near = closest_name(question.wall, solvers())
        hint = f" Did you mean {near}?" if near else ""
        sentence = f"There is no wall called {question.wall[:60]}.{hint}"
        return UncertaintyAnswer(question, None, None, (), None, {WALL: sentence})
    try:
        parsed, known = validated(wall, question.text)
    except InputErrors as bad:
        return UncertaintyAnswer(question, wall, None, (), None, bad.sentences)
    question = replace(question, text=parsed.text)
    if edit.added:
        question = replace(question, ranges={**question.ranges, edit.added: _first(wall, known, edit.added)})
    try:
        ranges = _ranges(wall, known, question)
        found = _found(wall, known, question, ranges)
    except InputErrors as bad:
        return UncertaintyAnswer(question, wall, known, (), None, bad.sentences)
    around = UncertaintyLinks(
        page=reverse("uncertainty:uncertainty"),
        csv=reverse("uncertainty:export", args=["csv"]),
        json=reverse("uncertainty:export", args=["json"]),
        wall=Link(wall.title, f"{reverse('walls:wall', args=[wall.name])}?{question.wall_query}".rstrip("?")),
        question=question,
        asked=_asked(question),
    )
    if found is None:
        page = without_ranges(wall, solved(wall, parsed, known), around)
    else:
        page = uncertainty_page(wall, found, known.point, around)
    return UncertaintyAnswer(question, wall, known, ranges, page, {})


def sample_question(question: UncertaintyQuestion) -> Uncertainty | None:
    """Return the uncertainty that a valid question asks for, as numbers; None where it has no ranges. Raise
    InputErrors."""
    wall = solvers()[question.wall]
    _, known = validated(wall, question.text)
    return _found(wall, known, question, _ranges(wall, known, question))


def _ranges(wall: Solver[Any, Any], known: ResolvedQuestion, question: UncertaintyQuestion) -> tuple[InputRange, ...]:
    """Return the ranges of the question. Raise InputErrors, each on the field of its range."""
    texts, errors = {}, []
    for name, text in question.ranges.items():
        if text.strip().lower() != CATALOG:
            texts[name] = text
            continue
        ends = catalog_ends(wall, known.point, known.snapshot, name)
        if ends is None:
            sentence = "has no range in the catalog: give its low and high end, or a percentage."
            errors.append(InputError(name, sentence))
        else:
            texts[name] = f"{ends[0]!r}..{ends[1]!r}"
    try:
        ranges = read_ranges(wall, known.point, texts)
    except InputErrors as bad:
        errors += bad.errors
    if errors:
        raise InputErrors(InputError(f"{RANGE}{error.field}", error.sentence) for error in errors)
    return ranges


def _found(
    wall: Solver[Any, Any], known: ResolvedQuestion, question: UncertaintyQuestion, ranges: tuple[InputRange, ...]
) -> Uncertainty | None:
    """Return the sampled answer; None where there are no ranges. Raise InputErrors."""
    if question.show and not isinstance(wall.outputs.get(question.show), Output):
        raise InputErrors([InputError(SHOW, f"'{question.show[:60]}' is not a number that {wall.title} finds.")])
    draws = _draws(question.draws)
    if not ranges:
        return None
    systems = 1 + len(known.also)
    rows = fitting_samples(wall, len(ranges), systems, draws) * (len(ranges) + 2) * systems
    try:
        if rows < _HEAVY:
            return sampled(wall, known.point, ranges, known.also, tuple(question.text), draws)
        with heavy_work():
            return sampled(wall, known.point, ranges, known.also, tuple(question.text), draws)
    except InputErrors as bad:
        raise InputErrors(InputError(f"{RANGE}{error.field}", error.sentence) for error in bad.errors) from None


def _draws(text: str) -> int:
    allowed = ", ".join(map(str, SAMPLES))
    if text and (not text.isdecimal() or int(text[:9]) not in SAMPLES):
        raise InputErrors([InputError(DRAWS, f"must be one of {allowed}; '{text[:40]}' is not.")])
    return int(text) if text else SAMPLES[1]


def _first(wall: Solver[Any, Any], known: ResolvedQuestion, name: str) -> str:
    """Return the range of an input just added, for the reader to replace: the catalog's, a percentage, or half to
    twice its value, else the range of its slider."""
    if catalog_ends(wall, known.point, known.snapshot, name):
        return CATALOG
    for text in (f"±{FIRST_SHARE} %", *_around(known.point, name)):
        try:
            read_range(wall, known.point, name, text)
            return text
        except InputError:
            continue
    io = parameters_of(wall)[name].declared if name in parameters_of(wall) else None
    return f"{io.slider[0]!r}..{io.slider[1]!r}" if io else ".."


def _around(point: Any, name: str) -> tuple[str, ...]:
    value = getattr(point, name, None)
    if not isinstance(value, float | int) or not value > 0:
        return ()
    whole = max(1, round(value / 2))
    return (f"{whole}..{round(2 * value)}", f"{value / 2!r}..{min(2 * value, 1.0)!r}", f"{value!r}..{2 * value!r}")


def _asked(question: UncertaintyQuestion) -> str:
    return f"?{question.query}"
