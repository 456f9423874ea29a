"""Short random ids of saved objects: unguessable, and easy to read aloud."""

from __future__ import annotations

import re
import secrets

# No vowels, so that no words appear; no 0, 1 or l, which are ambiguous. 28 characters in 12 places: 57 bits.
_LETTERS = "23456789bcdfghjkmnpqrstvwxyz"
_LENGTH = 12
# The text that the id column holds and a URL can contain. Any other text is rejected without a query.
_ID = re.compile(r"[-\w]{1,16}", re.ASCII)


def short_id() -> str:
    """Return a new random id."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def is_id(text: str) -> bool:
    """Return whether a text is a valid id."""
    return _ID.fullmatch(text) is not None
