"""Stage 2: looks up the names in a question. Returns specs, and the snapshots that a scenario saves.

With a warm cache this costs one small query per request, with a cold one another for each kind of row; a question
without names costs none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from solvers.calibration import NAMED, NamedCalibration
from solvers.declare import Question
from solvers.errors import InputError, InputErrors
from solvers.fields import Pick
from solvers.picks import with_changes, with_known_defaults
from solvers.read import ALSO, ParsedQuestion, read_value
from solvers.shipped.names import unknown_row
from solvers.spec_parts import with_parts

from .picker_options import PickerOptions
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
    "unknown_names",
]

Snapshot = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class ResolvedQuestion:
    """A question with its names looked up: the solver's inputs, the specs of its overlays, and the snapshots by input
    (overlays by `also.<name>`)."""

    point: Any
    also: tuple[Any, ...]
    snapshot: Snapshot


class _Named(NamedTuple):
    """A name to look up: the key of its snapshot, the field that an error belongs to, and the name."""

    key: str
    field: str
    kind: type[Any]
    name: str


def resolve(parsed: ParsedQuestion, kept: Snapshot | None = None) -> ResolvedQuestion:
    """The question with a spec for each name: the catalog's of today, or those a scenario `kept`. Raises
    InputErrors."""
    found: dict[str, CatalogEntry] = {}
    errors: list[InputError] = []
    for named in _named(parsed):
        try:
            found[named.key] = _found(named, kept or {})
        except InputError as error:
            errors.append(error)
    errors += _of_another_chip(parsed, found)
    if errors:
        raise InputErrors(errors)
    picked = {name: found[name].spec if name in found else value for name, value in parsed.values.items()}
    also = tuple(found[_overlay_key(name)].spec for name in parsed.also)
    specs = with_parts(parsed.question.inputs, picked, parsed.text)
    for name, io in parsed.question.inputs.items():
        if isinstance(io, Pick) and not io.optional and specs[name] is None:  # the row picked does not bring this part
            found[name] = _found(_Named(name, name, io.kind, io.default), kept or {})
            specs[name] = found[name].spec
    specs = with_changes(specs, parsed.changed)
    values = with_known_defaults(parsed.question, specs, parsed.text)
    point = parsed.question.inputs_type(**values)
    return ResolvedQuestion(point, also, {key: each.snapshot for key, each in found.items()})


def _of_another_chip(parsed: ParsedQuestion, found: Mapping[str, CatalogEntry]) -> Iterator[InputError]:
    """Yield an error where the constants of a calibration would be taken for another accelerator than its own."""
    named, picked = NamedCalibration.of(parsed.text), found.get("accelerator")
    if named is not None and picked is not None and picked.snapshot["slug"] != named.chip:
        sentence = f"is of {named.chip}, not of {picked.snapshot['slug']}. Leave it out with its constants."
        yield InputError(NAMED, sentence)


def unknown_names(question: Question[Any], text: Mapping[str, Any]) -> tuple[InputError, ...]:
    """Return an error for each name that the catalog does not have, of a question that need not be valid otherwise."""
    errors = []
    for name, io in question.inputs.items():
        try:
            value = read_value(question, name, text[name]) if isinstance(io, Pick) and text.get(name) else None
            if isinstance(value, str):
                find(io.kind, value, name)  # type: ignore[union-attr]
        except InputError as error:
            errors.append(error)
    return tuple(errors)


def _named(parsed: ParsedQuestion) -> Iterator[_Named]:
    inputs = parsed.question.inputs
    for name, value in parsed.values.items():
        if isinstance(io := inputs[name], Pick) and isinstance(value, str):
            yield _Named(name, name, io.kind, value)
    for name in parsed.also:
        yield _Named(_overlay_key(name), ALSO, inputs[parsed.question.overlay].kind, name)  # type: ignore[union-attr]


def _overlay_key(name: str) -> str:
    return f"{ALSO}.{name}"


def _found(named: _Named, kept: Snapshot) -> CatalogEntry:
    if named.key in kept:
        return CatalogEntry(spec_from_snapshot(kept[named.key]), kept[named.key])
    return find(named.kind, named.name, named.field)


def find(kind: type[Any], name: str, field: str) -> CatalogEntry:
    """Return the row of a kind of spec by slug or name, ignoring case. Raise InputError on `field`."""
    rows = catalog_table(kind)
    row = rows.find(name)
    if row is None:
        raise InputError(field, unknown_row(kind, name.strip(), rows.nearest(name)))
    return row


def find_all(wanted: Mapping[type[Any], Iterable[str]]) -> dict[type[Any], dict[str, CatalogEntry]]:
    """Look up several names of several kinds at once. Raise InputErrors with the kind as field."""
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
    """Return all rows a picker offers, for pages that evaluate the whole catalog."""
    rows = catalog_table(kind)
    return tuple(rows.of(row) for row in rows.offered)


def choices(kind: type[Any]) -> PickerOptions:
    """Return the options of a picker, in its order: slug, name, heading."""
    return catalog_table(kind).choices
