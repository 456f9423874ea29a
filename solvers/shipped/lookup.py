"""Looks up specs of the shipped rows by slug, name or alias. A file is read at the first lookup of its kind."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any, TypeVar

from solvers.errors import InputError
from solvers.specs import KINDS, parts

from .figures import figures, source_columns
from .names import identifier, nearest, unknown_row
from .reader import FILES, FOLDER, BadData, Line, lines

S = TypeVar("S")


def find(kind: type[S], name: str, field: str = "") -> S:
    """Return the spec of the row of a kind called `name`: its slug, its name ignoring case, an alias, or the slug as a
    Python name. Raise InputError on `field` (by default the kind's name) with the nearest names."""
    word, wanted = kind.__name__.lower(), name.strip().lower()
    slug = _slugs(word).get(wanted) or _slugs(word).get(identifier(wanted))
    if slug is None:
        titles = [(slug, line.text("name")) for slug, line in _rows(word).items()]
        near = nearest(wanted, [*titles, *((slug, alias) for alias, slug in _aliases(word))])
        raise InputError(field or word, unknown_row(kind, name.strip(), near))
    spec: S = _spec(word, slug)
    return spec


def names(kind: type[Any]) -> tuple[str, ...]:
    """Return the slugs of all rows of a kind, in the order of their files."""
    return tuple(_rows(kind.__name__.lower()))


def all_specs(kind: type[S]) -> dict[str, S]:
    """Return all specs of a kind by slug."""
    return {slug: _spec(kind.__name__.lower(), slug) for slug in names(kind)}


def named(name: str) -> Any:
    """Return the spec for a Python name, of any kind: `h100_sxm5_80gb`, `poland`, an alias. Raise KeyError with a
    sentence that names the nearest one."""
    if name not in _python_names():
        near = nearest(name, ((each, each) for each in _python_names()))
        raise KeyError(f"no shipped row is called {name}.{f' Did you mean {near[0]}?' if near else ''}")
    return _spec(*_python_names()[name])


def python_names() -> tuple[str, ...]:
    """Return all names that `named` accepts."""
    return tuple(_python_names())


# Cache keys are the word for a kind, such as `accelerator`, as in the alias table.
_KINDS = {kind.__name__.lower(): kind for kind in KINDS}


@cache
def _python_names() -> Mapping[str, tuple[str, str]]:
    """Return kind and slug by Python name. Where rows of two kinds share a slug, the kind that comes first in `KINDS`
    has it."""
    known: dict[str, tuple[str, str]] = {}
    for word in _KINDS:
        for slug in _rows(word):
            known.setdefault(identifier(slug), (word, slug))
    known |= {alias: (word, slug) for word in _KINDS for alias, slug in _aliases(word)}
    return {name: row for name, row in known.items() if name.isidentifier()}


@cache
def _slugs(word: str) -> Mapping[str, str]:
    """Return the slugs by all names; a slug takes precedence over a Python name, that over an alias, that over a
    title."""
    titles = {line.text("name").lower(): slug for slug, line in _rows(word).items()}
    own = {slug: slug for slug in _rows(word)}
    return titles | dict(_aliases(word)) | {identifier(slug): slug for slug in own} | own


def _aliases(word: str) -> Iterator[tuple[str, str]]:
    with (FOLDER / "aliases.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["kind"] == word:
                yield row["alias"], row["slug"]


@cache
def _rows(word: str) -> Mapping[str, Line]:
    return {line.text("slug"): line for line in lines(_KINDS[word])}


@cache
def _spec(word: str, slug: str) -> Any:
    kind = _KINDS[word]
    if slug not in _rows(word):
        raise BadData(f"{', '.join(FILES[kind])}: has no row '{slug}', at which another file points.")
    line = _rows(word)[slug]
    row = SimpleNamespace(
        **{column: line.number(column) for column in source_columns(kind)},
        tier=line.text("tier"),
        task=line.text("task"),
        interconnect=line.text("interconnect"),
    )
    known = {name: figure for name, figure in figures(kind, row).items() if figure is not None}
    inside = {
        name: _spec(part.__name__.lower(), line.text(name)) for name, part in parts(kind).items() if line.text(name)
    }
    return kind(name=line.text("name"), **known, **inside)
