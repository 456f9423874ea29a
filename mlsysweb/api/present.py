"""Presenter (stage 5) of the reference: reads the OpenAPI document, and an example with its answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pprint import pformat
from typing import Any
from urllib.parse import urlencode

from mlsysweb.api.page import (
    OperationGroup,
    OperationLine,
    OperationPage,
    ParameterRow,
    ParameterTable,
    ReferencePage,
    ScopeLine,
    StatusLine,
)
from mlsysweb.show.results.page import Link

Document = Mapping[str, Any]
_LINES = 90
_TYPES = {"number": "number", "integer": "whole number", "string": "text", "boolean": "true or false", "null": "null"}
# The request that the overview shows.
_FIRST = {
    "path": "/solve/roofline",
    "query": {"model": "llama-3-8b", "accelerator": "h100-sxm5-80gb", "batch_size": "64"},
    "body": None,
    "status": 200,
}
_NOT_ERRORS = {"500"}


def reference_page(
    document: Document,
    lines: Sequence[tuple[str, OperationLine]],
    scopes: Mapping[str, str],
    limits: Sequence[str],
    urls: Mapping[str, str],
) -> ReferencePage:
    """Return the overview. `lines` are the operations with their tags; `urls` are those of the API, the document and
    the page of tokens."""
    tags = dict.fromkeys(tag for tag, _ in lines)
    groups = tuple(OperationGroup(tag, tuple(line for of, line in lines if of == tag)) for tag in tags)
    failures = document["components"]["responses"]
    return ReferencePage(
        base=urls["base"],
        document=urls["document"],
        tokens=urls["tokens"],
        groups=groups,
        scopes=tuple(ScopeLine(name, words) for name, words in scopes.items()),
        statuses=tuple(StatusLine(int(status), _plain(told["description"])) for status, told in failures.items()),
        limits=tuple(limits),
        rows=urls["rows"],
        curl=curl_text(urls["base"], "get", _FIRST, owned=False),
        python=python_text(urls["base"], "get", _FIRST, owned=False) + '\n\nprint(answer["verdict"])',
    )


def operation_page(
    document: Document,
    path: str,
    method: str,
    example: Mapping[str, Any],
    cases: Sequence[Link],
    case: str,
    base: str,
) -> OperationPage:
    """Return the page of an operation of the document. `example` has the path, query and body of a request with the
    status and content of its answer; `base` is the address of the API."""
    told = document["paths"][path][method]
    shown, shortened = _answer_text(example["content"])
    owned = {} not in told["security"]
    return OperationPage(
        title=told["summary"],
        method=method.upper(),
        path=f"/api/v1{path}",
        about=_plain(told.get("description", "")),
        rights=_rights(told, owned),
        tables=tuple(table for table in _tables(document, told) if table.rows),
        answer=_answer_table(document, told, str(example["status"])),
        curl=curl_text(base, method, example, owned),
        python=python_text(base, method, example, owned),
        status=example["status"],
        shown=shown,
        shortened=shortened,
        statuses=tuple(
            StatusLine(int(status), _plain(_resolved(document, each)["description"]))
            for status, each in told["responses"].items()
            if int(status) >= 300 and status not in _NOT_ERRORS
        ),
        cases=tuple(cases),
        case=case,
    )


def _rights(told: Mapping[str, Any], owned: bool) -> str:
    scope = told["x-scope"]
    if owned:
        return f"Needs a token with the scope {scope}, or the session of a browser with its CSRF token."
    return f"Works without a token. A token needs the scope {scope}."


def _tables(document: Document, told: Mapping[str, Any]) -> Iterator[ParameterTable]:
    for place, heading in (("path", "In the path"), ("query", "In the query"), ("header", "Headers")):
        own = [each for each in told["parameters"] if each["in"] == place]
        yield ParameterTable(heading, tuple(_parameter(document, each) for each in own))
    if body := told.get("requestBody"):
        schema = _resolved(document, body["content"]["application/json"]["schema"])
        rows = tuple(_members(document, schema))
        yield ParameterTable("In the JSON body", tuple(row for row in rows if "." not in row.name))
        figures = tuple(row for row in rows if "." in row.name)
        yield ParameterTable("Figures of the rows picked", figures, folded=True)


def _answer_table(document: Document, told: Mapping[str, Any], status: str) -> ParameterTable:
    content = told["responses"].get(status, {}).get("content", {})
    schema = _resolved(document, content["application/json"]["schema"]) if content else {}
    rows = list(_members(document, schema))
    if "outputs" in schema.get("properties", {}) and "properties" in schema["properties"]["outputs"]:
        outputs = schema["properties"]["outputs"]["properties"].items()
        own = [_row(document, f"outputs.{name}", _value_of(each)) for name, each in outputs]
        rows = [each for row in rows for each in (own if row.name == "outputs" else [row])]
    return ParameterTable("Answer", tuple(replace(row, required=False) for row in rows))


def _value_of(output: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of an output's value with the words of the output."""
    return {**output["properties"]["value"], **{k: v for k, v in output.items() if k not in ("type", "properties")}}


