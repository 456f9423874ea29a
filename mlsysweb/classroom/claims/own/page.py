"""Template context of own claims."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.classroom.authoring.page import FrameField
from mlsysweb.classroom.claims.page import ClaimRow
from mlsysweb.show.results.page import Link


@dataclass(frozen=True)
class OwnClaimPage:
    """A claim with its verdict: `own` for its owner, who may change and share it. `url` is the whole address to
    share, `ask` makes a question of its page."""

    row: ClaimRow
    shared: bool
    own: bool
    url: str
    ask: str


@dataclass(frozen=True)
class MyClaimsPage:
    """The claims of a visitor. `deleted` restores the one deleted last."""

    claims: tuple[OwnClaimPage, ...]
    deleted: Link | None
    total: str


@dataclass(frozen=True)
class ClaimOutput:
    """An output of the page that a claim may be about."""

    name: str
    label: str
    value: str
    selected: bool


@dataclass(frozen=True)
class ClaimFormPage:
    """The form of a claim: first the address of a page, then its outputs and the fields. `action` is where it is sent,
    `error` the sentence about the address, `output_error` that about the output."""

    title: str
    action: str
    address: str
    outputs: tuple[ClaimOutput, ...]
    fields: tuple[FrameField, ...]
    error: str = ""
    output_error: str = ""
