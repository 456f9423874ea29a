"""Checks text before it is stored. PostgreSQL rejects NUL and UTF-8 lone surrogates; other control characters, except
tab and line feed, are typing errors."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def control_character(text: str) -> str:
    """Return the error of a text, as the rest of a sentence that begins with its name; an empty string if it is
    valid."""
    match = _CONTROL.search(text)
    if match is None:
        return ""
    return (
        f"cannot have the control character U+{ord(match[0]):04X}, its character {match.start() + 1}; delete that one."
    )


def without_control_characters(text: str) -> str:
    """Return the text with spaces instead of control characters, for a search."""
    return _CONTROL.sub(" ", text)
