"""Draws the form of the page from the typed text, the resolved question and the errors. Does not validate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from catalog.resolve import choices
from mlsysweb.show.forms.draw import form, form_fields, unit_beside
from mlsysweb.show.forms.page import Form, Option, OptionGroup
from mlsysweb.show.results.page import Link
from solvers.analysis.parameters import Parameter, get_value, question_parameters
from solvers.declare import Solver
from solvers.errors import InputError
from solvers.field_text import to_field_text
from solvers.fields import Input, Pick
from solvers.formatting import labelled
from solvers.quantities import to_si, unit_label
from solvers.registry import solvers
from solvers.taxonomy import DOMAINS
from solvers.uncertainty.ranges import TypedEnds, typed_ends
from solvers.uncertainty.sobol import SAMPLES

from .answer import UncertaintyAnswer
from .catalog_ranges import catalog_ends
from .page import RangeRow, UncertaintyForm
from .question import (
    CATALOG,
    DRAWS,
    FIRST_SHARE,
    LOG,
    PERCENT,
    PRESETS,
    RANGE,
    SHOW,
    UNIFORM,
    WALL,
    UncertaintyQuestion,
)


def uncertainty_form(answered: UncertaintyAnswer, url: str, swapped: bool = False) -> UncertaintyForm:
    """Return the form of a question; `swapped` where its ranges replace those that are shown."""
    question, wall, errors = answered.question, answered.wall, answered.errors
    parameters = _parameters(answered)
    own = _question(answered, url)
    return UncertaintyForm(
        question=own,
        wall=question.wall,
        wall_title=wall.title if wall else question.wall,
        rows=tuple(_row(k, name, text, answered, parameters) for k, (name, text) in enumerate(question.ranges.items())),
        inputs=tuple(_inputs(wall, parameters, question)) if wall else (),
        draws=tuple(_draws(question)),
        show=question.show,
        walls=tuple(_walls(question.wall, url)),
        error=" ".join(sentence for name, sentence in errors.items() if name in (WALL, DRAWS, SHOW, f"{RANGE}ranges")),
        swapped=swapped,
    )


def presets(question: UncertaintyQuestion, url: str) -> list[Link]:
    """Return links to the examples; the one that is shown is marked."""
    return [Link(each.name, f"{url}?{each.question.query}", each.question.query == question.query) for each in PRESETS]


def _parameters(answered: UncertaintyAnswer) -> dict[str, Parameter]:
    if answered.wall is None or answered.known is None:
        return {}
    return {each.name: each for each in question_parameters(answered.wall, answered.known.point)}


def _question(answered: UncertaintyAnswer, url: str) -> Form:
    """Return the fields of the wall's question, without what only its own page shows."""
    wall, text, errors = answered.wall, answered.question.text, answered.errors
    if wall is None:
        return form_fields({}, {}, {}, choices, url)
    own = {name: sentence for name, sentence in errors.items() if not name.startswith((RANGE, WALL, DRAWS, SHOW))}
    drawn = form(wall, text, own, choices, url)
    return replace(drawn, advanced=tuple(field for field in drawn.advanced if field.name != "sweep"), presets=())


def _row(
    number: int, name: str, text: str, answered: UncertaintyAnswer, parameters: Mapping[str, Parameter]
) -> RangeRow:
    wall, known = answered.wall, answered.known
    parameter = parameters.get(name)
    error = answered.errors.get(f"{RANGE}{name}", "")
    if wall is None or known is None or parameter is None:
        return RangeRow(number, name, name.replace("_", " ").capitalize(), UNIFORM, "", "", "", False, None, error)
    ends = catalog_ends(wall, known.point, known.snapshot, name)
    typed = _ends(text, parameter)
    io = parameter.declared
    how = CATALOG if text.lower() == CATALOG else UNIFORM
    low = high = ""
    share = FIRST_SHARE
    if typed is not None:
        how = PERCENT if typed.share else LOG if typed.log else UNIFORM
        low, high, share = _shown(io, typed.low), _shown(io, typed.high), typed.share or FIRST_SHARE
    elif ends is not None:
        low, high = (to_field_text(end, io.unit, io.display_unit) for end in ends)
    if not low and not high:
        low, high = _around(known.point, parameter, share)
    unit = unit_beside(io.display_unit, io.unit)
    return RangeRow(number, name, _label(wall, name, parameter), how, low, high, share, ends is not None, unit, error)


def _ends(text: str, parameter: Parameter) -> TypedEnds | None:
    """Return the parts of a typed range; None also where it is invalid, which its error says."""
    try:
        return typed_ends(text, parameter.declared.unit)
    except InputError:
        return None


def _shown(io: Input, typed: str) -> str:
    """Return typed text as a field shows it beside its unit; text that is no number stays as it was typed."""
    try:
        return to_field_text(to_si("", typed, io.unit), io.unit, io.display_unit) if typed else ""
    except InputError:
        return typed


def _around(point: Any, parameter: Parameter, share: str) -> tuple[str, str]:
    """Return the ends that a percentage means, for a reader who changes to ends; empty where the value is unknown."""
    io = parameter.declared
    if parameter.table:
        return "", ""
    value = float(get_value(point, parameter.name))
    if not abs(value) < float("inf"):
        return "", ""
    by = float(share) / 100
    ends = [value * (1 - by), value * (1 + by)]
    if io.integer:
        ends = [float(round(end)) for end in ends]
    low, high = (to_field_text(float(f"{end:.4g}"), io.unit, io.display_unit) for end in ends)
    return low, high


def _label(wall: Solver[Any, Any], name: str, parameter: Parameter) -> str:
    pick, _, figure = name.partition(".")
    if not figure:
        return parameter.label
    small = parameter.label if parameter.label[:2].isupper() else parameter.label[:1].lower() + parameter.label[1:]
    return f"{wall.inputs[pick].label}: {small}"


def _inputs(
    wall: Solver[Any, Any], parameters: Mapping[str, Parameter], question: UncertaintyQuestion
) -> Iterator[OptionGroup]:
    """Yield the numbers that may get a range: the wall's own, then the figures of the rows it picks."""
    free = {name: each for name, each in parameters.items() if name not in question.ranges and name.count(".") < 2}
    own = tuple(Option(name, _with_unit(each), False) for name, each in free.items() if "." not in name)
    if own:
        yield OptionGroup("Inputs", own)
    for pick, io in wall.inputs.items():
        figures = tuple(
            Option(name, _with_unit(each), False) for name, each in free.items() if name.startswith(f"{pick}.")
        )
        if isinstance(io, Pick) and figures:
            yield OptionGroup(io.label, figures)


def _with_unit(parameter: Parameter) -> str:
    return labelled(parameter.label, unit_label(parameter.declared.display_unit))


def _draws(question: UncertaintyQuestion) -> Iterator[Option]:
    now = question.draws or str(SAMPLES[1])
    for count in SAMPLES:
        yield Option(str(count), f"{2 * count:,} samples", str(count) == now)


def _walls(now: str, url: str) -> Iterator[OptionGroup]:
    """Yield the walls by topic; the value of each is its link."""
    for domain, heading in DOMAINS.items():
        walls = [(name, each.title) for name, each in solvers().items() if each.domain == domain]
        if walls:
            yield OptionGroup(
                heading, tuple(Option(f"{url}?{WALL}={name}", title, name == now) for name, title in walls)
            )
