"""The claims as data: what a slide says, how it is computed here, and what the shipped catalog makes of it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "claims.toml"
# An output that is measured instead of computed: the seconds that a page takes to answer.
ELAPSED = "elapsed"


class ClaimVerdict(StrEnum):
    """The verdict on a claim; the values are those of the filter in the address."""

    HOLDS = "holds"
    HOLDS_IF = "holds-if"
    DOES_NOT_HOLD = "does-not-hold"
    NO_FIGURE = "no-figure"
    NOT_COMPUTED = "not-computed"


@dataclass(frozen=True)
class Calculation:
    """An output of the page at a link. `combine` with `other_output` of `other_link` (by default the same output, or
    the same link) gives their ratio, the relative change from the other to this one, the larger of the two, or the
    texts of both. `times` multiplies a number."""

    link: str
    output: str
    combine: str = ""
    other_link: str = ""
    other_output: str = ""
    times: float = 1.0

    @property
    def other(self) -> tuple[str, str]:
        """Return link and output of the second page."""
        return self.other_link or self.link, self.other_output or self.output


@dataclass(frozen=True)
class Claim:
    """A claim of a slide. `stated` is its figure as shown, `value` the same in `unit` or as text; None if the slide has
    none. `condition` names what would make it hold, `conditional` computes that. `frame` is the lesson's screen,
    `economics/multiplier`. `tolerance` is relative; for a value of zero it is absolute."""

    id: str
    part: int
    slide: str
    frame: str
    claim: str
    stated: str
    calculation: Calculation
    verdict: ClaimVerdict
    why: str
    value: float | str | None = None
    unit: str = ""
    shown: str = ""
    compare: str = "about"
    tolerance: float = 0.05
    condition: str = ""
    conditional: Calculation | None = None

    def agrees(self, computed: float | str) -> bool:
        """Return whether a computed value is what the slide says."""
        if isinstance(self.value, str) or isinstance(computed, str):
            return computed == self.value
        stated = self.value or 0.0
        if self.compare == "at most":
            return computed <= stated
        if self.compare == "at least":
            return computed >= stated
        return abs(computed - stated) <= self.tolerance * (abs(stated) or 1.0)


@dataclass(frozen=True)
class JudgedClaim:
    """A claim with its verdict, and what was computed as text; `conditional` is computed where the claim has a
    condition. `error` says why nothing could be computed."""

    claim: Claim
    verdict: ClaimVerdict
    computed: str = ""
    conditional: str = ""
    error: str = ""


@cache
def shipped_claims() -> tuple[Claim, ...]:
    """Return the claims in the order of the slides."""
    return tuple(map(_claim, tomllib.loads(FILE.read_text(encoding="utf-8"))["claims"]))


def claims_of_frame(lesson: str, frame: str) -> tuple[Claim, ...]:
    """Return the claims of the slide that a frame of a lesson follows."""
    return tuple(claim for claim in shipped_claims() if claim.frame == f"{lesson}/{frame}")


def _claim(data: Mapping[str, Any]) -> Claim:
    """Return one claim. Raise TypeError for a field that does not exist or is missing, ValueError for a verdict that
    does not exist."""
    conditional = data.get("conditional")
    parts = {
        "calculation": Calculation(**data["calculation"]),
        "conditional": Calculation(**conditional) if conditional else None,
        "verdict": ClaimVerdict(data["verdict"]),
    }
    return Claim(**{**data, **parts})
