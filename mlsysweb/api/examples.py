"""Examples of the operations that each solver or table has."""

from __future__ import annotations

from typing import Any

from mlsysweb.api.operation import ApiExample, ApiOperation
from mlsysweb.pages.catalog.tables import read_table
from solvers.declare import Solver
from solvers.fields import Input
from solvers.plan import sweep_values
from solvers.registry import solvers


def example_of(operation: ApiOperation, case: str) -> ApiExample | None:
    """Return an example of an operation for one solver or table; None where its own example is of that one."""
    own = operation.example
    first = operation.path_names[0]
    if own is not None and own.path[first] == case:
        return None
    path = {**(own.path if own else {}), first: case}
    solver = solvers().get(case) if first == "name" else None
    if first == "table":
        if "slug" not in path:
            return ApiExample(path, {"per_page": "1"})
        return ApiExample({**path, "slug": read_table(case).records[0].slug})
    if operation.name == "sweep" and solver:
        return ApiExample(path, body={"axes": _axes(solver), "outputs": list(solver.headline[:3])})
    asked = dict(solver.presets[0].values) if solver and solver.presets else {}
    return ApiExample(path, body=asked) if operation.body is not None else ApiExample(path, asked)


def _axes(solver: Solver[Any, Any]) -> dict[str, list[Any]]:
    """Return an axis of three values along the first numeric input with a slider."""
    for name, io in solver.inputs.items():
        if isinstance(io, Input) and io.default == io.default and io.slider[1] < float("inf"):
            values = sweep_values(io, io.default)
            return {name: [float(values[k]) for k in (len(values) // 4, len(values) // 2, -1)]}
    return {}
