"""Stage 5: a saved scenario as its page shows it. Reads, never solves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mlsysweb.show.results.page import Link, ResultPage

from .page import AboutScenario, DriftBanner, SavedPage

_FRAME = '<iframe src="{url}embed/" title="{title}" width="100%" height="640" loading="lazy"></iframe>'
# What a scenario can be had as: words, its name in the link, what it is for, and whether of a wall's answer only.
_EXPORTS = (
    ("CSV", "export/values/", "Inputs and outputs, a line each", True),
    ("CSV of the curves", "export/curves/", "Every point of every chart", True),
    ("JSON", "export/json/", "All of it; it can be brought back", False),
    ("Python", "export/python/", "Finds the same figures with the solvers alone", True),
    ("Notebook", "export/notebook/", "The same for Jupyter", True),
    ("Methods", "export/methods/", "A paragraph for a report, with its sources", False),
    ("BibTeX", "export/bibtex/", "The sources", False),
    ("One page to print", "print/", "A4, ready to be saved as PDF", False),
)


@dataclass(frozen=True)
class SavedMeta:
    """What is known of a scenario and the version to show, read from the database. `link` is its path, `url` that with
    the host, `live` the page that asks the same today; `what` the page it was kept from,
    `styles` that page's style sheet."""

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
    shown: str
    styles: str


def saved_page(
    told: SavedMeta, about: AboutScenario, drift: DriftBanner | None, result: ResultPage | None
) -> SavedPage:
    """What was kept, and the link that asks the same question again of today's catalog."""
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
        shown=told.shown,
        styles=told.styles if result is None else "",
        exports=tuple(_exports(told, result is not None)),
        frame=_FRAME.format(url=told.url, title=told.title.replace('"', "”")) if told.public else "",
        preview=f"{told.url}preview.png" if told.public else "",
        said=result.verdict if result else f"{told.what}, as it was on {told.created:%-d %B %Y}.",
    )


def _exports(told: SavedMeta, of_wall: bool) -> Iterator[Link]:
    version = f"?version={told.number}" if told.number != max(told.numbers) else ""
    for words, path, title, walls_only in _EXPORTS:
        if of_wall or not walls_only:
            yield Link(words, f"{told.link}{path}{version}", title=title)
