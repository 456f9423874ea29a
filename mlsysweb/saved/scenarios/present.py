"""Presenter (stage 5) of a saved scenario. Does not solve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mlsysweb.saved.opened import OpenedAnswer
from mlsysweb.show.results.page import Link, ResultPage

from .page import AboutScenario, AnswerPage, DriftBanner, SavedPage

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
    the host, `live` the live page with the same question, `what` the page it was saved from."""

    id: str
    title: str
    what: str
    link: str
    url: str
    live: str
    mine: bool
    public: bool
    deleted: bool
    created: datetime
    solver: str
    solver_version: str
    number: int
    numbers: tuple[int, ...]


def saved_page(
    told: SavedMeta, about: AboutScenario, drift: DriftBanner | None, kept: OpenedAnswer, result: ResultPage | None
) -> SavedPage:
    """Return the page of a stored answer. `result` is the presented answer of a wall, or None for a page over many
    walls."""
    page = kept.page
    return SavedPage(
        id=told.id,
        title=told.title,
        when=told.created.strftime("%-d %B %Y, %H:%M UTC"),
        what=told.what,
        version=told.solver_version,
        number=told.number,
        versions=tuple(Link(str(n), f"{told.link}v/{n}/", n == told.number) for n in told.numbers),
        url=told.url,
        link=told.link,
        open_url=f"{told.link}change/" if told.mine else told.live,
        mine=told.mine,
        deleted=told.deleted,
        about=about,
        drift=drift,
        result=result,
        answer=AnswerPage(page.page, page.template) if page else None,
        html=kept.html,
        styles=page.styles if page else kept.styles,
        scripts=page.scripts if page else (),
        asked=tuple(each for each in kept.inputs if not each.default),
        defaults=tuple(each for each in kept.inputs if each.default),
        exports=(
            *_exports(told, _WALL if result else _PAGE if page else _HTML, not page or bool(page.summary.figures)),
            *(page.summary.exports if page else ()),
        ),
        frame=_FRAME.format(url=told.url, title=told.title.replace('"', "”")) if told.public else "",
        preview=f"{told.url}preview.png" if told.public else "",
        said=kept.verdict or f"{told.what}, as it was on {told.created:%-d %B %Y}.",
    )


def _exports(told: SavedMeta, kind: str, charts: bool) -> Iterator[Link]:
    version = f"?version={told.number}" if told.number != max(told.numbers) else ""
    for words, path, title, kinds in _EXPORTS:
        if kind in kinds and (path != _CURVES or charts):
            yield Link(words, f"{told.link}{path}{version}", title=title)
