"""JSON Schemas made from the declarations of solvers and specs: names, units, ranges, choices, defaults and help are
those that forms and the command line use. Units are in `x-unit`, which OpenAPI permits as an extension."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from mlsysweb.api.operation import ApiParameter, Schema
from solvers.declare import Question, Solver
from solvers.fields import Choice, Flag, Input, InputField, Label, Output, OutputField, Pick
from solvers.inline import needed_figures
from solvers.read import ALSO, LONGEST, MOST_OVERLAYS, SWEEP
from solvers.specs import Precision, columns, is_table, parts
from solvers.verdict import State


def ref(name: str) -> Schema:
    """Return a reference to a schema of the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}


def inputs_schema(question: Question[Any]) -> Schema:
    """Return the schema of a JSON body with the inputs of a question by name, and the figures of picked rows by dotted
    name."""
    properties: dict[str, Any] = {name: _input(io) for name, io in question.inputs.items()}
    properties |= {name: ref(component) for name, component, _ in _figures(question)}
    if question.overlay:
        properties[ALSO] = {
            "description": f"Further rows of the catalog to compare, instead of `{question.overlay}`.",
            "anyOf": [
                {"type": ["string", "null"]},
                {"type": "array", "items": {"type": "string", "maxLength": LONGEST}, "maxItems": MOST_OVERLAYS},
            ],
        }
    if numbers := _numeric(question):
        properties[SWEEP] = {"description": "The input that curves run along.", "enum": [*numbers, "", None]}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def query_parameters(question: Question[Any]) -> tuple[ApiParameter, ...]:
    """Return the inputs of a question as parameters of a query."""
    own = [ApiParameter(name, _in_query(io), _words(io)) for name, io in question.inputs.items()]
    if question.overlay:
        schema = {"type": "string"}
        own.append(ApiParameter(ALSO, schema, f"Further rows instead of `{question.overlay}`, with commas between."))
    if numbers := _numeric(question):
        own.append(ApiParameter(SWEEP, {"type": "string", "enum": [*numbers, ""]}, "The input that curves run along."))
    return tuple(own)


def figure_components(questions: Mapping[str, Question[Any]]) -> dict[str, Schema]:
    """Return the schemas that questions share: the figures of picked rows that a question may change, and rows written
    out as records."""
    found: dict[str, Schema] = {}
    for question in questions.values():
        found |= {component: schema for _, component, schema in _figures(question)}
        for io in question.inputs.values():
            if isinstance(io, Pick):
                found |= _records(io.kind)
    return found


def answer_schema(solver: Solver[Any, Any]) -> Schema:
    """Return the schema of a solver's answer."""
    return {
        "type": "object",
        "properties": {
            "solver": {"const": solver.name},
            "version": {"type": "string", "description": "The version of its formulas."},
            "inputs": {
                "type": "object",
                "description": "The inputs in SI units; of a row of the catalog its name.",
                "properties": {name: {"type": ["number", "string", "boolean", "null"]} for name in solver.inputs},
                "additionalProperties": False,
            },
            "outputs": {
                "type": "object",
                "properties": {name: output_schema(io) for name, io in solver.outputs.items()},
                "required": list(solver.outputs),
                "additionalProperties": False,
            },
            "verdict": {"type": "string"},
            "state": {"enum": [*(str(state) for state in State), ""]},
            "notes": {
                "type": "array",
                "items": {"type": "string"},
                "description": "What was assumed, and why a value is null.",
            },
        },
        "required": ["solver", "version", "inputs", "outputs", "verdict", "state", "notes"],
        "additionalProperties": False,
    }


def output_schema(io: OutputField) -> Schema:
    """Return the schema of an output: its value in SI units, and the unit."""
    value: dict[str, Any] = value_schema(io)
    about = _described(io.label, io.help, _unit(io))
    fields = {"value": value, "unit": {"const": io.unit if isinstance(io, Output) else ""}}
    return {"type": "object", **about, "properties": fields, "required": ["value", "unit"]}


def value_schema(io: OutputField) -> dict[str, Any]:
    """Return the schema of an output's bare value; null is an infinite or unknown number."""
    if isinstance(io, Label):
        return {"enum": [member.name.lower() for member in io.kind]}
    return {"type": "boolean"} if isinstance(io, Flag) else {"type": ["number", "null"]}


