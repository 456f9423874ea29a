"""Computes claims with the solvers and judges them. The answers are kept as long as the catalog stays the same."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from threading import Lock
from typing import TypeAlias

from catalog.models import CatalogVersion
from mlsysweb.classroom.figures import compute, elapsed
from mlsysweb.classroom.questions.number import known
from mlsysweb.classroom.questions.question import Compute, FigureError
from solvers.quantities import convert, format_quantity

from .claim import ELAPSED, Calculation, Claim, ClaimVerdict, JudgedClaim, shipped_claims

# The seconds that the page at a link takes to answer. Raise FigureError.
Measure = Callable[[str], float]
Computed: TypeAlias = "float | str"
_ONE_AT_A_TIME = Lock()


def judged_claims() -> tuple[JudgedClaim, ...]:
    """Return all claims, judged with today's catalog. A class that opens the page at once waits for one computation."""
    version = CatalogVersion.now()
    with _ONE_AT_A_TIME:
        return _judged_claims(version)


@lru_cache(2)
def _judged_claims(version: str) -> tuple[JudgedClaim, ...]:
    return tuple(judge(claim, compute, elapsed) for claim in shipped_claims())


def judge(claim: Claim, compute: Compute, measure: Measure) -> JudgedClaim:
    """Return a claim with its verdict. It holds if the calculation agrees, under its condition if that of the condition
    does."""
    try:
        computed = _calculated(claim.calculation, claim.unit, compute, measure)
        other = _calculated(claim.conditional, claim.unit, compute, measure) if claim.conditional else None
    except FigureError as bad:
        return JudgedClaim(claim, ClaimVerdict.NOT_COMPUTED, error=str(bad))
    return JudgedClaim(
        claim,
        _verdict(claim, computed, other),
        _text(computed, claim),
        "" if other is None else _text(other, claim),
    )


def _verdict(claim: Claim, computed: Computed, conditional: Computed | None) -> ClaimVerdict:
    if claim.value is None:
        return ClaimVerdict.NO_FIGURE
    if claim.agrees(computed):
        return ClaimVerdict.HOLDS
    return (
        ClaimVerdict.HOLDS_IF if conditional is not None and claim.agrees(conditional) else ClaimVerdict.DOES_NOT_HOLD
    )


def _calculated(calculation: Calculation, unit: str, compute: Compute, measure: Measure) -> Computed:
    """Return a calculation in `unit`, or as text where `unit` is empty. Raise FigureError."""
    if not unit:
        texts = [compute(calculation.link, calculation.output).value]
        texts += [compute(*calculation.other).value] if calculation.combine == "both" else []
        return " and ".join(dict.fromkeys(texts))
    value, of = _number(calculation.link, calculation.output, compute, measure)
    if calculation.combine:
        other, other_of = _number(*calculation.other, compute, measure)
        value, of = _combined(calculation.combine, (value, of), (other, other_of))
    return convert(value * calculation.times, of, unit)


def _number(link: str, output: str, compute: Compute, measure: Measure) -> tuple[float, str]:
    return (measure(link), "s") if output == ELAPSED else known(compute, link, output)


def _combined(how: str, one: tuple[float, str], other: tuple[float, str]) -> tuple[float, str]:
    """Return two numbers as one, and its unit. Raise FigureError for a ratio to nothing."""
    (value, unit), (base, base_unit) = one, other
    if how == "larger":
        return max(value, base), unit
    if base == 0 or not math.isfinite(value / base):
        raise FigureError("The figure is a ratio to zero.")
    if how == "change":
        return value / base - 1, "1"
    return value / base, "1" if unit == base_unit else unit if base_unit == "1" else f"{unit}/{base_unit}"


def _text(computed: Computed, claim: Claim) -> str:
    return computed if isinstance(computed, str) else format_quantity(computed, claim.unit, claim.shown)
