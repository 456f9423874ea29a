"""Presents frames of lessons: text, live figures, demos and questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from catalog.resolve import choices
from mlsysweb.classroom.claims.claim import claims_of_frame
from mlsysweb.classroom.figures import compute, opened
from mlsysweb.classroom.questions.number import known
from mlsysweb.classroom.questions.question import FigureError, Key, LessonQuestion, Mark
from mlsysweb.pages.geography.question import GEOGRAPHY
from mlsysweb.saved.scenarios.capture import Address
from mlsysweb.saved.scenarios.notes import as_html
from mlsysweb.show.forms.draw import form
from mlsysweb.show.forms.page import Field
from mlsysweb.show.forms.query import query_text
from mlsysweb.show.results.page import Figure, Link
from mlsysweb.show.results.present import result_figures
from mlsysweb.show.results.working import mathml
from solvers.declare import Question
from solvers.quantities import format_quantity
from solvers.registry import solvers

from .document import Demo, Frame, Lesson, LiveFigure
from .page import DemoView, FigureRow, FrameContent, FramePage, LessonEntry, MarkView, QuestionView

FrameUrl = Callable[[str], str]


def lesson_entry(lesson: Lesson, url: FrameUrl) -> LessonEntry:
    """Return a lesson for the list; `url` gives that of a frame by its slug."""
    frames = tuple(Link(frame.title, url(frame.slug)) for frame in lesson.frames)
    return LessonEntry(
        Link(lesson.title, frames[0].url), lesson.slug, lesson.part, lesson.summary, round(lesson.minutes), frames
    )


def frame_page(
    lesson: Lesson, frame: Frame, url: FrameUrl, question: QuestionView | None, mark: MarkView | None
) -> FramePage:
    """Return the page of a frame for self-study."""
    place = lesson.place(frame)
    links = [Link(each.title, url(each.slug), each is frame) for each in lesson.frames]
    return FramePage(
        lesson=Link(lesson.title, links[0].url),
        part=lesson.part,
        place=place + 1,
        count=len(links),
        content=frame_content(frame, lambda number: f"{url(frame.slug)}demo/{number}/"),
        question=question,
        mark=mark,
        before=links[place - 1] if place else None,
        after=links[place + 1] if place + 1 < len(links) else None,
        outline=tuple(links),
        claims=_claims(lesson, frame),
    )


def _claims(lesson: Lesson, frame: Frame) -> Link | None:
    """Return a link to the first claim of the frame's slide."""
    found = claims_of_frame(lesson.slug, frame.slug)
    words = (
        "Does this slide hold? Its claim, computed" if len(found) == 1 else "Does this slide hold? Its claims, computed"
    )
    return Link(words, f"{reverse('claims:claims')}#{found[0].id}") if found else None


def frame_content(frame: Frame, demo_url: Callable[[int], str]) -> FrameContent:
    """Return what a frame shows; `demo_url` gives the URL that updates the demo of a number."""
    return FrameContent(
        title=frame.title,
        text=as_html(frame.text),
        equation=mathml(frame.equation) if frame.equation else "",
        figures=tuple(_figure_row(each) for each in frame.figures),
        has_slides=any(each.slide for each in frame.figures),
        has_reasons=any(each.why for each in frame.figures),
        demos=tuple(demo_view(each, number, demo_url(number)) for number, each in enumerate(frame.demos)),
        resources=tuple(Link(each.words, each.url) for each in frame.resources),
        hand_in=frame.hand_in,
    )


def _figure_row(figure: LiveFigure) -> FigureRow:
    try:
        value, error = _figure_text(figure), ""
    except FigureError as bad:
        value, error = "", str(bad)
    return FigureRow(figure.label, value, error, figure.slide, figure.why, figure.link)


def _figure_text(figure: LiveFigure) -> str:
    if not figure.compare:
        return compute(figure.link, figure.output).value
    value, unit = known(compute, figure.link, figure.output)
    other, _ = known(compute, figure.other_link, figure.output)
    if figure.compare == "ratio":
        return format_quantity(value / other, "1", "times")
    return format_quantity(abs(value - other), unit)


def demo_view(demo: Demo, number: int, update_url: str, query: QueryDict | None = None) -> DemoView:
    """Return a demo; `query` replaces inputs of its link."""
    try:
        link, fields, hidden = _demo_question(demo, query)
        answer = opened(link)
    except FigureError as bad:
        return DemoView(number, demo.title, demo.link, "", (), (), "", "", (), (), str(bad))
    figures = result_figures(answer.result) if answer.result else answer.page.summary.figures if answer.page else ()
    return DemoView(
        number=number,
        title=demo.title,
        url=link,
        update_url=update_url if fields else "",
        fields=fields,
        hidden=hidden,
        verdict=answer.verdict,
        kind=answer.state,
        headline=tuple(answer.cards[name] for name in answer.headline[:4]),
        figures=tuple(_renamed(each, number) for each in figures[:1]),
        error="",
    )


def _renamed(figure: Figure, number: int) -> Figure:
    """Return a chart with an id that is unique on a page of several demos."""
    return Figure(f"demo-{number}-{figure.id}", figure.title, figure.description, figure.plot, figure.table)


def _demo_question(demo: Demo, query: QueryDict | None) -> tuple[str, tuple[Field, ...], tuple[tuple[str, str], ...]]:
    """Return the link of a demo with changed inputs, the fields to change them, and the inputs that stay."""
    try:
        at = Address.of(demo.link)
    except Exception as bad:
        raise FigureError(f"{demo.link} is no page with inputs. {bad}") from None
    question = _question(at)
    if question is None or not demo.inputs:
        return str(at), (), ()
    asked = at.query.copy()
    for name in demo.inputs:
        if query is not None and name in query:
            asked[name] = str(query[name])
    text = query_text(asked)
    drawn = form(question, text, {}, choices, at.path)
    fields = tuple(field for field in drawn.all_fields if field.name in demo.inputs)
    hidden = tuple((name, value) for name, value in text.items() if name not in demo.inputs)
    return f"{at.path}?{asked.urlencode()}", fields, hidden


def _question(at: Address) -> Question[Any] | None:
    """Return what a page asks: that of a wall, or of the carbon map. None for pages whose form is of another kind."""
    if at.match.view_name == "walls:wall":
        return solvers().get(str(at.match.kwargs.get("name")))
    return GEOGRAPHY if at.match.view_name == "geography:geography" else None


def question_view(
    question: LessonQuestion, action: str, posted: Mapping[str, Any] | None = None, error: str = ""
) -> QuestionView:
    """Return a question with its form; `posted` are the fields as sent, shown again beside the `error`."""
    typed = tuple((name, ", ".join(texts)) for name, texts in (posted or {}).items() if name != "csrfmiddlewaretoken")
    return QuestionView(question, as_html(question.prompt), question.template, action, typed, error)


def mark_view(question: LessonQuestion, answer: Any, key: Key, mark: Mark) -> MarkView:
    """Return the feedback to an answer."""
    return MarkView(
        right=mark.right,
        answer=question.in_words(answer),
        computed=key.text,
        message=mark.message if not mark.right else "",
        explanation=as_html(question.explanation),
        url=getattr(question, "link", ""),
    )
