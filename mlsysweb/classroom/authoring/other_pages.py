"""Pages to compare a page with in a draft of a ranking: the same page with other inputs."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from mlsysweb.classroom.figures import compute
from mlsysweb.classroom.questions.question import FigureError
from solvers.registry import solvers

_WALLS = "/walls/"


def other_pages(link: str, output: str, most: int = 2) -> tuple[tuple[str, str], ...]:
    """Return the names and links of up to `most` pages whose output differs from that of the page at a link and from
    each other: the examples of its wall, and its default inputs. Empty where none differs."""
    seen, found = {compute(link, output).number}, []
    for name, other in _candidates(link):
        try:
            number = compute(other, output).number
        except FigureError:
            continue
        if number is not None and number not in seen:
            seen.add(number)
            found.append((name, other))
        if len(found) == most:
            break
    return tuple(found)


def _candidates(link: str) -> Iterator[tuple[str, str]]:
    path = urlsplit(link).path
    wall = solvers().get(path.removeprefix(_WALLS).strip("/")) if path.startswith(_WALLS) else None
    for preset in wall.presets if wall is not None else ():
        yield preset.name, f"{path}?{urlencode(preset.values)}"
    yield "The default inputs", path
