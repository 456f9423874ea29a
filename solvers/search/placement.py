"""Where to run a fleet when carbon has a price.

Every grid is evaluated for the cost and the carbon of the fleet there; the best has the least cost + carbon price ×
carbon. At a price of zero that is the cheapest electricity, at a high one the cleanest; the front between the two
holds the best grid for every price.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from solvers.errors import InputError, InputErrors
from solvers.pipeline import Pipeline, pipeline, settle
from solvers.pipeline.chain import Given
from solvers.pipeline.wiring import Stage
from solvers.specs import Grid

from .explore import Search
from .goals import goals, metrics
from .run import Outcome, run
from .space import Axis, Space, joined

STAGES: tuple[str, ...] = ("tco", "sustainability")

OF_THE_GRID = ("carbon_intensity", "electricity_price", "water_intensity")
OF_THE_SITE = ("pue", "wue")


def placement(
    grids: Mapping[str, Grid],
    given: Mapping[str, Any],
    carbon_price: float,
    *,
    sites: bool = False,
    stages: Sequence[Stage | str] = STAGES,
    keep: int = 10,
) -> Outcome:
    """Return the `grids` ranked by cost + carbon price × carbon, for a fleet with the values `given` in SI or as text;
    `carbon_price` in USD/kg. One PUE for all, or with `sites` that of each grid where it is known. A figure that a grid
    does not have is taken from `given`; where that has none either, the grid has no score and is counted as unknown.
    Raise InputErrors."""
    if not (math.isfinite(carbon_price) and carbon_price >= 0):
        raise InputErrors([InputError("carbon_price", "needs a finite price of at least 0 USD/kg.")])
    if not grids:
        raise InputErrors([InputError("grids", "needs at least one grid to choose from.")])
    chain = pipeline(*stages)
    wanted = [f"minimize: tco + {carbon_price!r} USD/kg * total_carbon", "minimize: tco", "minimize: total_carbon"]
    objectives, constraints = goals(wanted, metrics(chain))
    fixed = settle(chain, given)
    axis = places(chain, grids, fixed, OF_THE_GRID + (OF_THE_SITE if sites else ()))
    return run(Search(chain, fixed, Space((axis,)), objectives, constraints, keep))


def places(
    chain: Pipeline, grids: Mapping[str, Grid], fixed: Given, figures: Sequence[str], name: str = "grid"
) -> Axis:
    """Return the grids as one axis that sets all `figures` of them that a stage takes; a figure a grid does not have is
    taken from `fixed`."""
    given = {name: value for (_, name), value in fixed.items()}
    taken = [name for name in figures if any(name in stage.inputs for stage in chain.stages)]
    columns = {name: np.array([getattr(grid, name) for grid in grids.values()], dtype=float) for name in taken}
    known = {name: np.where(np.isnan(c), given.get(name, np.nan), c) for name, c in columns.items()}
    return joined(name, list(grids), known)
