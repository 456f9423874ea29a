"""Configurations in words, for sentences, hover texts and tables."""

from __future__ import annotations

from typing import Any

from mlsysweb.explore.find.columns import ResultColumn
from solvers.search.run import Candidate


def places_in_words(candidate: Candidate, columns: tuple[ResultColumn, ...]) -> str:
    """Return a configuration by its values along the axes: `NVIDIA H100, batch size 64, fp8`."""
    return ", ".join(place_in_words(column, column.read(candidate)) for column in columns if not column.terms)


def place_in_words(column: ResultColumn, cell: Any) -> str:
    """Return one value of an axis: a name alone, a number with the label of the axis."""
    return f"{decapitalized(column.label)} {column.words(cell)}" if column.numeric else column.words(cell)


def decapitalized(label: str) -> str:
    """Return a label as it stands within a sentence; one that begins with an abbreviation stays."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def capitalized(words: str) -> str:
    """Return words with a capital first letter."""
    return words[:1].upper() + words[1:]
