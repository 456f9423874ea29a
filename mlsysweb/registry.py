"""The pages of the site, one entry each. URLs, the list of tools on the front page, what can be saved, redirects from
addresses a page had before, and the tests that visit every page all follow from this table.

To add a page: a folder `mlsysweb/pages/<name>/` with `urls.py` (whose `app_name` is the name), and an entry here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """An address of a page that opens by its path alone: the name of its URL, its title and what it is for."""

    name: str
    title: str
    summary: str


@dataclass(frozen=True)
class Page:
    """A page: `name` is its folder, URL namespace, template folder and style sheet; `path` where its URLs begin.

    `tools` are its views listed on the front page. `saved_as` is what a saved one is called; empty where there is
    nothing to save. `saved_views` are the views that can be saved where those are not the tools. `old_paths` still redirect, query string included. `package` is its folder where that is not in
    `mlsysweb.pages`.
    """

    name: str
    path: str
    tools: tuple[View, ...] = ()
    saved_as: str = ""
    saved_views: tuple[str, ...] = ()
    old_paths: tuple[str, ...] = ()
    package: str = ""

    @property
    def urls(self) -> str:
        """The module with its URL patterns."""
        return f"{self.package or f'mlsysweb.pages.{self.name}'}.urls"


PAGES = (
    Page("walls", "walls/", saved_as="Wall", saved_views=("wall",)),
    Page(
        "system",
        "system/",
        (
            View(
                "system", "One system, all walls", "Describe it once: every wall's verdict, the most binding one first."
            ),
            View("iron-law", "Iron law", "A training run as five factors, each with the walls that own it."),
        ),
        saved_as="One system",
    ),
    Page(
        "geography",
        "geography/",
        (
            View(
                "geography",
                "Carbon geography",
                "The same job on every grid of the world, and where to run it when carbon has a price.",
            ),
        ),
        saved_as="Carbon geography",
    ),
    Page(
        "spectrum",
        "spectrum/",
        (
            View(
                "spectrum",
                "Spectrum",
                "Every accelerator from microcontroller to wafer, and the smallest that meets a latency target.",
            ),
        ),
        saved_as="Spectrum",
    ),
    Page(
        "pipelines",
        "pipeline/",
        (View("pipelines", "Pipeline", "Solvers in sequence: what flows between them, and which inputs are missing."),),
        saved_as="Pipeline",
    ),
    Page(
        "explore",
        "explore/",
        (View("explore", "Design space", "Search a million configurations under a budget and an SLA."),),
        saved_as="Design space",
        package="mlsysweb.explore",
    ),
    Page(
        "hardware_match",
        "hardware-match/",
        (
            View(
                "hardware_match",
                "Hardware for a target",
                "A latency target in; out, which chips meet it and how many it takes.",
            ),
        ),
        saved_as="Hardware for a target",
        old_paths=("matches/",),
    ),
    Page(
        "capstone",
        "capstone/",
        (View("capstone", "Capstone", "Design a serving fleet under a budget, a latency target and a carbon limit."),),
        saved_as="Capstone",
    ),
    Page(
        "fallacies",
        "fallacies/",
        (View("fallacies", "Fallacies", "Common claims about ML systems, and the two questions that refute each."),),
    ),
    Page("poster", "poster/", (View("poster", "Poster", "All 22 walls on one sheet, to print."),)),
    Page("sensitivity", "sensitivity/", old_paths=("movers/",)),
)

BY_NAME = {page.name: page for page in PAGES}
# Full URL names. A namespace also holds downloads, which are no pages.
SAVED_VIEWS = frozenset(
    f"{page.name}:{view}"
    for page in PAGES
    if page.saved_as
    for view in (page.saved_views or tuple(tool.name for tool in page.tools))
)


def tools() -> Iterator[tuple[str, View]]:
    """The views listed on the front page, each with the full name of its URL."""
    return ((f"{page.name}:{view.name}", view) for page in PAGES for view in page.tools)


def current_path(path: str) -> str:
    """The path a page has today: `/matches/` is now `/hardware-match/`. Any other path is returned as it is."""
    for page in PAGES:
        for old in page.old_paths:
            if path.startswith(f"/{old}"):
                return f"/{page.path}{path[len(old) + 1 :]}"
    return path


def styles_of(name: str) -> str:
    """The style sheet that a saved page needs beside those of every saved page; none for a wall, or a page that is
    gone."""
    return f"css/{name}.css" if name in BY_NAME and BY_NAME[name].tools else ""
