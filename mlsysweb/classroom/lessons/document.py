"""The document of a lesson: frames in order. Shipped lessons are TOML files; those of instructors are stored in the
database in the same form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlsysweb.classroom.questions.kinds import LessonQuestion, read_question, variants
from mlsysweb.classroom.questions.wall import WallQuestion
from mlsysweb.classroom.section import DocumentErrors, Problem, Section
from mlsysweb.show.results.working import mathml

_MOST_FRAMES = 100
COMPARISONS = ("", "ratio", "difference")
# The converter to MathML escapes nothing and knows links and styles, so an equation may have these commands only.
_COMMANDS = frozenset(
    (
        *("frac", "text", "times", "cdot", "sqrt", "max", "min", "le", "ge", "lt", "gt", "ne", "approx", "sum", "prod"),
        *("left", "right", "underbrace", "overbrace", "mathrm", "log", "ln", "exp", "quad", "to", "infty", "alpha"),
        *("beta", "gamma", "delta", "Delta", "epsilon", "varepsilon", "eta", "lambda", "mu", "rho", "sigma", "tau"),
        *("phi", "omega", "Omega"),
    )
)


@dataclass(frozen=True)
class LiveFigure:
    """A figure that the solvers compute when the page is shown: an output of the page at `link`, or with `compare` its
    ratio to, or difference from, that of `other_link`. `slide` is the figure on the tutorial's slide, empty if it has
    none; `why` says why the two differ."""

    label: str
    link: str
    output: str
    compare: str
    other_link: str
    slide: str
    why: str


@dataclass(frozen=True)
class Demo:
    """A page that runs within the frame: its link, and the inputs that can be changed there."""

    title: str
    link: str
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Resource:
    """A link to read further."""

    words: str
    url: str


@dataclass(frozen=True)
class Frame:
    """One screen of a lesson. `text` is Markdown for the class, `notes` for the instructor alone. `asked` is the
    question as written in the document, with the placeholders of its variants; empty if the frame asks none.
    `hand_in` lets students hand in a scenario."""

    slug: str
    title: str
    minutes: float
    text: str
    notes: str
    equation: str
    figures: tuple[LiveFigure, ...]
    demos: tuple[Demo, ...]
    asked: Mapping[str, Any]
    resources: tuple[Resource, ...]
    hand_in: bool

    @property
    def names_walls(self) -> bool:
        """Whether its question asks for a system and the wall that limits it, so that the answers make a gallery."""
        return bool(self.asked) and self.asked["kind"] == WallQuestion.kind

    @property
    def variants(self) -> int:
        """Return how many variants the question has; 0 without a question."""
        return variants(self.asked) if self.asked else 0

    def question(self, variant: int = 0) -> LessonQuestion | None:
        """Return a variant of the question; None if the frame asks none."""
        return read_question(self.asked, self.title, variant) if self.asked else None


@dataclass(frozen=True)
class Lesson:
    """A lesson. `data` is the document it was read from."""

    slug: str
    title: str
    part: int
    summary: str
    frames: tuple[Frame, ...]
    data: Mapping[str, Any]

    @property
    def minutes(self) -> float:
        return sum(frame.minutes for frame in self.frames)

    def frame(self, slug: str) -> Frame | None:
        """Return the frame of this name."""
        return next((frame for frame in self.frames if frame.slug == slug), None)

    def place(self, frame: Frame) -> int:
        """Return the place of a frame, counted from 0."""
        return self.frames.index(frame)


def read_lesson(data: Mapping[str, Any]) -> Lesson:
    """Return the lesson of a document. Raise DocumentErrors with every problem."""
    errors: list[str] = []
    section = Section("Lesson", data, errors)
    lesson = Lesson(
        slug=section.slug("slug"),
        title=section.text("title", most=120),
        part=int(section.number("part", 0, 99, default=0)),
        summary=section.text("summary", "", most=400),
        frames=tuple(_frame(each) for each in section.sections("frames", _MOST_FRAMES)),
        data=data,
    )
    section.finish()
    errors += _problems(lesson)
    if errors:
        raise DocumentErrors(errors)
    return lesson


def _problems(lesson: Lesson) -> Iterator[str]:
    """Yield the problems between frames."""
    if not lesson.frames:
        yield "Lesson: frames is empty; a lesson has at least one."
    slugs = [frame.slug for frame in lesson.frames]
    for slug in sorted({each for each in slugs if slugs.count(each) > 1}):
        yield f"Lesson: {slugs.count(slug)} frames have the slug '{slug}'; each needs one of its own."


def _frame(section: Section) -> Frame:
    title = section.text("title", most=120)
    section.where = f"Frame '{title[:60]}'" if title else section.where
    asked = section.section("question")
    if asked is not None:
        try:
            for variant in range(variants(asked.data)):
                read_question(asked.data, title, variant)
        except DocumentErrors as bad:
            for problem in bad.sentences:
                path = (*asked.path, *getattr(problem, "path", ()))
                section.errors.append(Problem.at(path, problem))
    frame = Frame(
        slug=section.slug("slug"),
        title=title,
        minutes=section.number("minutes", 0, 240, default=0),
        text=section.text("text", ""),
        notes=section.text("notes", ""),
        equation=_equation(section),
        figures=tuple(_figure(each) for each in section.sections("figures", 40)),
        demos=tuple(_demo(each) for each in section.sections("demos", 8)),
        asked=asked.data if asked else {},
        resources=tuple(_resource(each) for each in section.sections("resources", 40)),
        hand_in=section.flag("hand_in"),
    )
    section.finish()
    return frame


def _equation(section: Section) -> str:
    """Return the LaTeX of an equation; empty where it is left out or not valid."""
    latex = section.text("equation", "", most=1000)
    if not latex:
        return ""
    others = sorted(set(re.findall(r"\\([A-Za-z]+)", latex)) - _COMMANDS)
    if others:
        section.report("equation", f"has the command \\{others[0]}, which is not among {', '.join(sorted(_COMMANDS))}.")
    elif found := re.search(r"[<>&\"']", latex):
        section.report("equation", f"cannot have the character {found[0]}; write \\lt and \\gt.")
    else:
        try:
            mathml(latex)
        except Exception as bad:  # the converter raises errors of many kinds
            section.report("equation", f"can't be read as LaTeX: {type(bad).__name__}.")
        else:
            return latex
    return ""


def _figure(section: Section) -> LiveFigure:
    figure = LiveFigure(
        label=section.text("label", most=200),
        link=section.text("link", most=2000),
        output=section.text("output", most=100),
        compare=section.choice("compare", COMPARISONS, ""),
        other_link=section.text("other_link", "", most=2000),
        slide=section.text("slide", "", most=60),
        why=section.text("why", "", most=1000),
    )
    if bool(figure.compare) != bool(figure.other_link):
        section.report("compare", "and other_link belong together: give both, or neither.")
    section.finish()
    return figure


def _demo(section: Section) -> Demo:
    demo = Demo(section.text("title", most=120), section.text("link", most=2000), section.texts("inputs"))
    section.finish()
    return demo


def _resource(section: Section) -> Resource:
    resource = Resource(section.text("words", most=200), section.text("url", most=500))
    if resource.url and not resource.url.startswith(("https://", "http://", "/")):
        section.report("url", "must begin with https:// or, on this site, with a slash.")
    section.finish()
    return resource
