"""All kinds of questions, and how one is read from a document. To add a kind: a module here, and its entry in
`KINDS`."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping
from typing import Any

from mlsysweb.classroom.section import DocumentErrors, Section

from .choice import ChoiceQuestion
from .number import NumberQuestion
from .point import PointQuestion
from .position import PositionQuestion
from .question import LessonQuestion
from .rank import RankQuestion
from .wall import WallQuestion

__all__ = ["KINDS", "LessonQuestion", "read_question", "variants"]

KINDS: Mapping[str, type[LessonQuestion]] = {
    kind.kind: kind
    for kind in (NumberQuestion, ChoiceQuestion, PositionQuestion, PointQuestion, RankQuestion, WallQuestion)
}
_MOST_VARIANTS = 64
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


def variants(data: Mapping[str, Any]) -> int:
    """Return how many variants a question has: the product of the lists in `vary`, 1 without."""
    vary = data.get("vary", {})
    lists = vary.values() if isinstance(vary, Mapping) else ()
    return max(1, min(_MOST_VARIANTS, math.prod(len(each) for each in lists if isinstance(each, list))))


def read_question(data: Mapping[str, Any], title: str, variant: int = 0) -> LessonQuestion:
    """Return one variant of the question of the frame `title`. Raise DocumentErrors with every problem."""
    errors: list[str] = []
    values = _values(data, Section(f"Frame '{title[:60]}', question", data, errors), variant)
    section = Section(
        f"Frame '{title[:60]}', question", {name: _filled(each, values) for name, each in data.items()}, errors
    )
    section.used.add("vary")
    kind = KINDS.get(section.choice("kind", tuple(KINDS)))
    if kind is None:
        raise DocumentErrors(errors)
    question = kind.read(section)
    section.finish()
    if errors:
        raise DocumentErrors(errors)
    return question


def _values(data: Mapping[str, Any], section: Section, variant: int) -> dict[str, str]:
    """Return the value of each placeholder in one variant."""
    vary = data.get("vary", {})
    valid = isinstance(vary, Mapping) and all(
        isinstance(each, list) and each and all(isinstance(value, str) for value in each) for each in vary.values()
    )
    if not valid:
        section.report("vary", "needs a list of texts for each placeholder.")
        return {}
    if wrong := [name for name in vary if not _PLACEHOLDER.fullmatch(f"{{{name}}}")]:
        section.report("vary", f"needs names of small letters and underscores; '{wrong[0][:40]}' is not one.")
    if math.prod(map(len, vary.values())) > _MOST_VARIANTS:
        section.report("vary", f"makes more than {_MOST_VARIANTS} variants; shorten a list.")
    rows = list(itertools.islice(itertools.product(*vary.values()), _MOST_VARIANTS))
    return dict(zip(vary, rows[variant % len(rows)], strict=True))


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    """Return a value of the document with its placeholders filled in, in lists and tables too."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), value)
    if isinstance(value, list):
        return [_filled(each, values) for each in value]
    if isinstance(value, Mapping):
        return {name: _filled(each, values) for name, each in value.items()}
    return value
