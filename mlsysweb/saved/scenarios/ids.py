"""Short names of saved things: unguessable, and readable aloud from a projector."""

from __future__ import annotations

import re
import secrets

# No vowels, so no words; no 0, 1 or l, so no doubt. 28 characters in 12 places: 57 bits.
_LETTERS = "23456789bcdfghjkmnpqrstvwxyz"
_LENGTH = 12
# What the column of ids holds and a link can have; a text that is none is not asked of the database.
_ID = re.compile(r"[-\w]{1,16}", re.ASCII)


def short_id() -> str:
    """A new id, drawn at random."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def is_id(text: str) -> bool:
    """Whether a text could be an id: what a person sent need not be one."""
    return _ID.fullmatch(text) is not None
