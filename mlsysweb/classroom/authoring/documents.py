"""Changes of lesson documents: new ones and copies; frames added, moved, duplicated, removed. Pure: a document in, a
document out."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from mlsysweb.classroom.lessons.document import Lesson

Document = Mapping[str, Any]
_LONGEST_SLUG = 60


def new_document(title: str) -> dict[str, Any]:
    """Return a lesson of one empty screen."""
    frames = [{"slug": "first-screen", "title": "First screen"}]
    return {"slug": slug_of(title, "lesson"), "title": title, "frames": frames}


def copied(lesson: Lesson) -> dict[str, Any]:
    """Return the document of a copy; its title says so, within the longest title."""
    title = f"{lesson.title[:113]} (copy)"
    return {**lesson.data, "title": title, "slug": slug_of(title, lesson.slug)}


def slug_of(title: str, other: str) -> str:
    """Return a title as a slug; `other` where it has no letter or digit of the alphabet."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST_SLUG].strip("-") or other


def frames_of(document: Document) -> list[dict[str, Any]]:
    """Return a new list of the frames of a document."""
    return list(document["frames"])


def place_of(document: Document, slug: str) -> int | None:
    """Return the place of a frame, from 0; None if it is gone."""
    return next((place for place, each in enumerate(document["frames"]) if each["slug"] == slug), None)


def with_frames(document: Document, frames: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a document with other frames."""
    return {**document, "frames": frames}


def free_slug(document: Document, title: str) -> str:
    """Return a slug for a new frame that no frame of the document has."""
    taken = {each["slug"] for each in document["frames"]}
    slug = slug_of(title, "screen")[: _LONGEST_SLUG - 4].strip("-")
    return next(each for each in (slug, *(f"{slug}-{n}" for n in range(2, 200))) if each not in taken)


def with_new_frame(document: Document, frame: Document, after: int | None = None) -> dict[str, Any]:
    """Return a document with a frame added at the end or after a place; its slug is that of its title, made unique."""
    frames = frames_of(document)
    place = len(frames) if after is None else after + 1
    frames.insert(place, {**frame, "slug": free_slug(document, str(frame.get("title", "")))})
    return with_frames(document, frames)


def moved_up(document: Document, place: int) -> dict[str, Any]:
    """Return a document with a frame before the one that preceded it; the first stays."""
    return _swapped(document, place - 1, place)


def moved_down(document: Document, place: int) -> dict[str, Any]:
    """Return a document with a frame after the one that followed it; the last stays."""
    return _swapped(document, place, place + 1)


def duplicated(document: Document, place: int) -> dict[str, Any]:
    """Return a document with a copy of a frame after it."""
    return with_new_frame(document, document["frames"][place], place)


def removed(document: Document, place: int) -> dict[str, Any]:
    """Return a document without a frame."""
    frames = frames_of(document)
    del frames[place]
    return with_frames(document, frames)


MOVES: Mapping[str, Callable[[Document, int], dict[str, Any]]] = {
    "up": moved_up,
    "down": moved_down,
    "duplicate": duplicated,
    "remove": removed,
}


def digest(part: Any) -> str:
    """Return a short hash of a part of a document, by which a change is recognized."""
    return hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:16]


def _swapped(document: Document, first: int, second: int) -> dict[str, Any]:
    frames = frames_of(document)
    if first >= 0 and second < len(frames):
        frames[first], frames[second] = frames[second], frames[first]
    return with_frames(document, frames)
