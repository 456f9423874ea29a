"""The pipeline of one system: the stage that describes it first, then every wall, connected as `wall_stages` says."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from solvers.registry import solvers

from .chain import Pipeline
from .wall_stages import DESCRIPTION, FACTORS, IRON_LAW, WALL_STAGES
from .wiring import GIVEN, Stage, wired


@cache
def whole_system() -> Pipeline:
    """Return the pipeline of the description and every wall. The stages have no charts, which a page over all walls
    does not draw."""
    described = solvers()[DESCRIPTION]
    stages = [solvers()[name].without_charts for name in dict.fromkeys(place.stage for place in WALL_STAGES)]
    stages.append(replace(solvers()[IRON_LAW], figures=solvers()[IRON_LAW].figures[:1]))  # its waterfall
    links = {f"{DESCRIPTION}.{name}": GIVEN for name in described.inputs}
    links |= {f"{stage.name}.{name}": _source(described, name) for stage in stages for name in stage.inputs}
    written = {f"{place.stage}.{end}": source for place in WALL_STAGES for end, source in place.links.items()}
    written |= {f"{IRON_LAW}.{factor}": source for factor, source in FACTORS.items()}
    return Pipeline(*wired([described.without_charts, *stages], links | written))


def _source(described: Stage, name: str) -> str:
    """Return the description's figure of the same name; else the wall keeps its own default."""
    return f"{DESCRIPTION}.{name}" if name in {**described.inputs, **described.outputs} else GIVEN
