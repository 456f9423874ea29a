"""The page that a pasted link leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.results.page import Card


@dataclass(frozen=True)
class PastedPage:
    """The page at a pasted link: its address, its outputs, or the sentence why it has none, and its inputs."""

    address: str
    cards: Mapping[str, Card]
    error: str
    inputs: tuple[AskedInput, ...] = ()
