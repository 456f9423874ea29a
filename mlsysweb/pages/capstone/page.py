"""Template context of the capstone, beside the form."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Card, Figure, Link, NamedTable, PageSummary, Table


@dataclass(frozen=True)
class BriefConstraint:
    """One requirement of the brief: its target, the design's value, whether it is met, and a change that would meet
    it."""

    name: str
    wanted: str
    has: Card
    met: bool
    sentence: str


@dataclass(frozen=True)
class Design:
    """A design of the front: a description, its cost and carbon, and its role (such as the knee)."""

    design: Link
    cost: str
    carbon: str
    mark: str


@dataclass(frozen=True)
class RegionEmissions:
    """A region's share of all requests, and its emissions per year."""

    region: str
    share: str
    carbon: str


@dataclass(frozen=True)
class CapstonePage:
    """The brief, its requirements as scored and, once submitted, the Pareto-optimal designs. `prediction_errors` are
    sentences on how far predictions were from measurements on the design's accelerator."""

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
    brief: str = ""
    figures: tuple[Card, ...] = ()
    regions: tuple[RegionEmissions, ...] = ()
    survives: tuple[str, ...] = ()
    prediction_errors: tuple[str, ...] = ()

    def summary(self) -> PageSummary:
        brief = ((c.name, c.wanted, c.has.value, "met" if c.met else "missed", c.sentence) for c in self.constraints)
        designs = ((d.design.words, d.cost, d.carbon, d.mark) for d in self.designs)
        places = ((each.region, each.share, each.carbon) for each in self.regions)
        return PageSummary(
            self.verdict,
            self.kind,
            (*(each.has for each in (*self.constraints[-2:], *self.constraints[:-2])), *self.figures),  # cost first
            (self.figure,) if self.figure else (),
            (
                NamedTable("Requirements", Table(("Requirement", "Target", "Design", "Status", "Fix"), tuple(brief))),
                *(
                    [NamedTable("Regions", Table(("Region", "Requests", "CO₂e per year"), tuple(places)))]
                    if self.regions
                    else []
                ),
                *(
                    [
                        NamedTable(
                            "Pareto-optimal designs",
                            Table(("Design", "Cost per year", "CO₂e per year", "Note"), tuple(designs)),
                        )
                    ]
                    if self.designs
                    else []
                ),
            ),
        )
