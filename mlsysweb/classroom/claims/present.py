"""Presents the claims of the slides. Does not compute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mlsysweb.show.results.page import Link

from .claim import ELAPSED, Calculation, Claim, ClaimVerdict, JudgedClaim
from .filters import CHOICES, ClaimFilter
from .page import ClaimPart, ClaimRow, ClaimsPage, FilterRow

WORDS = {
    ClaimVerdict.HOLDS: "Holds",
    ClaimVerdict.HOLDS_IF: "Holds if",
    ClaimVerdict.DOES_NOT_HOLD: "Does not hold",
    ClaimVerdict.NO_FIGURE: "No figure",
    ClaimVerdict.NOT_COMPUTED: "Not computed",
}
KINDS = {ClaimVerdict.HOLDS: "ok", ClaimVerdict.HOLDS_IF: "ok", ClaimVerdict.DOES_NOT_HOLD: "danger"}
CSV_HEAD = (
    *("id", "part", "slide", "claim", "stated", "computed", "verdict", "condition", "computed under the condition"),
    *("why", "link", "compared with", "link under the condition"),
)


def claims_page(
    claims: Sequence[JudgedClaim],
    asked: ClaimFilter,
    lessons: Mapping[int, Link],
    frames: Mapping[str, str],
    base: str,
    csv: str,
) -> ClaimsPage:
    """Return the page of the claims that `asked` lets pass. `lessons` are links by part, `frames` URLs by the name of a
    lesson's screen, `base` and `csv` the addresses of the page and its file."""
    passed = asked.of(claims)
    parts = sorted({each.claim.part for each in claims})
    return ClaimsPage(
        counts=_counts(claims),
        shown=f"{len(passed)} of {len(claims)} claims",
        filters=(
            FilterRow(
                "Part",
                tuple(_link("All" if n is None else str(n), asked.with_part(n), asked, base) for n in (None, *parts)),
            ),
            FilterRow(
                "Verdict",
                tuple(
                    _link("All" if v is None else WORDS[v], asked.with_verdict(v), asked, base)
                    for v in (None, *CHOICES)
                ),
            ),
        ),
        parts=tuple(
            ClaimPart(number, lessons[number], rows)
            for number in parts
            if (rows := tuple(_row(each, frames) for each in passed if each.claim.part == number))
        ),
        csv=f"{csv}{asked.query}",
        errors=asked.errors,
    )


def csv_rows(claims: Sequence[JudgedClaim], site: str) -> Iterator[tuple[str, ...]]:
    """Yield a row of `CSV_HEAD` for each claim; `site` is the start of its links."""
    for each in claims:
        claim, under = each.claim, each.claim.conditional
        yield (
            *(claim.id, str(claim.part), claim.slide, claim.claim, claim.stated, each.computed or each.error),
            *(each.verdict, claim.condition, each.conditional, claim.why, f"{site}{claim.calculation.link}"),
            f"{site}{claim.calculation.other[0]}" if claim.calculation.combine else "",
            f"{site}{under.link}" if under else "",
        )


def _counts(claims: Sequence[JudgedClaim]) -> str:
    """Return the totals: `25 hold, 14 hold under a condition, 12 do not.`"""
    number = {verdict: sum(each.verdict is verdict for each in claims) for verdict in ClaimVerdict}
    told = (
        f"{number[ClaimVerdict.HOLDS]} hold, {number[ClaimVerdict.HOLDS_IF]} hold under a condition, "
        f"{number[ClaimVerdict.DOES_NOT_HOLD]} do not. {number[ClaimVerdict.NO_FIGURE]} state no figure."
    )
    lost = number[ClaimVerdict.NOT_COMPUTED]
    return f"{told} {lost} could not be computed." if lost else told


def _link(words: str, to: ClaimFilter, asked: ClaimFilter, base: str) -> Link:
    return Link(words, f"{base}{to.query}", current=to.query == asked.query)


def _row(judged: JudgedClaim, frames: Mapping[str, str]) -> ClaimRow:
    claim, under_condition = judged.claim, judged.verdict is ClaimVerdict.HOLDS_IF
    return ClaimRow(
        id=claim.id,
        claim=claim.claim,
        slide=Link(claim.slide, frames[claim.frame]),
        stated=claim.stated,
        computed=judged.computed,
        verdict=f"Holds if {claim.condition}" if under_condition else WORDS[judged.verdict],
        kind=KINDS.get(judged.verdict, ""),
        conditional=judged.conditional if under_condition else "",
        why=claim.why,
        edited="" if judged.verdict is claim.verdict or _is_measured(claim) else WORDS[claim.verdict],
        error=judged.error,
        links=tuple(claim_links(claim)),
    )


def _is_measured(claim: Claim) -> bool:
    """Return whether the verdict depends on the speed of the server, not on the catalog alone."""
    return claim.calculation.output == ELAPSED


def claim_links(claim: Claim) -> Iterator[Link]:
    """Yield the pages of a claim's calculation, and of that under its condition."""
    yield from _pages(claim.calculation, "Calculation")
    if claim.conditional:
        yield from _pages(claim.conditional, "Under the condition")


def _pages(calculation: Calculation, words: str) -> Iterator[Link]:
    """Yield the links of a calculation that differ."""
    yield Link(words, calculation.link)
    if calculation.other[0] != calculation.link:
        yield Link(f"{words}: compared with", calculation.other[0])
