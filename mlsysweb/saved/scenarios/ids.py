"""Short names of saved things: unguessable, and readable aloud from a projector."""

from __future__ import annotations

import secrets

# No vowels, so no words; no 0, 1 or l, so no doubt. 28 characters in 12 places: 57 bits.
_LETTERS = "23456789bcdfghjkmnpqrstvwxyz"
_LENGTH = 12


def short_id() -> str:
    """A new id, drawn at random."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
