"""Template context of the capstone, beside the form."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Card, Figure, Link, NamedTable, PageSummary, Table


@dataclass(frozen=True)
class BriefConstraint:
    """One line of the brief: what is wanted, what the design has, whether that will do, and what would; `limit` is what
    is wanted as it reads after what the design has."""

    name: str
    wanted: str
    has: Card
    met: bool
    sentence: str
    limit: str = ""


@dataclass(frozen=True)
class Design:
    """A design of the front: a description, its cost and carbon, and its role (such as the knee)."""

    design: Link
    cost: str
    carbon: str
    mark: str


@dataclass(frozen=True)
class CapstonePage:
    """The scored brief and, once submitted, the Pareto-optimal designs."""

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

    def summary(self) -> PageSummary:
        brief = ((c.name, c.wanted, c.has.value, "yes" if c.met else "no", c.sentence) for c in self.constraints)
        designs = ((d.design.words, d.cost, d.carbon, d.mark) for d in self.designs)
        return PageSummary(
            self.verdict,
            self.kind,
            tuple(constraint.has for constraint in (*self.constraints[-2:], *self.constraints[:-2])),  # cost first
            (self.figure,) if self.figure else (),
            (
                NamedTable("The brief", Table(("Constraint", "Wanted", "Has", "Met", "What would do"), tuple(brief))),
                *(
                    [NamedTable("Pareto-optimal designs", Table(("Design", "Cost", "CO2e", "Mark"), tuple(designs)))]
                    if self.designs
                    else []
                ),
            ),
        )
