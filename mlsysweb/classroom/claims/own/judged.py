"""Judges own claims as those of the slides are, and tells why in a sentence."""

from __future__ import annotations

from mlsysweb.classroom.claims.claim import Calculation, Claim, ClaimVerdict, JudgedClaim
from mlsysweb.classroom.claims.evaluate import judge
from mlsysweb.classroom.figures import compute, elapsed
from mlsysweb.classroom.models import AuthoredClaim
from mlsysweb.classroom.questions.number import known
from mlsysweb.classroom.questions.question import FigureError
from solvers.quantities import convert, format_quantity


def judged(row: AuthoredClaim) -> JudgedClaim:
    """Return a claim with the verdict that today's catalog gives; one whose page no longer answers is not computed, and
    its error says why."""
    return judge(as_claim(row), compute, elapsed)


def as_claim(row: AuthoredClaim) -> Claim:
    """Return a stored claim as one of the slides is. An output that is a text is compared as such."""
    under = Calculation(row.condition_link, row.output) if row.condition_link else None
    return Claim(
        id=row.pk,
        part=0,
        slide=row.source,
        frame="",
        claim=row.claim,
        stated=row.stated,
        calculation=Calculation(row.link, row.output),
        verdict=ClaimVerdict.NOT_COMPUTED,
        why=row.remark,
        value=row.stated if row.value is None else row.value,
        unit=row.unit,
        shown=row.shown,
        compare=row.compare,
        tolerance=row.tolerance,
        condition=row.condition,
        conditional=under,
    )


def why(found: JudgedClaim) -> str:
    """Return why a claim has its verdict, in a sentence; an empty text for one that was not computed."""
    if found.error:
        return ""
    claim = found.claim
    if isinstance(claim.value, str):
        return f"The page computes {found.computed}."
    if claim.compare != "about":
        return f"The page computes {found.computed}; the claim is {claim.compare} {claim.stated}."
    tolerance = format_quantity(claim.tolerance, "1", "%", digits=2)
    told = f"The page computes {found.computed}{_off(claim)}; the tolerance is {tolerance}."
    return f"{told} Under the condition it computes {found.conditional}." if found.conditional else told


def _off(claim: Claim) -> str:
    """Return how far the stated value is from the computed one: `, so 10 ms is 46 % too high`."""
    stated = claim.value
    try:
        value, unit = known(compute, claim.calculation.link, claim.calculation.output)
    except FigureError:
        return ""
    computed = convert(value, unit, claim.unit)
    if not isinstance(stated, float) or computed == 0:
        return ""
    off = stated / computed - 1
    if abs(off) < 0.005:
        return f", as stated ({claim.stated})"
    return f", so {claim.stated} is {format_quantity(abs(off), '1', '%', digits=2)} too {'high' if off > 0 else 'low'}"