def _input(io: InputField) -> Schema:
    about = _described(io.label, io.help, _unit(io))
    if isinstance(io, Choice):
        return {**about, "enum": [*io.names, "", None], "default": io.kind(io.default).name.lower()}
    if isinstance(io, Pick):
        default = {"default": io.default} if io.default else {}
        kinds = [{"type": ["string", "null"]}, ref(_record_name(io.kind))]
        return {**about, "anyOf": kinds, **default, "x-table": io.kind.__name__.lower()}
    return {**about, **_number(io, ["number", "string", "null"])}


def _in_query(io: InputField) -> Schema:
    if isinstance(io, Choice):
        return {"type": "string", "enum": [*io.names, ""], "default": io.kind(io.default).name.lower()}
    if isinstance(io, Pick):
        default = {"default": io.default} if io.default else {}
        return {"type": "string", **default, "x-table": io.kind.__name__.lower()}
    return {**_number(io, ["number", "string"]), **({"x-unit": _unit(io)} if _unit(io) else {})}


def _number(io: Input, types: list[str]) -> dict[str, Any]:
    """Return the keywords of a number in SI units; text may have another unit."""
    schema: dict[str, Any] = {"type": types, "maxLength": LONGEST}
    if math.isfinite(io.low):
        schema["exclusiveMinimum" if io.exclusive_min else "minimum"] = io.low
    if math.isfinite(io.high):
        schema["maximum"] = io.high
    if io.integer:
        schema["multipleOf"] = 1
    if math.isfinite(io.default):
        schema["default"] = io.default
    if io.default_from:
        schema["x-default-from"] = list(io.default_from)
    if io.display_unit not in ("", io.unit):
        schema["x-display-unit"] = io.display_unit
    return schema


def _figures(question: Question[Any]) -> Iterator[tuple[str, str, Schema]]:
    """Yield the figures of picked rows that a question may change: dotted name, name of the component, schema."""
    for name, io in question.inputs.items():
        if isinstance(io, Pick):
            for figure, declared in columns(io.kind).items():
                component = f"change.{io.kind.__name__}.{figure}"
                yield f"{name}.{figure}", component, _change(declared, is_table(io.kind, figure))


def _change(declared: Input, table: bool) -> Schema:
    factor = "A factor such as `x2` scales the figure of the row."
    about = _described(declared.label, f"{declared.help} {factor}".strip(), declared.unit)
    if table:
        return {**about, "type": ["string", "null"], "maxLength": LONGEST}
    return {**about, **{k: v for k, v in _number(declared, ["number", "string", "null"]).items() if k != "default"}}


def _records(kind: type[Any]) -> Iterator[tuple[str, Schema]]:
    """Yield the schemas of rows written out in the question, those of their parts included, by name."""
    properties: dict[str, Any] = {"name": {"type": ["string", "null"], "minLength": 1, "maxLength": 100}}
    for name, declared in columns(kind).items():
        one = {k: v for k, v in _change(declared, False).items() if k != "maxLength"}
        one["description"] = declared.help
        formats = {precision.name.lower(): one for precision in Precision}
        table = {"type": "object", "properties": formats, "additionalProperties": False, "minProperties": 1}
        properties[name] = {"anyOf": [table, {"type": "null"}]} if is_table(kind, name) else one
    for name, part in parts(kind).items():
        properties[name] = {"anyOf": [ref(_record_name(part)), {"type": "null"}]}
        yield from _records(part)
    about = {"description": "A row written out: numbers in SI, text with units. Missing figures are unknown."}
    required = list(needed_figures(kind))
    yield (
        _record_name(kind),
        {**about, "type": "object", "properties": properties, "required": required, "additionalProperties": False},
    )


def _record_name(kind: type[Any]) -> str:
    return f"record.{kind.__name__}"


def _numeric(question: Question[Any]) -> list[str]:
    return [name for name, io in question.inputs.items() if isinstance(io, Input)]


def _described(label: str, text: str, unit: str) -> dict[str, Any]:
    return {"title": label, **({"description": text} if text else {}), **({"x-unit": unit} if unit else {})}


def _unit(io: InputField | OutputField) -> str:
    unit = getattr(io, "unit", "")
    return "" if unit == "1" else str(unit)


def _words(io: InputField) -> str:
    return f"{io.label}: {io.help}" if io.help else f"{io.label}."
