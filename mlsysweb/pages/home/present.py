"""Presenter (stage 5) of the home page. Does not solve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import orjson

from mlsysweb.show.charts.miniature import miniature, svg
from mlsysweb.show.results.page import Link, ResultPage, WallPicture
from solvers.declare import Solver
from solvers.pipeline.wall_stages import main_solver
from solvers.result import Result
from solvers.taxonomy import DOMAINS, WALLS

from .page import HomePage, MapDomain, PartLinks, WallTile
from .tutorial import PARTS, TutorialPart

# A tool that covers several walls has no number of its own.
TOOL = 0


def live_roofline(shown: ResultPage, result: Result) -> ResultPage:
    """Return the page of the live roofline; the title of its chart names the model and the accelerator, which are no
    inputs of the home page."""
    model, chip = (result.values[name].value for name in ("model", "accelerator"))
    first, *others = shown.figures
    return replace(shown, figures=(replace(first, title=f"{first.title}: {model} on {chip}"), *others))


def home_page(
    roofline: ResultPage,
    solvers: tuple[Solver[Any, Any], ...],
    urls: Mapping[str, str],
    tools: tuple[Link, ...],
    pictures: Mapping[int, WallPicture],
) -> HomePage:
    """Return the home page. The map shows every wall of the taxonomy; one without a solver has no link."""
    return HomePage(
        walls=len(WALLS),
        roofline=roofline,
        tools=tools,
        domains=tuple(
            MapDomain(name, words, tuple(_walls(name, solvers, urls, pictures)), tuple(_tools(name, solvers, urls)))
            for name, words in DOMAINS.items()
        ),
        parts=tuple(_part(part, urls) for part in PARTS),
        picture=_picture(roofline),
    )


def _picture(roofline: ResultPage) -> str:
    """Return the chart of the live roofline as an SVG element, to show before a script has drawn it."""
    if not roofline.figures:
        return ""
    figure = roofline.figures[0]
    return svg(miniature(orjson.loads(figure.plot)), figure.title)


def _walls(
    domain: str,
    solvers: tuple[Solver[Any, Any], ...],
    urls: Mapping[str, str],
    pictures: Mapping[int, WallPicture],
) -> Iterator[WallTile]:
    for wall in (wall for wall in WALLS if wall.domain == domain):
        solver = next((s for s in solvers if s.name == main_solver(wall.number)), None)
        yield WallTile(
            number=wall.number,
            name=wall.name,
            topic=wall.topic,
            question=solver.question if solver else "",
            url=urls[solver.name] if solver else "",
            picture=pictures.get(wall.number),
        )


def _tools(domain: str, solvers: tuple[Solver[Any, Any], ...], urls: Mapping[str, str]) -> Iterator[WallTile]:
    shown = {main_solver(wall.number) for wall in WALLS}
    for solver in (s for s in solvers if s.domain == domain and s.name not in shown):
        yield WallTile(number=TOOL, name=solver.title, topic="", question=solver.question, url=urls[solver.name])


def _part(part: TutorialPart, urls: Mapping[str, str]) -> PartLinks:
    links = (
        Link(q.words, f"{urls[q.page]}?{urlencode(q.values)}" if q.values else urls[q.page]) for q in part.questions
    )
    return PartLinks(part.number, part.lesson, part.title, part.sentence, tuple(links))
