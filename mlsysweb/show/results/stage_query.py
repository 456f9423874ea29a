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
    """Return the inputs by name as text, without those at the wall's default. A pick is included by slug only where the
    user chose one: `picked` has them, by the name of the input or by `stage.name`."""
    values = results[stage.name].values
    query: dict[str, str] = {}
    for name, io in stage.inputs.items():
        if isinstance(io, Pick):
            slug = picked.get(f"{stage.name}.{name}") or picked.get(name) or _default_upstream(chain, stage, name)
            if slug and slug != io.default:
                query[name] = slug
        elif values[name].value != _default(io):
            query[name] = _typed(values[name].value, io)
    return query


def _typed(value: float | str | bool, io: Input | Choice) -> str:
    return to_input_text(float(value), io.unit, io.display_unit) if isinstance(io, Input) else str(value)


def _default(io: Input | Choice) -> float | str:
    return float(io.default) if isinstance(io, Input) else io.kind(io.default).name.lower()


def _default_upstream(chain: Pipeline, stage: Stage, name: str) -> str:
    """Return the default pick of the earlier stage whose pick this stage takes; an empty string where there is none."""
    wire = chain.wires.get((stage.name, name))
    return str(chain.stage(wire.stage).inputs[wire.name].default) if wire else ""
