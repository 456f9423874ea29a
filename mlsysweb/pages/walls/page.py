"""Template context of a wall's page, beside its form and result."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.measurements.page import NearbyMeasurements
from mlsysweb.show.results.page import FallacyResult, Link, ResultPage, WallPicture


@dataclass(frozen=True)
class DownstreamWall:
    """A wall that takes outputs of this one: its page with these values, and their labels."""

    wall: Link
    gives: str


@dataclass(frozen=True)
class SolveForOption:
    """A result or an input to choose by name: its label, and a result's value now as an example of a target."""

    name: str
    label: str
    value: str = ""


@dataclass(frozen=True)
class SolveFor:
    """The form of an inverse question: which result is to reach a target, and by which input. `kept` are the inputs as
    they are now, `action` receives all. `synthesis` is the page that derives a chip from a latency, with the inputs it
    shares; None where the wall has none in common with it."""

    action: str
    results: tuple[SolveForOption, ...]
    inputs: tuple[SolveForOption, ...]
    kept: tuple[tuple[str, str], ...]
    synthesis: Link | None = None


@dataclass(frozen=True)
class WallPage:
    """The context of form and result: the wall, and the pages it links to. `walls_heading` gives the number and the
    tutorial's name, "Wall 15: Fragility" (empty for a tool); `title` is the field's name, "Reliability". `picture` is
    that of the wall, None for a tool. `measured` are published measurements near the result, None where there is no
    result. `takes_calibrations` where it can be computed with the fitted constants of an accelerator. `solve_for` is
    None where the wall has no number to solve for."""

    name: str
    walls_heading: str
    domain: str
    title: str
    question: str
    about: str
    factor: str
    result: ResultPage | None
    command: str
    api: str
    sensitivity_url: str
    uncertainty_url: str
    fallacies: tuple[FallacyResult, ...]
    before: Link | None
    after: Link | None
    feeds: tuple[DownstreamWall, ...]
    picture: WallPicture | None = None
    measured: NearbyMeasurements | None = None
    takes_calibrations: bool = False
    solve_for: SolveFor | None = None
