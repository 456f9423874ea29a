"""The designs that a class handed in, or the walls that it named: ranked, grouped and compared. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mlsysweb.show.results.page import Card
from solvers.search.front import front
from solvers.verdict import State

VOTES = "votes"


@dataclass(frozen=True)
class GalleryItem:
    """A design handed in: its number in the class, who handed it in, title, link, verdict and its state, figures by
    name and the number of votes. Or an answer that names a wall: `texts` are its labels and texts, `group` the wall,
    and it has no link, verdict or figures. One that is `hidden` is shown to the instructor alone."""

    number: int
    who: str
    title: str
    url: str
    verdict: str
    state: str
    figures: Mapping[str, Card]
    votes: int
    hidden: bool = False
    texts: tuple[tuple[str, str], ...] = ()
    group: str = ""

    @property
    def meets(self) -> bool:
        """Whether the design can run and meets its targets."""
        return self.state not in (State.MISSED, State.INFEASIBLE)

    def number_of(self, figure: str) -> float:
        """Return a figure in SI; NaN where the design has none, or it is unknown."""
        card = self.figures.get(figure)
        return math.nan if card is None or card.number is None else card.number


def figure_names(designs: Sequence[GalleryItem]) -> dict[str, str]:
    """Return the labels of all figures that are numbers, by name, those of most designs first."""
    labels: dict[str, str] = {}
    counts: dict[str, int] = {}
    for design in designs:
        for name, card in design.figures.items():
            if card.number is not None:
                labels.setdefault(name, card.label)
                counts[name] = counts.get(name, 0) + 1
    return {name: labels[name] for name in sorted(labels, key=lambda name: -counts[name])}


def ranked(designs: Sequence[GalleryItem], by: str, highest_first: bool) -> list[GalleryItem]:
    """Return designs in the order of a figure, or of votes, the most first. Those without the figure come last; without
    a figure the order stays. Equal ones keep their order."""
    if by == VOTES:
        return sorted(designs, key=lambda design: -design.votes)
    if not by:
        return list(designs)
    sign = -1 if highest_first else 1

    def place(design: GalleryItem) -> tuple[bool, float]:
        number = design.number_of(by)
        return (math.isnan(number), 0.0 if math.isnan(number) else sign * number)

    return sorted(designs, key=place)


def places(designs: Sequence[GalleryItem], by: str) -> list[int | None]:
    """Return the place of each ranked design: equal ones share it; None without a ranking or a figure."""
    if not by:
        return [None] * len(designs)
    numbers = [float(each.votes) if by == VOTES else each.number_of(by) for each in designs]
    return [None if math.isnan(number) else numbers.index(number) + 1 for number in numbers]


def cost_figure(designs: Sequence[GalleryItem]) -> str:
    """Return the name of the cost that most designs have; empty where none has one."""
    units = {name: card.unit for design in designs for name, card in design.figures.items()}
    return next((name for name in figure_names(designs) if units[name] == "USD"), "")


def class_front(designs: Sequence[GalleryItem], x: str, y: str) -> list[GalleryItem]:
    """Return the Pareto front of the designs that meet their targets: no other costs less in both figures, of which
    less is better. In the order of `x`."""
    known = [each for each in designs if each.meets and np.isfinite([each.number_of(x), each.number_of(y)]).all()]
    if not known:
        return []
    rows = front(np.array([[each.number_of(x), each.number_of(y)] for each in known]))
    return [known[row] for row in rows.tolist()]


def grouped(items: Sequence[GalleryItem]) -> list[tuple[str, list[GalleryItem]]]:
    """Return items by group: the largest group first, within each the order as it is. Designs are one group."""
    groups: dict[str, list[GalleryItem]] = {}
    for item in items:
        groups.setdefault(item.group, []).append(item)
    return sorted(groups.items(), key=lambda group: -len(group[1]))
