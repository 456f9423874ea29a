"""The uncertainty of figures as far as the catalog has it: a second source, or the spread over the measured chips."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from catalog.table_cache import catalog_table
from solvers.declare import Solver
from solvers.fields import Input, Pick

# Figures with a second source, by kind of row: the column of that one.
_SECOND_SOURCE = {
    ("Grid", "carbon_intensity"): "carbon_intensity_alternative",
    ("Accelerator", "embodied_carbon"): "embodied_carbon_boavizta",
}
# Constants of kernels: for a chip that was not measured, those of the chips that were.
_MEASURED = "measured_"


def catalog_ends(
    solver: Solver[Any, Any], point: Any, snapshot: Mapping[str, Mapping[str, Any]], name: str
) -> tuple[float, float] | None:
    """Return the lowest and the highest value, in SI, that the catalog has for an input or a figure of a pick
    (`accelerator.measured_kernel_time`) of the question `point`; None where it has one value or none."""
    io = solver.inputs.get(name)
    paths = io.default_from if isinstance(io, Input) else (name,)
    for path in paths:
        pick, _, figure = path.partition(".")
        declared = solver.inputs.get(pick)
        if isinstance(declared, Pick) and pick in snapshot and getattr(point, pick) is not None:
            return _ends(declared.kind, str(snapshot[pick].get("slug", "")), figure)
    return None


def _ends(kind: type[Any], slug: str, figure: str) -> tuple[float, float] | None:
    table = catalog_table(kind)
    row = table.by_name.get(slug)
    if row is None or not hasattr(row, figure):
        return None
    own = getattr(row, figure)
    second = _SECOND_SOURCE.get((kind.__name__, figure), "")
    if second:
        known = [own, getattr(row, second)]
    elif figure.startswith(_MEASURED) and own is None:
        known = [getattr(each, figure) for each in table.offered]
    else:
        return None
    values = np.array([value for value in known if value is not None], dtype=float)
    return (float(values.min()), float(values.max())) if values.size and np.ptp(values) > 0 else None
