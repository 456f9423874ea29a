"""Rows of the catalog as Python: what a snippet needs to ask the same of `solvers` alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_KINDS = {
    name.lower(): name
    for name in ("Accelerator", "Model", "Node", "Fabric", "Fleet", "Grid", "Region", "Dataset", "Storage")
}


def spec_code(kept: Mapping[str, Any], indent: str = "") -> str:
    """The constructor of a row as it was kept; unknown figures are left out, so they are unknown again."""
    inner = indent + "    "
    lines = [f"name={kept['name']!r}", *(f"{n}={_figure(v)}" for n, v in kept["figures"].items() if v is not None)]
    lines += [f"{name}={spec_code(part, inner)}" for name, part in kept["parts"].items()]
    body = "".join(f"{inner}{line},\n" for line in lines)
    return f"{_KINDS[kept['kind']]}(\n{body}{indent})"


def _figure(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"table({dict(value)!r})"
    return repr(value)


def spec_imports(rows: Iterable[Mapping[str, Any]]) -> str:
    """The line that imports what `spec_code` of these rows names."""
    names = {name for row in rows for name in _named(row)}
    return f"from solvers.specs import {', '.join(sorted(names, key=lambda n: (n.islower(), n)))}" if names else ""


def _named(row: Mapping[str, Any]) -> Iterator[str]:
    yield _KINDS[row["kind"]]
    if any(isinstance(value, Mapping) for value in row["figures"].values()):
        yield "table"
    for part in row["parts"].values():
        yield from _named(part)
