"""What text can be saved. PostgreSQL takes no NUL and UTF-8 no half of a surrogate pair; no control character but tab
and line feed is anything a person means to write."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def control_character(text: str) -> str:
    """What is wrong with a text, as the rest of a sentence that begins with its name; nothing when all can be saved."""
    found = _CONTROL.search(text)
    if found is None:
        return ""
    return (
        f"cannot have the control character U+{ord(found[0]):04X}, its character {found.start() + 1}; delete that one."
    )


def without_control_characters(text: str) -> str:
    """The text with a space for each of them: for a search, which finds nothing by them."""
    return _CONTROL.sub(" ", text)
