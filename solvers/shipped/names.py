"""The names of a row, and suggestions for a mistyped one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any


def identifier(slug: str) -> str:
    """Return a slug as a Python name: `qwen2.5-7b` is `qwen2_5_7b`."""
    return re.sub(r"[^a-z0-9]", "_", slug.lower())


def slug_from_name(name: str) -> str:
    """Return a slug made from a name, of at most 60 characters: `Qwen2.5 7B` is `qwen2.5-7b`."""
    joined = re.sub(r"[.-]*-[.-]*|\.{2,}", "-", re.sub(r"[^a-z0-9.]+", "-", name.lower()))
    return joined.strip(".-")[:60].strip(".-")


def nearest(name: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    """Return at most three slugs of the `rows` (slug and name; a row may occur with several names) that are similar to
    `name`."""
    likeness: dict[str, float] = {}
    for slug, title in rows:
        likeness[slug] = max(likeness.get(slug, 0.0), _likeness(name, slug), _likeness(name, title))
    best = max(likeness.values(), default=0.0)
    return sorted(slug for slug, value in likeness.items() if value == best)[:3] if best > 0.6 else []


def unknown_row(kind: type[Any], name: str, near: Sequence[str]) -> str:
    """Return the sentence for a name that no row of a kind has; `near` are the slugs that may have been meant."""
    what = kind.__name__.lower()
    if not name:
        return f"needs the name of a {what} in the catalog."
    hint = f" Did you mean {' or '.join(filter(None, (', '.join(near[:-1]), near[-1])))}?" if near else ""
    return f"no {what} in the catalog is called '{name[:40]}'.{hint}"


def _likeness(typed: str, known: str) -> float:
    """Return the similarity, 1 where `known` begins with the typed text: `h10` may mean any of the H100s."""
    typed, known = (re.sub(r"[^a-z0-9]", "", text.lower()) for text in (typed, known))
    return 1.0 if typed and known.startswith(typed) else SequenceMatcher(None, typed, known).ratio()
