"""Presents own claims and their form. Does not compute."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from mlsysweb.classroom.authoring.page import FrameField
from mlsysweb.classroom.claims.claim import ClaimVerdict, JudgedClaim
from mlsysweb.classroom.claims.page import ClaimRow
from mlsysweb.classroom.claims.present import KINDS, WORDS, claim_links
from mlsysweb.classroom.pasted_page import PastedPage
from mlsysweb.show.forms.page import Option
from mlsysweb.show.results.page import Link

from .form import COMPARISONS, LABELS, TOLERANCE
from .page import ClaimFormPage, ClaimOutput

_LINE, _AREA, _CHOICE = "line", "area", "choice"
# Field, label, control, help.
_FIELDS = (
    ("claim", LABELS["claim"], _AREA, "One sentence, such as: Batching raises throughput fourfold at no cost."),
    ("source", LABELS["source"], _LINE, "A paper, a talk, a data sheet: what it is and where in it."),
    ("source_url", LABELS["source_url"], _LINE, "Begins with https://; empty for none."),
    ("stated", LABELS["stated"], _LINE, "With its unit, such as 30 ms."),
    ("compare", "Comparison", _CHOICE, ""),
    ("tolerance", "Tolerance", _LINE, f"Relative: 5 % or 0.05. Empty for {TOLERANCE}."),
    ("condition", "Condition", _LINE, "What would make it hold: the batch is 64. Empty for none."),
    ("condition_page", "Page under the condition", _LINE, "The address of the same page with other inputs."),
    ("remark", LABELS["remark"], _AREA, "Shown with the computed reason; may be empty."),
)


def claim_row(found: JudgedClaim, source_url: str, why: str) -> ClaimRow:
    """Return a judged claim as a row of a list; `why` is the computed reason."""
    claim, under_condition = found.claim, found.verdict is ClaimVerdict.HOLDS_IF
    return ClaimRow(
        id=claim.id,
        claim=claim.claim,
        slide=Link(claim.slide, source_url),
        stated=claim.stated,
        computed=found.computed,
        verdict=f"Holds if {claim.condition}" if under_condition else WORDS[found.verdict],
        kind=KINDS.get(found.verdict, ""),
        conditional=found.conditional if under_condition else "",
        why=" ".join(filter(None, (why, claim.why))),
        edited="",
        error=f"The page of this claim no longer answers. {found.error}" if found.error else "",
        links=tuple(claim_links(claim)),
    )


def form_page(
    title: str, action: str, page: PastedPage, typed: Mapping[str, str], errors: Mapping[str, str], *, posted: bool
) -> ClaimFormPage:
    """Return the form; only the address is asked for while its page has no outputs."""
    return ClaimFormPage(
        title=title,
        action=action,
        address=page.address,
        outputs=tuple(
            ClaimOutput(name, card.label, card.value, name == typed.get("output")) for name, card in page.cards.items()
        ),
        fields=tuple(
            FrameField(name, label, control, help, typed.get(name, ""), errors.get(name, ""), _options(name, typed))
            for name, label, control, help in _FIELDS
        ),
        error=page.error if page.address or posted else "",
        output_error=errors.get("output", ""),
    )


def ask_address(path: str, link: str) -> str:
    """Return the address that makes a question of a claim's page; `path` is that of the form."""
    return f"{path}?{urlencode({'page': link})}"


def _options(name: str, typed: Mapping[str, str]) -> tuple[Option, ...]:
    chosen = typed.get("compare") or "about"
    return tuple(Option(key, words, key == chosen) for key, words in COMPARISONS.items()) if name == "compare" else ()
