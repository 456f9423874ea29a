"""Presenter (stage 5) of the poster. Uses declarations only; does not solve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mlsysweb.show.results.page import WallPicture
from mlsysweb.show.results.working import in_symbols
from solvers.declare import Equation, Solver
from solvers.fields import Pick
from solvers.formatting import LATEX_SLOT
from solvers.pipeline.wall_stages import factor_owners
from solvers.specs import columns
from solvers.taxonomy import DOMAINS, WALLS, Wall

from .lines import LINES, PosterLine
from .page import Formula, Law, LawFactor, PosterDomain, PosterPage, SiteCode, Symbol, Tile

Solvers = tuple[Solver[Any, Any], ...]
_LAW, _LAWS_OUTPUT = "iron_law", "training_time"


def poster_page(
    solvers: Solvers, urls: Mapping[str, str], pictures: Mapping[int, WallPicture], site: SiteCode | None = None
) -> PosterPage:
    """Return the poster of every wall of the taxonomy; a wall without a solver has only its name and its line."""
    domains = tuple(
        PosterDomain(name, words, tuple(_tile(wall, solvers, urls, pictures) for wall in WALLS if wall.domain == name))
        for name, words in DOMAINS.items()
    )
    law = next((solver for solver in solvers if solver.name == _LAW), None)
    return PosterPage(domains, _law(law, solvers, urls) if law else None, site)


def _tile(wall: Wall, solvers: Solvers, urls: Mapping[str, str], pictures: Mapping[int, WallPicture]) -> Tile:
    line = LINES[wall.number]
    own = [solver for solver in solvers if wall.number in solver.walls]
    if not own:
        return Tile(wall.number, wall.name, "", None, line.consequence, "")
    solver = next((s for s in own if any(e.output == line.output for e in s.equations)), own[0])
    return Tile(
        number=wall.number,
        name=wall.name,
        question=line.question or solver.question,
        equation=_formula(solver, _equation(solver, line)),
        consequence=line.consequence,
        url=urls[solver.name],
        picture=pictures.get(wall.number),
    )


def _equation(solver: Solver[Any, Any], line: PosterLine) -> Equation | None:
    """Return the equation that the line names, in its shortest form; else that of the first headline output that has
    one."""
    for output in (line.output, *solver.headline):
        forms = [equation for equation in solver.equations if equation.output == output]
        if forms:
            return min(forms, key=lambda equation: len(equation.latex))
    return next(iter(solver.equations), None)


def _formula(solver: Solver[Any, Any], equation: Equation | None) -> Formula | None:
    if equation is None:
        return None
    declared = declared_slots(solver)
    left, _, right = equation.latex.partition("=")
    slots = dict.fromkeys(LATEX_SLOT.findall(equation.latex))
    return Formula(
        in_symbols(left.strip(), declared),
        in_symbols("=" + right, declared),
        tuple(
            Symbol(in_symbols(f"@{name}", declared), declared[name].label) for name in slots if declared[name].symbol
        ),
    )


def declared_slots(solver: Solver[Any, Any]) -> dict[str, Any]:
    """Return the declarations that slots of an equation may name: inputs, outputs and figures of picks."""
    picked = {
        f"{name}.{figure}": io
        for name, pick in solver.inputs.items()
        if isinstance(pick, Pick)
        for figure, io in columns(pick.kind).items()
    }
    return {**solver.inputs, **solver.outputs, **picked}


def _law(law: Solver[Any, Any], solvers: Solvers, urls: Mapping[str, str]) -> Law | None:
    equation = next((e for e in law.equations if e.output == _LAWS_OUTPUT), None)
    formula = _formula(law, equation)
    if formula is None:
        return None
    # The equation has the factors as counted; the walls determine the factors themselves.
    symbols = (replace(symbol, words=symbol.words.removesuffix(" as counted")) for symbol in formula.symbols[1:])
    factors = (LawFactor(symbol, tuple(_owners(symbol.words, solvers))) for symbol in symbols)
    return Law(law.title, formula.left, formula.right, tuple(factors), urls[law.name])


def _owners(factor: str, solvers: Solvers) -> Iterator[str]:
    """The walls that determine the factor of this label, as the page of the iron law has them."""
    return (f"{place.wall} {WALLS[place.wall - 1].name}" for place in factor_owners(factor, solvers))
