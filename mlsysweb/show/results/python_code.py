"""Generates Python source for exports. Expressions are built as syntax trees and prose as comment lines, so that text
from scenarios or the catalog can never become code."""

from __future__ import annotations

import ast
import dataclasses
import keyword
import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from solvers.specs import KINDS, Precision, columns, is_table, parts

_WIDTH, _INDENT = 100, "    "
# Python reads an encoding declaration from comments in the first two lines of a file (PEP 263). User text, which may
# contain "coding:", therefore only follows these lines.
_HEAD = (
    "# Computes the figures of a saved page again, with the solvers package alone.",
    "# All figures are in SI units. Catalog rows are as they were when the page was saved.",
    "# Install the package first: `pip install .` in a copy of the source code of this site, as its README says.",
)


def header(about: str) -> str:
    """Return the comment at the top of a file: fixed lines, then `about`."""
    return "\n".join([*_HEAD, "#", comment(about)])


def comment(text: str) -> str:
    """Return prose as comment lines. Line breaks and unprintable characters become spaces."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return textwrap.fill(plain, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


class _Number(float):
    """A finite number, written in powers of a thousand where that is shorter: 989.5e12."""

    def __repr__(self) -> str:
        plain = super().__repr__()
        short = Decimal(plain).normalize().to_eng_string().replace("E+", "e")
        return short if "e" in short and len(short) < len(plain) else plain


def name(text: str) -> ast.Name:
    """Return the name of a variable or function. Raise ValueError unless `text` is an identifier."""
    return ast.Name(_identifier(text))


def literal(value: Any) -> ast.expr:
    """Return the expression of a plain value: str, number, bool, None, or a list, tuple or mapping of them. Expressions
    are returned unchanged. Raise TypeError for any other value."""
    if isinstance(value, ast.expr):
        return value
    if isinstance(value, Mapping):
        return ast.Dict([literal(key) for key in value], [literal(each) for each in value.values()])
    if isinstance(value, list):
        return ast.List([literal(each) for each in value])
    if isinstance(value, tuple):
        return ast.Tuple([literal(each) for each in value])
    if isinstance(value, float):
        return ast.Constant(_Number(value)) if math.isfinite(value) else call("float", str(float(value)))
    if value is None or isinstance(value, str | int):
        return ast.Constant(value)
    raise TypeError(f"{type(value).__name__} cannot be written as a literal.")


def call(function: str, *positional: Any, **named: Any) -> ast.Call:
    """Return a call of a function by name; arguments are plain values or expressions."""
    keywords = [ast.keyword(_identifier(key), literal(value)) for key, value in named.items()]
    return ast.Call(name(function), [literal(value) for value in positional], keywords)


def item(of: str, key: str) -> ast.Subscript:
    """Return `of[key]`."""
    return ast.Subscript(name(of), literal(key))


def assignment(target: str, value: Any) -> str:
    """Return the statement that assigns a plain value or an expression to a variable."""
    start = f"{_identifier(target)} = "
    return start + source(literal(value), len(start))


def source(node: ast.expr, used: int = 0, indent: str = "") -> str:
    """Return the source of an expression. What does not fit beside the `used` columns of its line is split, one line
    per argument or entry."""
    flat = ast.unparse(node)
    if used + len(flat) < _WIDTH:
        return flat
    inner = indent + _INDENT
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        opening = f"{ast.unparse(node.func)}("
        return f"{opening}{source(node.args[0], used + len(opening) + 1, indent)})"
    if isinstance(node, ast.Call):
        entries = [("", each) for each in node.args] + [(f"{each.arg}=", each.value) for each in node.keywords]
        opening, closing = f"{ast.unparse(node.func)}(", ")"
    elif isinstance(node, ast.Dict):
        keys = [ast.unparse(key) for key in node.keys if key is not None]
        entries = [(f"{key}: ", value) for key, value in zip(keys, node.values, strict=True)]
        opening, closing = "{", "}"
    elif isinstance(node, ast.List):
        entries, opening, closing = [("", each) for each in node.elts], "[", "]"
    else:
        return flat
    lines = (f"{inner}{start}{source(value, len(inner + start) + 1, inner)},\n" for start, value in entries)
    return f"{opening}\n{''.join(lines)}{indent}{closing}"


def spec_call(spec: Any) -> ast.Call:
    """Return the constructor call of a spec with its known figures and parts. Unknown ones are left out if that makes
    them unknown again."""
    kind = type(spec)
    figures = {each: _figure(kind, each, getattr(spec, each)) for each in columns(kind)}
    known = {each: value for each, value in figures.items() if value is not None}
    inside = {each: spec_call(getattr(spec, each)) for each in parts(kind) if not _is_default(kind, spec, each)}
    return call(kind.__name__, name=spec.name, **known, **inside)


def _figure(kind: type[Any], figure: str, value: Any) -> Any:
    """Return the value to write; None if the constructor's default is the same."""
    if is_table(kind, figure):
        rates = zip(Precision, np.asarray(value).tolist(), strict=True)
        return call("table", {precision.name.lower(): rate for precision, rate in rates if not math.isnan(rate)})
    value = float(value)
    return None if math.isnan(value) and math.isnan(columns(kind)[figure].default) else value


def _is_default(kind: type[Any], spec: Any, part: str) -> bool:
    """Return whether a part is the default one, with no known figures."""
    declared = next(each for each in dataclasses.fields(kind) if each.name == part)
    if declared.default_factory is dataclasses.MISSING:
        return False
    return ast.dump(spec_call(getattr(spec, part))) == ast.dump(spec_call(declared.default_factory()))


def spec_imports(specs: Iterable[Any]) -> str:
    """Return the import statement for the classes that `spec_call` of these specs uses; an empty string where there are
    none."""
    names = {each for spec in specs for each in _named(spec)}
    return f"from solvers.specs import {', '.join(sorted(names, key=lambda n: (n.islower(), n)))}" if names else ""


def _named(spec: Any) -> Iterator[str]:
    known = {kind.__name__ for kind in KINDS} | {"table"}
    called = (
        node.func.id
        for node in ast.walk(spec_call(spec))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )
    return (each for each in called if each in known)


def _identifier(text: str) -> str:
    if not text.isidentifier() or keyword.iskeyword(text):
        raise ValueError(f"{text[:40]!r} is not a Python identifier.")
    return text
