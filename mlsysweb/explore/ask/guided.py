"""The guided form of a design space: reads its fields into the text that links have. Validates nothing.

The rows of a question are numbered as in the link. A field is `<row>.<part>`: `axis-2.low`, `goal-0.name`. A row that
the guided form shows as text is sent as `goal-3.text`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict

from mlsysweb.explore.ask.axes import AXIS
from mlsysweb.explore.ask.question import GOAL, DesignSpaceQuestion
from mlsysweb.explore.find.columns import declaration_of
from solvers.field_text import in_shown_unit
from solvers.fields import Choice, Input, InputField, Pick
from solvers.pipeline.chain import Pipeline
from solvers.pipeline.wiring import GIVEN
from solvers.quantities import to_input_text

# Marks a query as sent by the guided form.
GUIDED = "guided"
# The fields that add a row, the button that removes one, and the walls for which the rows were drawn.
ADD_WALL, ADD_AXIS, ADD_OBJECTIVE, ADD_WAY, ADD_LIMIT = "add-wall", "add-axis", "add-objective", "add-way", "add-limit"
REMOVE, DRAWN_FOR = "remove", "drawn-for"
# How the values of a number are given, as the form sends it.
LIST, LINEAR, LOG, DOUBLING = "list", "linear", "log", "doubling"
# A choice of at most as many members starts with all of them; a range starts with as many steps.
_FEW, _STEPS = 4, 8
_FIELD = re.compile(rf"({AXIS}|{GOAL})-(\d{{1,3}})\.\w+")


@dataclass(frozen=True)
class GuidedEdit:
    """The question in the fields of the guided form, and whether it has other rows than the form that sent it."""

    question: DesignSpaceQuestion
    changes_rows: bool


def edited_walls(query: QueryDict) -> DesignSpaceQuestion:
    """Return the walls of a guided form and the links between them, without axes and goals."""
    typed = DesignSpaceQuestion.of(query)
    walls = tuple(dict.fromkeys((*typed.walls, *filter(None, query.getlist(ADD_WALL)))))
    links = tuple(link for link in typed.links if {end.partition(".")[0] for end in link} <= {*walls, GIVEN})
    return DesignSpaceQuestion(walls, links, (), ())


def guided_edit(query: QueryDict, chain: Pipeline | None) -> GuidedEdit:
    """Return the question that the fields of a guided form describe, with what was added and without what was removed.
    `chain` is the pipeline of its walls; without it no variable can be added."""
    walls, removed, added = edited_walls(query), query.get(REMOVE, ""), query.get(ADD_AXIS, "")
    axes = [(query.get(f"{row}.name", ""), _values(query, row)) for row in _rows(query, AXIS) if row != removed]
    goals = [_goal(query, row) for row in _rows(query, GOAL) if row != removed]
    if added and chain is not None:
        axes.append((added, first_values(declaration_of(chain, added))))
    goals += _added_goals(query)
    adds = any(query.get(name) for name in (ADD_AXIS, ADD_OBJECTIVE, ADD_LIMIT, REMOVE))
    names_more = any(value for name, value in query.items() if name.endswith(".more"))
    other_walls = ",".join(walls.walls) != query.get(DRAWN_FOR, "")
    question = replace(walls, axes=tuple(axes), goals=tuple(goals))
    return GuidedEdit(question, adds or names_more or other_walls)


def _rows(query: QueryDict, kind: str) -> Sequence[str]:
    """Return the rows of a kind that have fields in the query, in order of their numbers."""
    numbers = {int(match[2]) for name in query if (match := _FIELD.fullmatch(name)) and match[1] == kind}
    return [f"{kind}-{number}" for number in sorted(numbers)]


def _values(query: QueryDict, row: str) -> str:
    """Return the values of a variable as a link has them."""
    if f"{row}.text" in query:
        return query.get(f"{row}.text", "").strip()
    if f"{row}.how" not in query:  # names, each with a box
        names = [*query.getlist(f"{row}.of"), query.get(f"{row}.more", "")]
        return ", ".join(dict.fromkeys(filter(None, names)))
    unit, how = query.get(f"{row}.unit", ""), query.get(f"{row}.how")
    if how == LIST:
        listed = (each.strip() for each in query.get(f"{row}.list", "").split(","))
        return ", ".join(in_shown_unit(each, unit) for each in listed if each)
    low, high = (in_shown_unit(query.get(f"{row}.{end}", "").strip(), unit) for end in ("low", "high"))
    steps = query.get(f"{row}.steps", "").strip()
    endings = {DOUBLING: " doubling", LOG: f" in {steps or _STEPS} log steps", LINEAR: f" in {steps} steps"}
    return f"{low} to {high}{endings.get(how or '', '') if steps or how != LINEAR else ''}"


def _goal(query: QueryDict, row: str) -> str:
    """Return a goal as a link has it."""
    if f"{row}.text" in query:
        return query.get(f"{row}.text", "").strip()
    name = query.get(f"{row}.name", "")
    if f"{row}.way" in query:
        return f"{query.get(f'{row}.way')}: {name}"
    value = in_shown_unit(query.get(f"{row}.value", "").strip(), query.get(f"{row}.unit", ""))
    return f"{name} {query.get(f'{row}.sign', '<=')} {value}".strip()


def _added_goals(query: QueryDict) -> Iterator[str]:
    """Yield the goals that are added: an objective, and a limit whose value is still to be typed."""
    if objective := query.get(ADD_OBJECTIVE):
        yield f"{query.get(ADD_WAY, 'minimize')}: {objective}"
    if limited := query.get(ADD_LIMIT):
        yield f"{limited} <="


def first_values(declared: InputField | None) -> str:
    """Return the values that a variable starts with when it is added: the range of its slider, the members of a small
    choice, or the default."""
    if isinstance(declared, Input):
        return _first_range(declared)
    if isinstance(declared, Choice):
        few = len(declared.names) <= _FEW
        return ", ".join(declared.names) if few else declared.kind(declared.default).name.lower()
    return declared.default if isinstance(declared, Pick) else ""


def _first_range(declared: Input) -> str:
    low, high = declared.slider
    if declared.log and declared.integer:
        low = max(low, 1.0)
    if not math.isfinite(high) or low >= high:
        return _text(declared, declared.default)
    ending = "doubling" if declared.log and declared.integer else f"in {_STEPS} steps"
    if declared.log and not declared.integer and low > 0:
        ending = f"in {_STEPS} log steps"
    return f"{_text(declared, low)} to {_text(declared, high)} {ending}"


def _text(declared: Input, value: float) -> str:
    return to_input_text(value, declared.unit, declared.display_unit)
