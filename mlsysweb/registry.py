"""The pages of the site, one entry each. URLs, the list of tools on the home page, the views that can be saved,
redirects from old addresses, and the tests that visit every page are all derived from this table.

To add a page: a folder `mlsysweb/pages/<name>/` with `urls.py` (whose `app_name` is the name), and an entry here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """A view without URL arguments: the name of its URL, its title and its description."""

    name: str
    title: str
    summary: str


@dataclass(frozen=True)
class Saved:
    """How a view over many walls is saved: the name its data is stored under, the view, the template fragment it is
    rendered with, and the function of the page's `answer.py` that answers a query with a frozen page. It is displayed
    under the title of the view.
    `version` counts changes of the page's fields; see `mlsysweb/saved/page_json.py`. `scripts` and `styles` are what
    the fragment needs beside the style sheet of the page's name. `beside` are prefixes of query names that are saved
    although they are not part of the question."""

    name: str
    view: str
    partial: str
    answer: str = "answer_page"
    version: int = 1
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """A page: `name` is its folder, URL namespace, template folder and style sheet; `path` is the prefix of its URLs.

    `tools` are its views listed on the home page, `saved` those over many walls that can be saved. `old_paths` redirect
    to `path`, query string included. `package` is its folder if that is not in `mlsysweb.pages`.
    """

    name: str
    path: str
    tools: tuple[View, ...] = ()
    saved: tuple[Saved, ...] = ()
    old_paths: tuple[str, ...] = ()
    package: str = ""

    @property
    def folder(self) -> str:
        """Return the package of the page's modules."""
        return self.package or f"mlsysweb.pages.{self.name}"

    @property
    def urls(self) -> str:
        """Return the module with the page's URL patterns."""
        return f"{self.folder}.urls"

    def title_of(self, saved: Saved) -> str:
        """Return the display name of what is saved from the page: the title of its view."""
        return next(view.title for view in self.tools if view.name == saved.view)


