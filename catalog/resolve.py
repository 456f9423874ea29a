"""Stage 2: the names a question picks become specs, and the snapshot a scenario keeps of them.

A warm request costs one tiny query, a cold one another for each kind it picks from, one that names nothing none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from solvers.errors import InputError, InputErrors
from solvers.fields import Pick
from solvers.picks import with_changes, with_known_defaults
from solvers.read import ALSO, ParsedQuestion
from solvers.shipped.names import unknown_row
from solvers.spec_parts import with_parts

from .snapshot import spec_from_snapshot
from .table_cache import CatalogEntry, catalog_table

__all__ = [
    "CatalogEntry",
    "ResolvedQuestion",
    "choices",
    "find",
    "find_all",
    "offered",
    "resolve",
    "spec_from_snapshot",
]

Kept = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class ResolvedQuestion:
    """A question with its names looked up: the wall's inputs, the specs drawn beside them, and the snapshots by
    input (overlays by `also.<name>`)."""

    point: Any
    also: tuple[Any, ...]
    snapshot: Kept


class _Named(NamedTuple):
    """Something the question picks by name: where its snapshot is kept, the field an error belongs to, the name."""

    key: str
    field: str
    kind: type[Any]
    name: str


def resolve(asked: ParsedQuestion, kept: Kept | None = None) -> ResolvedQuestion:
    """The question with a spec for each name: the catalog's of today, or those a scenario `kept`. Raises
    InputErrors."""
    found: dict[str, CatalogEntry] = {}
    errors: list[InputError] = []
    for named in _named(asked):
        try:
            found[named.key] = _found(named, kept or {})
        except InputError as error:
            errors.append(error)
    if errors:
        raise InputErrors(errors)
    picked = {name: found[name].spec if name in found else value for name, value in asked.values.items()}
    also = tuple(found[_overlay_key(name)].spec for name in asked.also)
    specs = with_changes(with_parts(asked.question.inputs, picked, asked.text), asked.changed)
    values = with_known_defaults(asked.question, specs, asked.text)
    point = asked.question.inputs_type(**values)
    return ResolvedQuestion(point, also, {key: each.snapshot for key, each in found.items()})


def _named(asked: ParsedQuestion) -> Iterator[_Named]:
    inputs = asked.question.inputs
    for name, value in asked.values.items():
        if isinstance(io := inputs[name], Pick) and isinstance(value, str):
            yield _Named(name, name, io.kind, value)
    for name in asked.also:
        yield _Named(_overlay_key(name), ALSO, inputs[asked.question.overlay].kind, name)  # type: ignore[union-attr]


def _overlay_key(name: str) -> str:
    return f"{ALSO}.{name}"


def _found(named: _Named, kept: Kept) -> CatalogEntry:
    if named.key in kept:
        return CatalogEntry(spec_from_snapshot(kept[named.key]), kept[named.key])
    return find(named.kind, named.name, named.field)


def find(kind: type[Any], name: str, field: str) -> CatalogEntry:
    """The row of a kind of spec by slug or name, in any case of letters. Raises InputError on `field`."""
    rows = catalog_table(kind)
    found = rows.find(name)
    if found is None:
        raise InputError(field, unknown_row(kind, name.strip(), rows.nearest(name)))
    return found


def find_all(wanted: Mapping[type[Any], Iterable[str]]) -> dict[type[Any], dict[str, CatalogEntry]]:
    """Several names of several kinds at once. Raises InputErrors with the kind as field."""
    found: dict[type[Any], dict[str, CatalogEntry]] = {kind: {} for kind in wanted}
    errors = []
    for kind, name in ((kind, name) for kind, names in wanted.items() for name in names):
        try:
            found[kind][name] = find(kind, name, kind.__name__.lower())
        except InputError as error:
            errors.append(error)
    if errors:
        raise InputErrors(errors)
    return found


def offered(kind: type[Any]) -> tuple[CatalogEntry, ...]:
    """All rows a picker offers, for questions asked of the whole catalog."""
    rows = catalog_table(kind)
    return tuple(rows.of(row) for row in rows.offered)


def choices(kind: type[Any]) -> list[tuple[str, str, str]]:
    """What a picker offers: slug, name and the heading it stands under, in order."""
    return catalog_table(kind).choices
