"""The site's navigation, shown on every page: the walls by topic, and the tools."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest
from django.urls import reverse

from mlsysweb.registry import tools
from mlsysweb.show.results.page import Link
from solvers.pipeline.wall_stages import main_solver
from solvers.registry import solvers
from solvers.taxonomy import DOMAINS, WALLS


@dataclass(frozen=True)
class MenuGroup:
    """The walls of one domain, by number, then its solvers that stand for no wall of their own."""

    heading: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class ToolNeighbours:
    """The tools before and after the one shown, in the order of the menu."""

    before: Link | None
    after: Link | None


@dataclass(frozen=True)
class Navigation:
    """The entries of the menus in the header."""

    walls: tuple[MenuGroup, ...]
    tools: tuple[Link, ...]

    @property
    def tool_urls(self) -> tuple[str, ...]:
        """Return the paths of the tools, to mark their menu as the current one."""
        return tuple(link.url for link in self.tools)

    def beside(self, url: str) -> ToolNeighbours | None:
        """Return the neighbours of the tool at `url`; None for any other page."""
        if url not in self.tool_urls:
            return None
        place = self.tool_urls.index(url)
        before, after = self.tools[place - 1 : place], self.tools[place + 1 : place + 2]
        return ToolNeighbours(before[0] if before else None, after[0] if after else None)


def site_navigation(request: HttpRequest) -> dict[str, Navigation | ToolNeighbours | None]:
    """Return the navigation, the same on every page, and the neighbours of a tool. A context processor."""
    return {"navigation": _navigation(), "neighbours": _navigation().beside(request.path)}


@cache
def _navigation() -> Navigation:
    return Navigation(
        tuple(MenuGroup(words, _links(domain)) for domain, words in DOMAINS.items()),
        tuple(Link(view.title, reverse(url), title=view.summary) for url, view in tools()),
    )


def _links(domain: str) -> tuple[Link, ...]:
    shown = {main_solver(wall.number) for wall in WALLS}
    walls = tuple(
        Link(wall.label, reverse("walls:wall", args=[name]))
        for wall in WALLS
        if wall.domain == domain and (name := main_solver(wall.number)) in solvers()
    )
    others = (each for each in solvers().values() if each.domain == domain and each.name not in shown)
    return (*walls, *(Link(each.title, reverse("walls:wall", args=[each.name])) for each in others))
