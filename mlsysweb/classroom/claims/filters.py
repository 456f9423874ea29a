"""Which claims the address asks for: those of a part, those of a verdict."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from .claim import ClaimVerdict, JudgedClaim

# The verdicts to choose from.
CHOICES = (ClaimVerdict.HOLDS, ClaimVerdict.HOLDS_IF, ClaimVerdict.DOES_NOT_HOLD, ClaimVerdict.NO_FIGURE)


@dataclass(frozen=True)
class ClaimFilter:
    """A part and a verdict; None for all of them. `errors` are sentences about what could not be read, and then
    ignored."""

    part: int | None = None
    verdict: ClaimVerdict | None = None
    errors: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: Mapping[str, str], parts: Collection[int]) -> ClaimFilter:
        """Return the filter of a query; `parts` are those that have claims."""
        part, verdict = query.get("part", ""), query.get("verdict", "")
        errors = []
        if part and part not in map(str, parts):
            errors.append(f"part: '{part[:40]}' has no claims; the parts are {', '.join(map(str, sorted(parts)))}.")
            part = ""
        if verdict and verdict not in CHOICES:
            errors.append(f"verdict: '{verdict[:40]}' is not one; the verdicts are {', '.join(CHOICES)}.")
            verdict = ""
        return cls(int(part) if part else None, ClaimVerdict(verdict) if verdict else None, tuple(errors))

    def of(self, claims: Iterable[JudgedClaim]) -> tuple[JudgedClaim, ...]:
        """Return the claims that pass."""
        return tuple(
            each for each in claims if self.part in (None, each.claim.part) and self.verdict in (None, each.verdict)
        )

    def with_part(self, part: int | None) -> ClaimFilter:
        """Return the filter for another part."""
        return replace(self, part=part)

    def with_verdict(self, verdict: ClaimVerdict | None) -> ClaimFilter:
        """Return the filter for another verdict."""
        return replace(self, verdict=verdict)

    @property
    def query(self) -> str:
        """Return the query string with its question mark; empty for all claims."""
        chosen = {"part": self.part, "verdict": self.verdict}
        text = urlencode({name: str(value) for name, value in chosen.items() if value is not None})
        return f"?{text}" if text else ""
