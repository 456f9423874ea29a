"""Draws the options of the pickers of catalog rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from catalog.picker_options import PickerOptions
from solvers.fields import Pick
from solvers.read import NOTHING

from .page import Option, OptionGroup

# The catalog rows that a pick may choose from, as (slug, name, group).
Choices = Callable[[type[Any]], list[tuple[str, str, str]]]


def pick_groups(io: Pick, text: str, choices: Choices) -> tuple[OptionGroup, ...]:
    """Return the options of a pick under their headings, with none and what another pick brings along before them;
    `text` is the value typed or in a link."""
    if io.default_from:
        return _brought(io, text, choices)
    word = NOTHING if io.default else ""
    left_out = io.optional and (text or io.default or word).lower() == word
    nothing = (OptionGroup("", (Option(word, "None", left_out),)),) if io.optional else ()
    return nothing + row_groups(io.kind, set() if left_out else {text or io.default}, choices)


def _brought(io: Pick, text: str, choices: Choices) -> tuple[OptionGroup, ...]:
    """The options of a pick that another brings along; its own default, where it has one, stands for none picked."""
    names = {slug: name for slug, name, _ in choices(io.kind)}
    outer = io.default_from.partition(".")[0]
    own = f"else {names.get(io.default, io.default)}" if io.default else "if any"
    first = Option("", f"{outer.capitalize()}'s, {own}", not text)
    none = (Option(NOTHING, "None", text.lower() == NOTHING),) if io.optional else ()
    picked = {text} - {"", *(option.value for option in none)}
    return (OptionGroup("", (first, *none)), *row_groups(io.kind, picked, choices))


def row_groups(kind: type[Any], picked: set[str], choices: Choices) -> tuple[OptionGroup, ...]:
    """Return the catalog's rows under their headings. What is picked and not among them is added first: a row that is
    hidden from pickers by its name, anything else, such as an inline record, as typed."""
    offered = choices(kind)
    named = offered.named if isinstance(offered, PickerOptions) else {}
    slugs = {slug for slug, _, _ in offered}
    found = {text: named.get(text.strip().lower(), (text, text)) for text in picked - slugs - {""}}
    picked = picked | {slug for slug, _ in found.values()}
    groups: dict[str, list[Option]] = {}
    for text, (slug, name) in sorted(found.items()):
        if slug not in slugs:
            heading = "As typed" if name == text else "Hidden"
            groups.setdefault(heading, []).append(Option(text, name if len(name) < 60 else name[:57] + "…", True))
    for slug, name, heading in offered:
        groups.setdefault(heading, []).append(Option(slug, name, slug in picked))
    return tuple(OptionGroup(heading, tuple(options)) for heading, options in groups.items())
