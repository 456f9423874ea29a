"""Checks parameters and bodies by the schemas that declare them. Errors are sentences that begin with the field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from mlsysweb.api.operation import ApiParameter, Schema
from mlsysweb.api.problems import ApiProblem
from solvers.declare import closest_name
from solvers.errors import InputError, InputErrors
from solvers.fields import shortened

if TYPE_CHECKING:
    from jsonschema import ValidationError

JSON_TYPE = "application/json"
LARGEST_BODY = 1_000_000
# The types that curl and scripts send where they name none. Questions of a solver have always been read from these.
_UNNAMED = ("", "application/x-www-form-urlencoded", "application/octet-stream")
# A text of one line: no control characters, which PostgreSQL and pages cannot hold.
LINE = r"^[^\x00-\x1f\x7f]*$"
_WHOLE = re.compile(r"-?[0-9]{1,15}", re.ASCII)


def read_query(request: HttpRequest, parameters: Sequence[ApiParameter]) -> dict[str, Any]:
    """Return the parameters of a query by name, with their defaults. Raise InputErrors."""
    known = {parameter.name: parameter for parameter in parameters if parameter.place == "query"}
    errors, values = [], {}
    for name in request.GET:
        if name not in known:
            near = closest_name(name, known)
            hint = f" Did you mean {near}?" if near else f" It has {', '.join(known) or 'none'}."
            errors.append(InputError(name[:60] or "query", f"is no parameter of this operation.{hint}"))
    for name, parameter in known.items():
        if name in request.GET:
            values[name] = _typed(parameter, request.GET.getlist(name))
        elif parameter.required:
            errors.append(InputError(name, "is required."))
        elif "default" in parameter.schema:
            values[name] = parameter.schema["default"]
    errors += [e for name in values for e in violations(known[name].schema, values[name], name)]
    if errors:
        raise InputErrors(errors)
    return values


def _typed(parameter: ApiParameter, texts: Sequence[str]) -> Any:
    """Return the last of the texts as the declared type; text that is not of the type unchanged."""
    kind = parameter.schema.get("type")
    if kind == "array":
        return [word for text in texts for word in text.split(",")]
    if kind == "integer" and _WHOLE.fullmatch(texts[-1]):
        return int(texts[-1])
    return texts[-1]


def read_body(request: HttpRequest, *, unnamed: bool = False) -> Any:
    """Return the JSON body of a request; with `unnamed` also one whose type is that of a form or not named. Raise
    ApiProblem for another type or a body that is too large, InputErrors for one that is not JSON."""
    if request.content_type != JSON_TYPE and not (unnamed and request.content_type in _UNNAMED):
        told = shortened(request.content_type or "none")
        raise ApiProblem(415, "Content-Type", f"must be {JSON_TYPE}; {told} is not.", {"Accept": JSON_TYPE})
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > LARGEST_BODY:
        raise ApiProblem(413, "body", f"is {int(length):,} bytes long; {LARGEST_BODY:,} is the most.")
    try:
        body = json.loads(request.body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        place = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputErrors(
            [InputError("body", f'is not JSON{place}; send an object such as {{"batch_size": 8}}.')]
        ) from None
    if not isinstance(body, dict):
        raise InputErrors([InputError("body", f"must be a JSON object; this is {_KINDS[type(body)]}.")])
    return body


_KINDS = {list: "a list", str: "text", int: "a number", float: "a number", bool: "true or false", type(None): "null"}


def _refuse(constant: str) -> Any:
    raise ValueError(f"JSON has no {constant}.")


def check_body(schema: Schema, body: Any) -> None:
    """Raise InputErrors with every violation of the schema by a body."""
    if errors := list(violations(schema, body, "")):
        raise InputErrors(errors[:20])


def violations(schema: Schema, value: Any, field: str) -> Iterator[InputError]:
    """Yield an error for each violation of a schema by a value."""
    for error in _validator(json.dumps(schema, sort_keys=True)).iter_errors(value):
        path = ".".join(str(step)[:40] for step in error.absolute_path)
        yield from _said(".".join(part for part in (field, path) if part), error)
    if text := next(_unstorable(value), ""):
        yield InputError(field or "body", f"cannot have the character U+{ord(text):04X}; delete it.")


def _said(field: str, error: ValidationError) -> Iterator[InputError]:
    told, limit, keyword = error.instance, error.validator_value, error.validator
    if keyword == "required":
        missing = [name for name in limit if name not in told]
        yield from (InputError(f"{field}.{name}".strip("."), "is required.") for name in missing)
    elif keyword == "additionalProperties":
        known = error.schema.get("properties", {})
        for name in (name for name in told if name not in known):
            near = closest_name(name, known)
            hint = f" Did you mean {near}?" if near else f" It has {', '.join(known)}."
            yield InputError(f"{field}.{name[:60]}".strip(".") or "body", f"is not known here.{hint}")
    else:
        yield InputError(field or "body", _sentence(keyword, told, limit, error))


def _sentence(keyword: str, told: Any, limit: Any, error: ValidationError) -> str:
    match keyword:
        case "type":
            kinds = " or ".join([limit] if isinstance(limit, str) else limit)
            return f"must be of type {kinds}; {shortened(told)} is not."
        case "enum":
            return f"must be one of {', '.join(str(each) for each in limit)}; {shortened(told)} is not one."
        case "minimum" | "exclusiveMinimum" | "maximum":
            return f"must be {'at most' if keyword == 'maximum' else 'at least'} {limit:,}; {shortened(told)} is not."
        case "maxLength" | "maxItems" | "maxProperties":
            return f"has {len(told):,} {'characters' if keyword == 'maxLength' else 'entries'}; {limit:,} is the most."
        case "minLength" | "minItems" | "minProperties":
            return f"needs at least {limit:,}; it has {len(told):,}."
        case "pattern":
            return f"must be {error.schema.get('x-form', 'one line without control characters')}; it is not."
    return f"{error.message[:200]}."


def _unstorable(value: Any) -> Iterator[str]:
    """Yield NUL characters and lone surrogates, which databases cannot store."""
    if isinstance(value, str):
        yield from re.findall("[\0\ud800-\udfff]", value)[:1]
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _unstorable(name)
            yield from _unstorable(each)
    elif isinstance(value, list):
        for each in value:
            yield from _unstorable(each)


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator  # takes a sixth of a second to import

    return Draft202012Validator(json.loads(schema))
