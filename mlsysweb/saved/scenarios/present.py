"""Presenter (stage 5) of a saved scenario. Does not solve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from mlsysweb.pages.calibrate.page import CalibratePage
from mlsysweb.saved.opened import OpenedAnswer
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.results.page import Link, ResultPage
from solvers.calibration import used_constants

from .page import AboutScenario, AnswerPage, DriftBanner, ListedInput, SavedPage, SelectOption

_FRAME = '<iframe src="{url}embed/" title="{title}" width="100%" height="640" loading="lazy"></iframe>'
# The export formats: title, name in the URL, purpose, and whether it applies to the answer of a wall, to a page over
# many walls, and to one that was stored as HTML.
_WALL, _PAGE, _HTML = "wall", "page", "html"
_CURVES = "export/curves/"
_EXPORTS = (
    ("CSV", "export/values/", "Inputs and outputs, a line each", (_WALL, _PAGE)),
    ("CSV of the tables", "export/tables/", "Every cell of every table", (_PAGE,)),
    ("CSV of the curves", _CURVES, "Every point of every chart", (_WALL, _PAGE)),
    ("JSON", "export/json/", "All of it; it can be brought back", (_WALL, _PAGE, _HTML)),
    ("Python", "export/python/", "Finds the same figures with the solvers alone", (_WALL,)),
    ("Notebook", "export/notebook/", "The same for Jupyter", (_WALL,)),
    ("Methods", "export/methods/", "A paragraph for a report, with its sources", (_WALL, _PAGE, _HTML)),
    ("BibTeX", "export/bibtex/", "The sources", (_WALL, _PAGE, _HTML)),
    ("One page to print", "print/", "A4, ready to be saved as PDF", (_WALL, _PAGE, _HTML)),
)


@dataclass(frozen=True)
class SavedMeta:
    """The metadata of a scenario and the version to show, read from the database. `link` is its path, `url` that with
    the host, `live` the live page with the same question, `what` the page it was saved from,
    `rows` the path in the catalog of each row it used, by name, `courses` sentences on those of a course; `taught` are
    the courses that the visitor teaches."""

    id: str
    title: str
    what: str
    link: str
    url: str
    live: str
    mine: bool
    public: bool
    deleted: bool
    removed: str
    created: datetime
    solver: str
    solver_version: str
    number: int
    numbers: tuple[int, ...]
    rows: Mapping[str, str]
    courses: tuple[str, ...]
    taught: tuple[SelectOption, ...] = ()


def saved_page(
    meta: SavedMeta, about: AboutScenario, drift: DriftBanner | None, opened: OpenedAnswer, result: ResultPage | None
) -> SavedPage:
    """Return the page of a stored answer. `result` is the presented answer of a wall, or None for a page over many
    walls."""
    page = opened.page
    fitted = page.page if page and isinstance(page.page, CalibratePage) and page.page.settings else None
    return SavedPage(
        id=meta.id,
        title=meta.title,
        when=meta.created.strftime("%-d %B %Y, %H:%M UTC"),
        what=meta.what,
        version=meta.solver_version,
        number=meta.number,
        versions=tuple(Link(str(n), f"{meta.link}v/{n}/", n == meta.number) for n in meta.numbers),
        url=meta.url,
        link=meta.link,
        open_url=f"{meta.link}change/" if meta.mine else meta.live,
        mine=meta.mine,
        deleted=meta.deleted,
        removed=meta.removed,
        about=about,
        drift=drift,
        result=result,
        answer=AnswerPage(page.page, page.template) if page else None,
        html=opened.html,
        styles=page.styles if page else opened.styles,
        scripts=page.scripts if page else (),
        asked=tuple(_listed(each, meta.rows) for each in opened.inputs if not each.default),
        defaults=tuple(_listed(each, meta.rows) for each in opened.inputs if each.default),
        exports=(
            *_exports(meta, _WALL if result else _PAGE if page else _HTML, not page or bool(page.summary.figures)),
            *(page.summary.exports if page else ()),
        ),
        frame=_FRAME.format(url=meta.url, title=meta.title.replace('"', "”")) if meta.public else "",
        preview=f"{meta.url}preview.png" if meta.public else "",
        courses=meta.courses,
        calibrates=fitted.chip if fitted else "",
        calibration_walls=tuple(_walls_of(fitted)) if fitted else (),
        courses_taught=meta.taught if fitted else (),
        said=opened.verdict or f"{meta.what}, as it was on {meta.created:%-d %B %Y}.",
    )


def _walls_of(page: CalibratePage) -> Iterator[str]:
    """Yield a wall for the constants of each kind that a page has fitted."""
    for wall, inputs in (
        ("serving", ("accelerator", "timing", "arithmetic_power")),
        ("roofline", ("accelerator", "arithmetic_power")),
    ):
        if used_constants(inputs, dict(page.settings)):
            yield wall


def _listed(asked: AskedInput, rows: Mapping[str, str]) -> ListedInput:
    """Return an input with the path of the row that its text names, if it names one."""
    return ListedInput(asked.label, asked.text, rows.get(asked.text, ""))


def _exports(meta: SavedMeta, kind: str, charts: bool) -> Iterator[Link]:
    version = f"?version={meta.number}" if meta.number != max(meta.numbers) else ""
    for words, path, title, kinds in _EXPORTS:
        if kind in kinds and (path != _CURVES or charts):
            yield Link(words, f"{meta.link}{path}{version}", title=title)
