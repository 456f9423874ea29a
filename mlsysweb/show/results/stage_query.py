"""The question of one stage of a pipeline as query text, for the link to the stage's wall."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from solvers.analysis.parameters import get_value
from solvers.fields import Choice, Input, Pick
from solvers.pipeline.chain import Pipeline
from solvers.pipeline.wiring import Stage
from solvers.quantities import to_input_text, to_si
from solvers.spec_parts import follows
from solvers.specs import columns

Asked = Mapping[tuple[str, str], str]


def stage_query(chain: Pipeline, stage: Stage, inputs: Any, asked: Asked) -> dict[str, str]:
    """Everything the stage's answer was made of, by name as a person would type it: its `inputs` and the figures of its
    picks, given or found by other stages, without what is the wall's own default. `asked` is what was given to the
    chain, by the inputs it sets (`Pipeline.assigned`)."""
    query: dict[str, str] = {}
    for name, io in stage.inputs.items():
        if isinstance(io, Pick):
            query |= _pick(chain, stage, name, io, inputs, asked)
        elif _differs(chain, stage, name, io, getattr(inputs, name), asked):
            query[name] = _text(getattr(inputs, name), io)
    return {name: text for name, text in query.items() if text}


def _differs(chain: Pipeline, stage: Stage, name: str, io: Input | Choice, value: Any, asked: Asked) -> bool:
    """Whether the wall alone would take another value: a figure of a spec follows its pick where none was given."""
    if isinstance(io, Input) and io.default_from:
        return any((stage.name, name) in ends for ends in (asked, chain.wires))
    return bool(value != io.default)


def _text(value: Any, io: Input | Choice) -> str:
    if isinstance(io, Choice):
        return io.kind(int(value)).name.lower()
    return _number(float(value), io)


def _number(value: float, io: Input) -> str:
    """A value in the unit a person would type, or in SI with every digit where that alone is the value itself: whole
    numbers that a wall counts hang on the last one."""
    if math.isnan(value):
        return ""  # what is unknown is not typed
    text = to_input_text(value, io.unit, io.display_unit)
    if to_si("", text, io.unit) == value:
        return text
    return f"{value:.17g}" + ("" if io.unit == "1" else f" {io.unit}")


def _pick(chain: Pipeline, stage: Stage, name: str, io: Pick, inputs: Any, asked: Asked) -> Iterator[tuple[str, str]]:
    """The slug of a pick and its changed figures; a network of the size a stage finds is written out."""
    if chain.found_network(stage.name, name) is not None:
        network = getattr(inputs, name)
        figures = {figure: float(getattr(network, figure)) for figure in columns(io.kind)}
        known = {f: v for f, v in figures.items() if v == v and v != columns(io.kind)[f].default}
        yield name, json.dumps({"name": network.name} | known)
        return
    slug = _slug(chain, stage, name, inputs, asked)
    if slug and (slug != io.default or io.default_from):
        yield name, slug
    changed = dict(_changed(chain, stage.name, name, io, asked))
    for figure, declared in columns(io.kind).items():
        if (stage.name, f"{name}.{figure}") in chain.wires:
            changed[figure] = _number(float(get_value(inputs, f"{name}.{figure}")), declared)
    yield from ((f"{name}.{figure}", text) for figure, text in changed.items())


def _slug(chain: Pipeline, stage: Stage, name: str, inputs: Any, asked: Asked) -> str:
    """Return what is picked, by the stage itself or by the stage its pick is taken from: its default, or by name what
    came with another pick; an empty string where that pick brings it along in this stage, too."""
    wire = chain.wires.get((stage.name, name))
    if (stage.name, name) in asked:
        return asked[stage.name, name]
    picked = {own: getattr(inputs, own) for own, io in stage.inputs.items() if isinstance(io, Pick) and own != name}
    brought = follows(stage.inputs, name, picked)
    if wire is None:
        return "" if brought else str(getattr(stage.inputs[name], "default", ""))
    above = chain.stage(wire.stage)
    typed = {own: slug for (of, own), slug in asked.items() if of == above.name}
    if wire.name in typed or not follows(above.inputs, wire.name, typed):
        return str(typed.get(wire.name) or _default_above(chain, above, wire.name, asked))
    return "" if brought else str(getattr(inputs, name).name)


def _default_above(chain: Pipeline, stage: Stage, name: str, asked: Asked) -> str:
    """Return what an earlier stage picks where nothing is typed for it."""
    wire = chain.wires.get((stage.name, name))
    if (stage.name, name) not in asked and wire is not None:
        return _default_above(chain, chain.stage(wire.stage), wire.name, asked)
    return str(asked.get((stage.name, name)) or getattr(stage.inputs[name], "default", ""))


def _changed(chain: Pipeline, stage: str, name: str, io: Pick, asked: Asked) -> Iterator[tuple[str, str]]:
    """The figures of a pick that were typed, here or where the pick is taken from."""
    wire = chain.wires.get((stage, name))
    if wire is not None and (stage, name) not in asked:
        yield from _changed(chain, wire.stage, wire.name, io, asked)
    yield from ((f, asked[stage, f"{name}.{f}"]) for f in columns(io.kind) if (stage, f"{name}.{f}") in asked)
