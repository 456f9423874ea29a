"""The question a stage of a pipeline was asked, as text: the link that opens it as a wall of its own."""

from __future__ import annotations

from collections.abc import Mapping

from solvers.fields import Choice, Input, Pick
from solvers.pipeline.chain import Pipeline
from solvers.pipeline.wiring import Stage
from solvers.quantities import to_input_text
from solvers.result import Result
from solvers.spec_parts import follows


def stage_query(
    chain: Pipeline, stage: Stage, results: Mapping[str, Result], picked: Mapping[str, str]
) -> dict[str, str]:
    """Inputs by name as a person would type them, without what is the wall's own default. Picks are kept by slug only
    where somebody typed one: `picked` has them, by the name of the input or by `stage.name`."""
    values = results[stage.name].values
    asked: dict[str, str] = {}
    for name, io in stage.inputs.items():
        if isinstance(io, Pick):
            slug = (
                picked.get(f"{stage.name}.{name}") or picked.get(name) or _upstream(chain, stage, name, picked, results)
            )
            if slug and slug != io.default:
                asked[name] = slug
        elif values[name].value != _default(io):
            asked[name] = _typed(values[name].value, io)
    return asked


def _typed(value: float | str | bool, io: Input | Choice) -> str:
    if value != value:
        return ""  # what is unknown is not typed
    return to_input_text(float(value), io.unit, io.display_unit) if isinstance(io, Input) else str(value)


def _default(io: Input | Choice) -> float | str:
    if isinstance(io, Input) and io.default_from:
        return ""  # what a pick of the wall may say otherwise is always written
    return float(io.default) if isinstance(io, Input) else io.kind(io.default).name.lower()


def _upstream(
    chain: Pipeline, stage: Stage, name: str, picked: Mapping[str, str], results: Mapping[str, Result]
) -> str:
    """What an earlier stage picks where nothing is typed, if it is that stage's pick that is taken: its default, or by
    name what came with another pick, unless that brings it along in this stage, too."""
    wire = chain.wires.get((stage.name, name))
    above = chain.stage(wire.stage) if wire else None
    if above is None or wire is None:
        return ""
    typed = {n: slug for n in above.inputs if (slug := picked.get(f"{above.name}.{n}") or picked.get(n))}
    if not follows(above.inputs, wire.name, typed):
        return str(above.inputs[wire.name].default)
    return "" if follows(stage.inputs, name, typed) else str(results[stage.name].values[name].value)
