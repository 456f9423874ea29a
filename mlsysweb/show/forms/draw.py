"""Draws the form of a wall from its declaration, the typed text and the errors. Does not validate."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from mlsysweb.show.results.page import Link
from solvers.calibration import CALIBRATED
from solvers.declare import Question
from solvers.errors import InputError
from solvers.field_text import is_counted, to_field_text
from solvers.fields import Choice, Input, InputField, Pick
from solvers.formatting import labelled
from solvers.quantities import conversion_factor, convert, to_si, unit_label, with_unit
from solvers.read import ALSO, SWEEP
from solvers.spelling import names_no_unit

from .page import Field, Form, Option, OptionGroup, ShownUnit, Slider
from .picker import Choices, pick_groups, row_groups

# A number of a link with as many digits is computed; its field shows fewer.
_COMPUTED_DIGITS, _SHOWN_DIGITS = 10, 6
# The digits of a default that was computed, such as a mean time between failures.
_DEFAULT_DIGITS = 3


def form(
    question: Question[Any], text: Mapping[str, str], errors: Mapping[str, str], choices: Choices, action: str
) -> Form:
    """Return the form with all controls of a wall. Errors that belong to no field are shown above all fields."""
    own = form_fields(question.inputs, text, errors, choices, action)
    extra = tuple(_extras(question, text, errors, choices))
    return replace(
        own,
        fields=(*own.fields, *(f for f in extra if f.name == ALSO)),
        advanced=(*own.advanced, *(f for f in extra if f.name == SWEEP)),
        presets=tuple(preset_links(question, text, action)),
        error=_homeless(errors, {*question.inputs, *(field.name for field in extra)}),
        hidden=tuple((name, value) for name, value in text.items() if "." in name),  # changed figures of picks
    )


def _homeless(errors: Mapping[str, str], names: Collection[str]) -> str:
    """Return the errors that belong to no field of the form, as one text."""
    return " ".join(f"{name} {sentence}" for name, sentence in errors.items() if name not in names)


def form_fields(
    inputs: Mapping[str, InputField], text: Mapping[str, str], errors: Mapping[str, str], choices: Choices, action: str
) -> Form:
    """Return the form of a page with its own selection of inputs, which may come from several walls."""
    drawn = {name: _field(name, io, text, errors, choices) for name, io in inputs.items()}
    fields = [(inputs[name].advanced, _with_replacement(field, drawn)) for name, field in drawn.items()]
    return Form(
        action=action,
        fields=tuple(field for advanced, field in fields if not advanced),
        advanced=tuple(field for advanced, field in fields if advanced),
        presets=(),
        error=_homeless(errors, inputs),
    )


def subset(drawn: Form, names: tuple[str, ...]) -> Form:
    """Return the same form with only these fields visible, for a page that shows fewer."""
    kept = tuple(field for field in drawn.all_fields if field.name in names)
    return replace(drawn, fields=kept, advanced=(), presets=())


def preset_links(question: Question[Any], text: Mapping[str, str], action: str) -> Iterator[Link]:
    """Yield the wall's presets as links; the one with the current values is marked. Efficiencies that are set stay,
    where the preset sets none."""
    kept = {name: text[name] for name in CALIBRATED if name in text}
    for preset in question.presets:
        values = dict(preset.values) if set(CALIBRATED) & set(preset.values) else {**preset.values, **kept}
        query = urlencode(values)
        same = values == dict(text)
        yield Link(preset.name, f"{action}?{query}" if query else action, current=same, title=preset.part)


def _field(name: str, io: InputField, text: Mapping[str, str], errors: Mapping[str, str], choices: Choices) -> Field:
    typed_text = text.get(name, "")
    of_a_pick = not isinstance(io, Choice) and bool(io.default_from)
    computed = _rounded_default(io) if isinstance(io, Input) and not of_a_pick else ""
    return Field(
        name=name,
        control={Input: "number", Choice: "choice", Pick: "pick"}[type(io)],
        label=io.label,
        help=io.help,
        text=_field_text(io, typed_text) if typed_text else "" if of_a_pick or computed else _default_text(io),
        error=errors.get(name, ""),
        slider=_slider(io) if isinstance(io, Input) else None,
        groups=_groups(io, typed_text, choices),
        placeholder=computed or (placeholder(io, _default_text(io)) if isinstance(io, Input) else ""),
        unit=shown_unit(io) if isinstance(io, Input) else None,
        replaced_by=io.replaced_by if isinstance(io, Input) else "",
    )


def _with_replacement(field: Field, drawn: Mapping[str, Field]) -> Field:
    """Return a field that says which other replaces it, where the form has that one."""
    other = drawn.get(field.replaced_by)
    if other is None:
        return replace(field, replaced_by="")
    return replace(field, replacement=other.label, is_replaced=other.text not in ("", "0"))


def shown_unit(io: Input) -> ShownUnit | None:
    """Return the unit beside the field of an input; None where it is a plain number."""
    return unit_beside(io.display_unit, io.unit)


def unit_beside(shown: str, unit: str) -> ShownUnit | None:
    """Return the unit `shown` beside a field whose bare number would be in `unit`; None for a plain number."""
    label = unit_label(shown)
    before, after = ("$", label[1:]) if label.startswith("$") else ("", label)
    return ShownUnit(shown, before, after, conversion_factor(shown, unit) != 1) if label else None


def _field_text(io: InputField, typed: str) -> str:
    """Return typed text as its field shows it: a number in the unit beside the field. Text that is no number stays as
    it was typed."""
    if not isinstance(io, Input):
        return typed
    try:
        value = to_si("", typed, io.unit)
    except InputError:
        return typed
    return _number_text(io, _rounded(io, value) if _is_computed(typed) else value)


def _is_computed(typed: str) -> bool:
    """Return whether a text has more digits than a person types, as a link that a page has made of a result has."""
    number = re.search(r"\d*\.\d+", typed)
    return number is not None and len(number[0].replace(".", "").lstrip("0")) >= _COMPUTED_DIGITS


def _rounded(io: Input, value: float, digits: int = _SHOWN_DIGITS) -> float:
    """Return a computed value to the digits that a field shows, in the unit beside the field."""
    return convert(float(f"{convert(value, io.unit, io.display_unit):.{digits}g}"), io.display_unit, io.unit)


def _number_text(io: Input, value: float) -> str:
    """Return a value as its field shows it. An empty field is 0 where that stands for something else."""
    is_empty = not math.isfinite(value) or (value == 0 and io.zero_means and not io.default_from)
    return "" if is_empty else to_field_text(value, io.unit, io.display_unit)


def placeholder(io: Input, default: str) -> str:
    """Return the placeholder of an input: what an empty field stands for. `default` is the default as text; of a figure
    of a pick it comes first, for the slider to read."""
    if not io.default_from:
        return io.zero_means
    if all(".measured_" in path for path in io.default_from):
        return f"{default}, or as measured"
    owner = f"{io.owners[-1].replace('_', ' ')}'s"  # of several the usual one: a field is short
    return owner if math.isnan(io.default) else f"{default}, or {owner}"


def _rounded_default(io: Input) -> str:
    """Return a default that was computed from published figures as the placeholder of its field, which stays empty:
    that stands for the default to its last digit. Empty for any other default."""
    return _number_text(io, _rounded(io, io.default, _DEFAULT_DIGITS)) if _is_computed(_default_text(io)) else ""


def number_with_unit(io: Input, typed: str) -> str:
    """Return typed text as its field shows it, with the unit beside it: `30 days`, `$30,000`."""
    text = _field_text(io, typed) or io.zero_means
    return with_unit(text, io.display_unit) if names_no_unit(text, bytes_wanted="byte" in io.unit) else text


def _default_text(io: InputField) -> str:
    """Return a default as input text."""
    if isinstance(io, Input):
        return _number_text(io, io.default)
    return io.kind(io.default).name.lower() if isinstance(io, Choice) else io.default


def _slider(io: Input) -> Slider:
    low, high = (convert(end, io.unit, io.display_unit) for end in io.slider)
    return Slider(low=low, high=high, log=io.log, integer=io.integer, counted=is_counted(io.unit), noun=_noun(io))


def _noun(io: Input) -> str:
    """Return what a number without a unit counts, for a slider that is read aloud: `4 devices`; empty where the label
    does not tell."""
    if io.unit != "1" or io.display_unit not in ("", "1") or not io.integer:
        return ""
    if io.label.endswith(" length"):
        return "tokens"
    counted = io.label.partition(" per ")[0].lower()
    return "sequences" if counted == "batch size" else counted if counted.endswith("s") else ""


def _groups(io: InputField, text: str, choices: Choices) -> tuple[OptionGroup, ...]:
    if isinstance(io, Choice):
        now = text.lower() or _default_text(io)
        words = (Option(name, io.labels.get(name, name), name == now) for name in io.names)
        return (OptionGroup("", tuple(words)),)
    return pick_groups(io, text, choices) if isinstance(io, Pick) else ()


def _extra_names(question: Question[Any]) -> Iterator[tuple[str, str]]:
    """Yield the names a page adds to a wall's inputs, with their labels: systems to overlay, and the input its curves
    run along."""
    if question.overlay:
        yield ALSO, f"Compare with ({question.inputs[question.overlay].label.lower()}s)"
    if any(figure.kind == "curve" for figure in question.figures):
        yield SWEEP, "Chart x-axis"


def _extras(
    question: Question[Any], text: Mapping[str, str], errors: Mapping[str, str], choices: Choices
) -> Iterator[Field]:
    names = dict(_extra_names(question))
    if ALSO in names:
        picked = {each for each in text.get(ALSO, "").split(",") if each}
        io = question.inputs[question.overlay]
        assert isinstance(io, Pick)  # what is overlaid is picked
        yield Field(
            name=ALSO,
            control="several",
            label=names[ALSO],
            help=question.overlay_help,
            text=text.get(ALSO, ""),
            error=errors.get(ALSO, ""),
            slider=None,
            groups=row_groups(io.kind, picked, choices),
        )
    if SWEEP in names:
        now = text.get(SWEEP, "")
        own = Option("", "Automatic", not now)
        numbers = (Option(n, _worded(i), n == now) for n, i in question.inputs.items() if isinstance(i, Input))
        yield Field(
            name=SWEEP,
            control="pick",
            label=names[SWEEP],
            help="Any number above can be the x-axis of the curves.",
            text=now,
            error=errors.get(SWEEP, ""),
            slider=None,
            groups=(OptionGroup("", (own, *numbers)),),
        )


def _worded(io: Input) -> str:
    return labelled(io.label, unit_label(io.display_unit))