def _members(document: Document, schema: Mapping[str, Any]) -> Iterator[ParameterRow]:
    for name, each in schema.get("properties", {}).items():
        yield _row(document, name, each, name in schema.get("required", ()))


def _parameter(document: Document, told: Mapping[str, Any]) -> ParameterRow:
    schema = told["schema"]
    words = {"description": told["description"]} if told.get("description") else {}
    return _row(document, told["name"], {**schema, **words}, bool(told.get("required")))


def _row(document: Document, name: str, schema: Mapping[str, Any], required: bool = False) -> ParameterRow:
    told = _resolved(document, schema)
    texts = (told.get("title", ""), told.get("description", ""))
    default = told.get("default")
    return ParameterRow(
        name=name,
        kind=_kind(document, told),
        unit=told.get("x-unit", ""),
        range=_range(told),
        default="" if default is None else _number(default),
        help=_plain(": ".join(text for text in texts if text)),
        required=required,
    )


def _kind(document: Document, schema: Mapping[str, Any]) -> str:
    if "x-table" in schema:
        return f"row: {schema['x-table']}"
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return "one of: " + ", ".join(str(each) for each in schema["enum"] if each not in ("", None))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(document, _resolved(document, each)) for each in schema["anyOf"]))
    kinds = schema.get("type", "object")
    listed = [kinds] if isinstance(kinds, str) else [each for each in kinds if each != "null"]
    if listed == ["array"]:
        return f"list of {_kind(document, _resolved(document, schema.get('items', {})))}"
    return " or ".join(_TYPES.get(each, each) for each in listed)


def _range(schema: Mapping[str, Any]) -> str:
    above, least, most = (schema.get(key) for key in ("exclusiveMinimum", "minimum", "maximum"))
    if above is not None:
        return f"above {_number(above)}" + ("" if most is None else f", at most {_number(most)}")
    if least is not None:
        return f"at least {_number(least)}" if most is None else f"{_number(least)} to {_number(most)}"
    return "" if most is None else f"at most {_number(most)}"


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}" if abs(value) < 1e9 else f"{value:g}"


def _plain(text: str) -> str:
    """Return a description of the document without the marks of code, which it has as CommonMark."""
    return text.replace("`", "")


def _resolved(document: Document, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a reference within the document refers to; anything else unchanged."""
    found: Any = schema
    while "$ref" in found:
        place: Any = document
        for part in found["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        found = place
    return found  # type: ignore[no-any-return]


def address(base: str, example: Mapping[str, Any]) -> str:
    """Return the address of an example."""
    query = urlencode(example["query"], safe=",/^*")
    return f"{base}{example['path']}{f'?{query}' if query else ''}"


def curl_text(base: str, method: str, example: Mapping[str, Any], owned: bool) -> str:
    """Return the command that sends an example with curl."""
    lines = [f"curl '{address(base, example)}'"]
    if method == "delete" or method == "patch":
        lines.append(f"-X {method.upper()}")
    if owned:
        lines.append('-H "Authorization: Bearer $MLSYS_TOKEN"')
    if example["body"] is not None:
        lines.append("--json '" + json.dumps(example["body"]).replace("'", r"'\''") + "'")
    return " \\\n  ".join(lines)


def python_text(base: str, method: str, example: Mapping[str, Any], owned: bool) -> str:
    """Return the Python program that sends an example with the standard library alone."""
    body, headers = example["body"], []
    if owned:
        headers.append('"Authorization": f"Bearer {os.environ[\'MLSYS_TOKEN\']}"')
    if body is not None:
        headers.append('"Content-Type": "application/json"')
    imports = ["import json", *(["import os"] if owned else []), "from urllib.request import Request, urlopen"]
    asked = [] if body is None else ["", f"body = {pformat(body, indent=4, width=80, sort_dicts=False)}"]
    lines = [*imports, *asked, "", "request = Request(", f'    "{address(base, example)}",']
    if body is not None:
        lines.append("    data=json.dumps(body).encode(),")
    if headers:
        lines.append(f"    headers={{{', '.join(headers)}}},")
    lines += [f'    method="{method.upper()}",', ")", "with urlopen(request) as response:"]
    lines.append("    print(response.status)" if example["status"] == 204 else "    answer = json.load(response)")
    return "\n".join(lines)


def _answer_text(content: Any) -> tuple[str, bool]:
    """Return an answer as indented JSON of a limited number of lines, and whether it was shortened."""
    if content is None:
        return "", False
    lines = json.dumps(content, indent=2, ensure_ascii=False).splitlines()
    return ("\n".join([*lines[:_LINES], "…"]), True) if len(lines) > _LINES else ("\n".join(lines), False)
