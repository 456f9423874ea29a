"""Makes a question of any page or saved scenario: a screen in a lesson of this visitor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mlsysweb.classroom.pasted_link import pasted_page
from mlsysweb.classroom.pasted_page import PastedPage
from mlsysweb.classroom.section import DocumentErrors, Problem
from mlsysweb.show.forms.page import Option
from mlsysweb.show.refusal import limit_posts

from .documents import frames_of, new_document, with_frames, with_new_frame
from .entries import AREA, FLAG, LINE, QUESTIONS
from .frame_form import misconception_rows, misconceptions_of
from .other_pages import other_pages
from .page import AskedOutput, AskPage, FrameField
from .questions import NUMERIC, question_frame
from .rights import editable_lessons, editable_or_404
from .store import change_lesson, create_lesson

_FIELDS = (
    ("new_title", "Title of the new lesson", LINE, "Required for a new lesson; empty for one of yours."),
    ("title", "Title of the screen", LINE, "Students see it before they answer; empty for the name of the output."),
    ("prompt", "Prompt", AREA, "Markdown; empty for a draft that names the output and the page's inputs."),
    ("tolerance", "Tolerance", LINE, "Relative, of a number or a position: 5 % or 0.05. Empty for the usual one."),
    ("explanation", "Explanation, shown with the answer", AREA, "Markdown."),
    ("show", "Show this page after the answer; until then it is hidden", FLAG, ""),
)


@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("edit", "Not saved")
def ask(request: HttpRequest) -> HttpResponse:
    """The form that makes a question of the page at `page`; a POST adds it to a lesson and opens its screen."""
    typed = {name: text.strip() for name, text in request.POST.items() if isinstance(text, str)}
    asked = pasted_page(request, typed.get("page") or request.GET.get("page", ""))
    if request.method != "POST" or asked.error:
        chosen = typed or {"output": next(iter(asked.cards), ""), "kind": "number", "show": "on"}
        return _form(request, asked, chosen, (), 422 if asked.error and asked.address else 200)
    if problems := _problems(asked, typed):
        return _form(request, asked, typed, problems, 422)
    others = other_pages(asked.address, typed["output"]) if typed["kind"] == "rank" else ()
    frame = question_frame(typed["kind"], asked.address, typed["output"], asked.cards, typed, others, asked.inputs)
    if slips := misconceptions_of(typed):
        frame["question"]["misconceptions"] = slips
    try:
        id, slug = _added(request, frame, typed)
    except DocumentErrors as bad:
        return _form(request, asked, typed, bad.sentences, 422)
    return redirect(f"{reverse('lessons:mine:frame', args=[id, slug])}?saved=1")


def _problems(asked: PastedPage, typed: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return the problems of what was chosen."""
    card = asked.cards.get(typed.get("output", ""))
    kind = typed.get("kind", "")
    problems = []
    if card is None:
        problems.append(Problem.at((), "Output: choose one of the outputs of the page."))
    if kind not in QUESTIONS:
        problems.append(Problem.at((), "Kind: choose one of the kinds of questions."))
    elif card is not None and card.number is None and kind in NUMERIC:
        sentence = f"Kind: {card.label} is '{card.value}', no number; choose one of several options for it."
        problems.append(Problem.at((), sentence))
    if kind != "number" and misconceptions_of(typed):
        problems.append(Problem.at((), "Misconceptions: they belong to a number; choose that kind, or clear them."))
    if not typed.get("lesson") and not typed.get("new_title"):
        problems.append(Problem.at(("new_title",), "Give the new lesson a title, or choose one of your lessons."))
    elif typed.get("lesson") and typed.get("new_title"):
        sentence = "You chose a lesson and gave the title of a new one; choose 'A new lesson', or clear the title."
        problems.append(Problem.at(("new_title",), sentence))
    return tuple(problems)


def _added(request: HttpRequest, frame: dict[str, object], typed: Mapping[str, str]) -> tuple[str, str]:
    """Add a frame to the chosen lesson, or to a new one. Return the lesson's id and the frame's slug. Raise
    DocumentErrors and Http404."""
    if typed.get("lesson"):
        lesson = change_lesson(
            request, editable_or_404(request, typed["lesson"]), lambda document: with_new_frame(document, frame)
        )
    else:
        empty = new_document(typed["new_title"])
        lesson = create_lesson(request, with_new_frame(with_frames(empty, []), frame))
    return lesson.pk, frames_of(lesson.document)[-1]["slug"]


def _field_of(sentence: str) -> str:
    """Return the field of this form that a problem of the document belongs to; an empty text for none."""
    path: tuple[str, ...] = getattr(sentence, "path", ())
    name = "new_title" if path in (("title",), ("new_title",)) else path[-1] if len(path) in (3, 4) else ""
    return name if name in {field[0] for field in _FIELDS} else ""


def _form(
    request: HttpRequest, asked: PastedPage, typed: Mapping[str, str], problems: Sequence[str], status: int
) -> HttpResponse:
    lessons = [("", "A new lesson"), *editable_lessons(request).values_list("pk", "title")]
    chosen = typed.get("lesson", lessons[1][0] if len(lessons) > 1 and not typed.get("new_title") else "")
    errors = {_field_of(sentence): str(sentence) for sentence in problems}
    page = AskPage(
        address=asked.address,
        outputs=tuple(
            AskedOutput(name, card.label, card.value, name == typed.get("output")) for name, card in asked.cards.items()
        ),
        kinds=tuple(Option(name, each.label, name == typed.get("kind")) for name, each in QUESTIONS.items()),
        lessons=tuple(Option(id, title, id == chosen) for id, title in lessons),
        fields=tuple(
            FrameField(name, label, control, help, typed.get(name, ""), errors.get(name, ""), ())
            for name, label, control, help in _FIELDS
        ),
        misconceptions=misconception_rows(typed),
        error=asked.error if asked.address else "",
        problems=tuple(dict.fromkeys(str(each) for each in problems if not _field_of(each))),
    )
    return render(request, "authoring/ask.html", {"page": page}, status=status)