PAGES = (
    Page("walls", "walls/"),
    Page(
        "system",
        "system/",
        (
            View(
                "system",
                "Whole-system view",
                "Describe a system once and read every wall's verdict, the tightest limit first.",
            ),
            View("iron-law", "Iron law", "Training time as five factors, each linked to the walls that set it."),
        ),
        saved=(
            Saved("one-system", "system", "_walls.html"),
            Saved("iron-law", "iron-law", "_factors.html", answer="answer_iron_law"),
        ),
    ),
    Page(
        "geography",
        "geography/",
        (
            View(
                "geography",
                "Carbon map",
                "Run the same job on any grid of the world, and add a carbon price.",
            ),
        ),
        saved=(Saved("geography", "geography", "_places.html", scripts=("js/geography.js",)),),
    ),
    Page(
        "spectrum",
        "spectrum/",
        (
            View(
                "spectrum",
                "TinyML to frontier",
                "Accelerators from microcontroller to wafer scale, and the smallest that meets a latency target.",
            ),
        ),
        saved=(Saved("spectrum", "spectrum", "_devices.html", styles=("css/fallacies.css",)),),
    ),
    Page(
        "pipelines",
        "pipeline/",
        (
            View(
                "pipelines", "Chained models", "Feed one wall's outputs into the next: scaling law, parallelism, cost."
            ),
        ),
        saved=(Saved("pipelines", "pipelines", "_chain.html"),),
    ),
    Page(
        "explore",
        "explore/",
        (View("explore", "Design space", "Search up to a million configurations against a budget and an SLO."),),
        saved=(
            # The table's order, page and filters, and the configuration that was tried.
            Saved("explore", "explore", "_results.html", beside=("sort", "page", "from.", "to.", "try-")),
        ),
        package="mlsysweb.explore",
    ),
    Page(
        "uncertainty",
        "uncertainty/",
        (
            View(
                "uncertainty",
                "Uncertainty",
                "Give inputs as ranges: how far the answer varies, which input matters, and whether the verdict flips.",
            ),
        ),
        saved=(Saved("uncertainty", "uncertainty", "_bands.html"),),
    ),
    Page(
        "calibrate",
        "calibrate/",
        (
            View(
                "calibrate",
                "Calibrate",
                "Paste measured times and power of an accelerator and fit its constants to them.",
            ),
        ),
        saved=(Saved("calibrate", "calibrate", "_fit.html"),),
    ),
    Page(
        "hardware_match",
        "hardware-match/",
        (
            View(
                "hardware_match",
                "Hardware selector",
                "Which accelerators meet a latency target, and how many you need.",
            ),
        ),
        saved=(Saved("hardware_match", "hardware_match", "_chips.html"),),
        old_paths=("matches/",),
    ),
    Page(
        "serving_cost",
        "serving-cost/",
        (
            View(
                "serving_cost",
                "Serving cost",
                "What a model costs to serve at a request rate within an SLO, on eight accelerators at once.",
            ),
        ),
        saved=(Saved("serving_cost", "serving_cost", "_costs.html"),),
    ),
    Page(
        "capstone",
        "capstone/",
        (
            View(
                "capstone",
                "Capstone: design a fleet",
                "Design a serving fleet under a budget, a latency target and a carbon limit.",
            ),
        ),
        saved=(Saved("capstone", "capstone", "_scores.html", version=3),),
    ),
    Page(
        "fallacies",
        "fallacies/",
        (
            View(
                "fallacies",
                "Fallacies and pitfalls",
                "Common misconceptions about ML systems, each refuted by a before/after calculation.",
            ),
        ),
    ),
    Page(
        "claims",
        "claims/",
        (
            View(
                "claims",
                "Claims of the slides",
                "What the tutorial's slides state, computed here: what holds, what does not, and why.",
            ),
        ),
        package="mlsysweb.classroom.claims",
    ),
    Page(
        "accuracy",
        "accuracy/",
        (
            View(
                "accuracy",
                "Accuracy",
                "Predictions beside published measurements: errors by kind, accelerator, precision and source.",
            ),
            View(
                "lessons",
                "What measurements teach",
                "Effects that published measurements show, each beside the prediction and its computation.",
            ),
        ),
    ),
    Page("poster", "poster/", (View("poster", "Poster", "All 22 walls on one sheet, to print."),)),
    Page("model_config", "catalog/from-config/"),  # before the catalog, whose tables have paths of this form
    Page("catalog", "catalog/"),
    Page("glossary", "glossary/"),
    Page("about", "about/"),
    Page("api", "api/", package="mlsysweb.api"),
    Page("sensitivity", "sensitivity/", old_paths=("movers/",)),
)

BY_NAME = {page.name: page for page in PAGES}
# The views that can be saved, by full URL name. Other views of a namespace, such as downloads, cannot.
SAVED_VIEWS = frozenset({"walls:wall", *(f"{page.name}:{saved.view}" for page in PAGES for saved in page.saved)})


def tools() -> Iterator[tuple[str, View]]:
    """Yield the views listed on the home page, each with the full name of its URL."""
    return ((f"{page.name}:{view.name}", view) for page in PAGES for view in page.tools)


def view_called(name: str) -> View | None:
    """Return the view of a full URL name, such as `system:iron-law`; None for a page that is no tool."""
    return next((view for url, view in tools() if url == name), None)


def current_path(path: str) -> str:
    """Return the current path of a page: `/matches/` becomes `/hardware-match/`. Any other path is returned
    unchanged."""
    for page in PAGES:
        for old in page.old_paths:
            if path.startswith(f"/{old}"):
                return f"/{page.path}{path[len(old) + 1 :]}"
    return path


def styles_of(name: str) -> tuple[str, ...]:
    """The style sheets beside those of every saved page that one saved under this name is drawn with; none for a wall.
    HTML of early versions is filed under the name of its page."""
    for page in PAGES:
        for saved in page.saved:
            if name in (saved.name, page.name):
                return (*saved.styles, f"css/{page.name}.css")
    return ()
