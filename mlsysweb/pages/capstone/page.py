"""What the capstone's page may show. Templates see nothing else beside the form."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Figure, Link


@dataclass(frozen=True)
class BriefConstraint:
    """One line of the brief: what is wanted, what the design has, whether that will do, and what would."""

    name: str
    wanted: str
    has: str
    met: bool
    sentence: str


@dataclass(frozen=True)
class Design:
    """A design of the front: in words, its cost and carbon, and what it is among them."""

    design: Link
    cost: str
    carbon: str
    mark: str


@dataclass(frozen=True)
class CapstonePage:
    """The brief scored, and, once handed in, the designs nobody beats."""

    verdict: str
    kind: str
    constraints: tuple[BriefConstraint, ...]
    facts: tuple[str, ...]
    figure: Figure | None
    designs: tuple[Design, ...]
    compared: str
    submit: str
    submitted: bool
    url: str
