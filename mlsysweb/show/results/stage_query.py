"""The question of one stage of a pipeline as query text, for the link to the stage's wall."""

from __future__ import annotations

from collections.abc import Mapping

from solvers.fields import Choice, Input, Pick
from solvers.pipeline.chain import Pipeline
from solvers.pipeline.wiring import Stage
from solvers.quantities import to_input_text
from solvers.result import Result


def stage_query(
    chain: Pipeline, stage: Stage, results: Mapping[str, Result], picked: Mapping[str, str]
) -> dict[str, str]:
    """Inputs by name as a person would type them, without what is the wall's own default. Picks are kept by slug only
    where somebody typed one: `picked` has them, by the name of the input or by `stage.name`."""
    asked: dict[str, str] = {}
    for name, io in stage.inputs.items():
        if isinstance(io, Pick):
            slug = picked.get(f"{stage.name}.{name}") or picked.get(name) or _default_upstream(chain, stage, name)
            if slug and slug != io.default:
                asked[name] = slug
        else:
            taken = _taken(chain, stage, name, results)
            if taken != _default(io):
                asked[name] = _typed(taken, io)
    return asked


def _taken(chain: Pipeline, stage: Stage, name: str, results: Mapping[str, Result]) -> float | str | bool:
    """The value of an input. A result has one value by name: where the stage finds what it takes, the input's is that
    of the stage it came from."""
    wire = chain.wires.get((stage.name, name)) if name in stage.outputs else None
    if wire and wire.name in results[wire.stage].values:
        return results[wire.stage].values[wire.name].value
    return results[stage.name].values[name].value


def _typed(value: float | str | bool, io: Input | Choice) -> str:
    return to_input_text(float(value), io.unit, io.display_unit) if isinstance(io, Input) else str(value)


def _default(io: Input | Choice) -> float | str:
    return float(io.default) if isinstance(io, Input) else io.kind(io.default).name.lower()


def _default_upstream(chain: Pipeline, stage: Stage, name: str) -> str:
    """Return the default pick of the earlier stage whose pick this stage takes; an empty string where there is none."""
    wire = chain.wires.get((stage.name, name))
    return str(chain.stage(wire.stage).inputs[wire.name].default) if wire else ""
