"""The pages that can be saved. Each is named with its views: a namespace also holds downloads, which are no pages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page that can be saved: what it is called, the names of its views, and the style sheet that what it showed
    needs beside those of every saved page; none for a wall, whose answer is drawn anew."""

    title: str
    views: tuple[str, ...]
    styles: str = ""


# By URL namespace, which is what a scenario of a page over several walls has as its `solver`.
PAGES = {
    "workbench": Page("Wall", ("walls:wall",)),
    "system": Page("One system", ("system:system", "system:iron-law"), "css/system.css"),
    "geography": Page("Carbon geography", ("geography:geography",), "css/geography.css"),
    "spectrum": Page("Spectrum", ("spectrum:spectrum",), "css/spectrum.css"),
    "pipelines": Page("Pipeline", ("pipelines:pipelines",), "css/pipelines.css"),
    "capstone": Page("Capstone", ("capstone:capstone",), "css/capstone.css"),
    "matches": Page("Hardware for a target", ("hardware_match:hardware_match",), "css/hardware-match.css"),
    "explore": Page("Design space", ("explore:explore",), "css/explore.css"),
}
VIEWS = frozenset(view for page in PAGES.values() for view in page.views)


def styles_of(name: str) -> str:
    """The style sheet of what was saved of a page; none of a wall, nor of a page that is gone."""
    return PAGES[name].styles if name in PAGES else ""
