"""The inputs of an answered question as text with label and unit: the typed ones and the defaults. For pages that show
an answer without its form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from solvers.analysis.parameters import parameters_of
from solvers.errors import InputError
from solvers.fields import Choice, Input, InputField, Pick
from solvers.pipeline import Pipeline
from solvers.quantities import format_quantity
from solvers.specs import columns

from .draw import number_with_unit, placeholder
from .page import AskedInput

# Catalog rows that were read, by any key: each with its kind, slug and name.
Rows = Mapping[str, Mapping[str, Any]]


def asked_inputs(inputs: Mapping[str, InputField], text: Mapping[str, str], rows: Rows) -> tuple[AskedInput, ...]:
    """Return the inputs of a page that declares `inputs`: typed ones first, then the defaults. Catalog rows among
    `rows` are shown by name."""
    typed = [
        AskedInput(name, label, _text(io, text[name], rows), False)
        for name in sorted(text, key=lambda name: _place(inputs, name))
        for label, io in _declared(inputs, name)
    ]
    defaults = [AskedInput(n, io.label, _default(io, rows), True) for n, io in inputs.items() if n not in text]
    return (*typed, *defaults)


def chain_inputs(chain: Pipeline, text: Mapping[str, str], rows: Rows) -> tuple[AskedInput, ...]:
    """Return the inputs of a pipeline: a name may belong to one stage, to all that take it, or be a figure of a pick.
    Connected inputs are left out. A name that no stage takes is its own label."""
    ends = {name: _ends(chain, name) for name in text}
    typed = [
        AskedInput(name, _label(chain, name, ends[name]), _text(_io(chain, ends[name]), value, rows), False)
        for name, value in text.items()
    ]
    by_hand = {end for each in ends.values() for end in each}
    defaults = {
        AskedInput(name, io.label, _default(io, rows), True): None
        for stage in chain.stages
        for name, io in stage.inputs.items()
        if (stage.name, name) not in by_hand and (stage.name, name) not in chain.wires
    }
    return (*typed, *defaults)


def _place(inputs: Mapping[str, InputField], name: str) -> int:
    """Return the position of a name in declaration order; figures of picks come last."""
    names = list(inputs)
    return names.index(name) if name in names else len(names)


def _declared(inputs: Mapping[str, InputField], name: str) -> Iterator[tuple[str, InputField]]:
    """Yield the label and declaration of an input or of a figure of a pick; no items for any other name."""
    pick, _, figure = name.partition(".")
    io = inputs.get(pick)
    if io is not None and not figure:
        yield io.label, io
    elif isinstance(io, Pick) and figure in columns(io.kind):
        declared = columns(io.kind)[figure]
        yield f"{io.label}: {declared.label[:1].lower()}{declared.label[1:]}", declared


def _ends(chain: Pipeline, name: str) -> tuple[tuple[str, str], ...]:
    try:
        return chain.ends(name)
    except InputError:
        return ()


def _io(chain: Pipeline, ends: tuple[tuple[str, str], ...]) -> Any:
    if not ends:
        return None
    stage = chain.stage(ends[0][0])
    return stage.inputs.get(ends[0][1]) or parameters_of(stage)[ends[0][1]].declared


def _label(chain: Pipeline, name: str, ends: tuple[tuple[str, str], ...]) -> str:
    if not ends:
        return name.replace("_", " ").capitalize()
    stage, own = chain.stage(ends[0][0]), ends[0][1]
    label = str(_io(chain, ends).label)
    pick = stage.inputs.get(own.partition(".")[0]) if "." in own else None
    label = f"{pick.label}: {label[:1].lower()}{label[1:]}" if pick else label
    return f"{stage.title}: {label}" if name == f"{stage.name}.{own}" else label


def _text(io: Any, typed: str, rows: Rows) -> str:
    """Return typed text as a page shows it: a number in the unit of its field; text that is no number as it is."""
    if isinstance(io, Choice):
        return io.labels.get(typed.strip().lower(), typed).replace("_", " ")
    if isinstance(io, Pick):
        return _row_name(io, typed, rows)
    return number_with_unit(io, typed) if isinstance(io, Input) else typed


def _default(io: InputField, rows: Rows) -> str:
    if isinstance(io, Choice):
        name = io.kind(io.default).name.lower()
        return io.labels.get(name, name).replace("_", " ")
    if isinstance(io, Pick):
        name = _row_name(io, io.default, rows) if io.default else "none"
        return f"{io.default_from.partition('.')[0].capitalize()}'s, else {name}" if io.default_from else name
    if io.default_from and io.default != io.default:
        return placeholder(io, "")
    if io.default in (float("inf"), float("-inf")) or io.default != io.default:
        return "none"
    if io.default == 0 and io.zero_means:
        return io.zero_means
    text = format_quantity(io.default, io.unit, io.display_unit, digits=6)
    return placeholder(io, text) if io.default_from else text


def _row_name(pick: Pick, slug: str, rows: Rows) -> str:
    kind, wanted = pick.kind.__name__.lower(), slug.strip().lower()
    return next((str(r["name"]) for r in rows.values() if r["kind"] == kind and r["slug"] == wanted), slug)
