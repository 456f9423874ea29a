"""The operation that solves for every combination of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from itertools import product
from math import prod
from typing import Any

import numpy as np

from catalog.resolve import resolve
from mlsysweb.api.document import plain
from mlsysweb.api.operation import ApiCall, ApiCase, ApiExample, ApiOperation, ApiReply, Scope
from mlsysweb.api.operations.solving import NAME, TAG, found_solver
from mlsysweb.api.schemas import inputs_schema, ref, value_schema
from mlsysweb.api.validation import violations
from mlsysweb.show.work_limits import SECONDS, heavy_work
from solvers.declare import Solver, closest_name
from solvers.errors import InputError, InputErrors
from solvers.fields import Output
from solvers.read import ALSO, SWEEP, read
from solvers.registry import solvers
from solvers.solve import output_value

MOST_ROWS, MOST_AXES = 2_000, 6
# A sweep of more rows than this is heavy work.
_LIGHT = 100
_SCALAR = ["number", "string"]
_AXES = {
    "type": "object",
    "description": "Values by input, or by figure of a picked row. The last axis runs fastest.",
    "minProperties": 1,
    "maxProperties": MOST_AXES,
    "additionalProperties": {"type": "array", "minItems": 1, "maxItems": MOST_ROWS, "items": {"type": _SCALAR}},
}
_OUTPUTS = {"type": "array", "items": {"type": "string"}, "description": "The outputs to return; all by default."}


def sweep(call: ApiCall) -> ApiReply:
    """Return a column for each axis and each output, with a row for each valid combination of the axes' values."""
    solver = found_solver(call.path["name"])
    axes, fixed, wanted = _read(solver, call.body)
    size = prod(len(values) for values in axes.values())
    if size > MOST_ROWS:
        lengths = " × ".join(f"{len(values):,}" for values in axes.values())
        raise InputErrors([InputError("axes", f"make {lengths} = {size:,} rows; {MOST_ROWS:,} is the most.")])
    with heavy_work() if size > _LIGHT else nullcontext(lambda: False) as spent:
        rows, left_out = _rows(solver, axes, fixed, wanted, spent)
    columns = [*({"name": name, "unit": _unit(solver.inputs.get(name))} for name in axes)]
    columns += [{"name": name, "unit": _unit(solver.outputs[name])} for name in wanted]
    content = {"solver": solver.name, "version": solver.version, "columns": columns, "rows": rows, "left_out": left_out}
    return ApiReply(content)


def _read(solver: Solver[Any, Any], body: Mapping[str, Any]) -> tuple[dict[str, Any], Mapping[str, Any], list[str]]:
    """Return axes, fixed inputs and names of outputs. Raise InputErrors."""
    if errors := list(violations(_body(solver), body, "")):
        raise InputErrors(errors[:20])
    axes, fixed = body["axes"], body.get("inputs", {})
    errors = [InputError(f"axes.{name}", "has a value among the inputs, too.") for name in axes if name in fixed]
    for name in (name for name in axes if name in (ALSO, SWEEP) or name not in inputs_schema(solver)["properties"]):
        near = closest_name(name, inputs_schema(solver)["properties"])
        hint = f" Did you mean {near}?" if near else ""
        errors.append(InputError(f"axes.{name[:60]}", f"is not an input of {solver.name}.{hint}"))
    if errors:
        raise InputErrors(errors)
    return axes, fixed, list(dict.fromkeys(body.get("outputs", solver.outputs)))


def _rows(
    solver: Solver[Any, Any], axes: Mapping[str, Any], fixed: Mapping[str, Any], wanted: list[str], spent: Any
) -> tuple[list[list[Any]], list[str]]:
    """Return the rows, and a sentence for each combination that is not valid. Raise InputErrors for a value that is not
    valid alone, where no combination is valid, and where the time of a request is spent."""
    rows, left_out, refused = [], [], None
    for values in product(*axes.values()):
        if spent():
            raise InputErrors(
                [InputError("axes", f"take longer than the {SECONDS:g} s of a request; give fewer values.")]
            )
        text = {**fixed, **dict(zip(axes, values, strict=True))}
        point = resolve(read(solver, text)).point
        if errors := tuple(solver.check(point)):
            refused = refused or errors
            place = ", ".join(f"{name} {value}" for name, value in zip(axes, values, strict=True))
            left_out.append(f"{place}: {errors[0]}")
            continue
        with np.errstate(all="ignore"):
            outputs = solver.function(point)
        found = (plain(output_value(solver.outputs[name], getattr(outputs, name))) for name in wanted)
        rows.append([*values, *found])
    if refused and not rows:
        raise InputErrors(refused)
    return rows, left_out


def _unit(io: Any) -> str:
    unit = getattr(io, "unit", "")
    return "" if unit == "1" else str(unit)


def _body(solver: Solver[Any, Any]) -> dict[str, Any]:
    """Return the schema of the body; the fixed inputs themselves are checked by `read`."""
    outputs = {**_OUTPUTS, "minItems": 1, "items": {"enum": list(solver.outputs)}}
    fields = {"axes": _AXES, "inputs": {"type": "object"}, "outputs": outputs}
    return {"type": "object", "properties": fields, "required": ["axes"], "additionalProperties": False}


def _cases() -> Iterator[ApiCase]:
    for name, solver in solvers().items():
        names = [key for key in inputs_schema(solver)["properties"] if key not in (ALSO, SWEEP)]
        axes = {**_AXES, "propertyNames": {"enum": names}}
        body = _body(solver)
        body["properties"] = {**body["properties"], "axes": axes, "inputs": ref(f"{name}.Inputs")}
        yield ApiCase(name, solver.title, solver.question, (), body, _answer(solver))


def _answer(solver: Solver[Any, Any]) -> dict[str, Any]:
    units = {_unit(io) for io in (*solver.inputs.values(), *solver.outputs.values())}
    cells = [value_schema(io) for io in solver.outputs.values() if not isinstance(io, Output)]
    return {
        "type": "object",
        "properties": {
            "solver": {"const": solver.name},
            "version": {"type": "string"},
            "columns": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "unit": {"type": "string", "examples": sorted(units)}},
                    "required": ["name", "unit"],
                },
            },
            "rows": {
                "type": "array",
                "description": "A list for each row, in the order of the columns; axes as they were sent.",
                "items": {"type": "array", "items": {"anyOf": [{"type": ["number", "string", "null"]}, *cells]}},
            },
            "left_out": {"type": "array", "items": {"type": "string"}, "description": "Combinations that are invalid."},
        },
        "required": ["solver", "version", "columns", "rows", "left_out"],
    }


OPERATIONS = (
    ApiOperation(
        name="sweep",
        method="POST",
        path="sweep/{name}",
        tag=TAG,
        summary="Sweep: solve for every combination of values",
        help=f"At most {MOST_ROWS:,} combinations. For larger spaces with goals, start a search.",
        handle=sweep,
        scope=Scope.SOLVE,
        of_course=True,
        parameters=(NAME,),
        body={"type": "object", "properties": {"axes": _AXES, "inputs": {"type": "object"}, "outputs": _OUTPUTS}},
        answers={200: {"type": "object"}},
        errors=(404, 503),
        cases=_cases,
        example=ApiExample(
            {"name": "roofline"},
            body={
                "axes": {"accelerator": ["a100-sxm4-80gb", "h100-sxm5-80gb"], "batch_size": [1, 64]},
                "inputs": {"model": "llama-3-8b"},
                "outputs": ["latency", "bottleneck"],
            },
        ),
        reads_inputs=True,
    ),
)
