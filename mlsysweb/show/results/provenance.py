"""The figures of catalog rows that a result was computed from, each with its row and its source: from a number
of an equation back to its source."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from mlsysweb.show.catalog_paths import figure_path, row_path
from mlsysweb.show.origins import figure_origin, is_computed
from solvers.declare import Solver
from solvers.fields import Input
from solvers.formatting import LATEX_SLOT
from solvers.quantities import format_quantity
from solvers.read import ALSO
from solvers.result import Result, Value, Working
from solvers.shipped.figure_sources import FigureSource
from solvers.specs import KINDS, Precision, columns, is_table

from .page import FigureOrigin, Reference, RowSource

Row = Mapping[str, Any]  # the snapshot of a row

_KINDS = {kind.__name__.lower(): kind for kind in KINDS}
_SAME = 1e-12


@dataclass(frozen=True)
class _Known:
    """A known figure of a row: its name in the spec, the column that holds it, its value in SI, unit and label."""

    row: Row
    name: str
    column: str
    value: float
    unit: str
    display_unit: str
    label: str

    def equals(self, value: Value) -> bool:
        number = value.value
        return isinstance(number, float) and self.unit == value.unit and math.isclose(self.value, number, rel_tol=_SAME)


class _Named(NamedTuple):
    """A figure and the name under which its row was picked, or is a part of another."""

    pick: str
    figure: _Known


def figures_by_step(solver: Solver[Any, Any], result: Result) -> tuple[tuple[FigureOrigin, ...], ...]:
    """Return the figures of rows on the right side of each equation, in its order."""
    known = _all_named(result)
    return tuple(tuple(_origin(each) for each in _known_in(solver, result, step, known)) for step in result.working)


def figures_of_outputs(result: Result) -> dict[str, FigureOrigin]:
    """Return, by output, the figure of a row that it repeats under a name like its own. Outputs that an equation
    computes are left out."""
    known, computed = _all_named(result), {line.output for line in result.working}
    found = {}
    for name in result.outputs:
        figure = None if name in computed else _repeated(known, result, name, result.values[name])
        if figure is not None and (name in figure.name or figure.name in name):
            found[name] = _origin(figure)
    return found


def _all_named(result: Result) -> list[_Named]:
    """Return the figures of all rows of an answer, except of those only drawn beside them."""
    rows = [(name, row) for name, row in _rows(result.snapshot) if not name.startswith(f"{ALSO}.")]
    return [_Named(name, figure) for name, row in rows for figure in _figures(row)]


def row_sources(result: Result, shown: Iterable[FigureOrigin]) -> Iterator[RowSource]:
    """Yield the sources of the rows in an answer, those inside other rows included, with those of their figures that
    are `shown`."""
    used = {(figure.row, figure.label) for figure in shown}
    seen: set[tuple[Any, Any]] = set()
    for _, row in _rows(result.snapshot):
        if (row["kind"], row.get("slug")) not in seen:
            seen.add((row["kind"], row.get("slug")))
            figures = [each for each in _figures(row) if (row["name"], each.label) in used]
            yield _row_source(row, tuple(_origin(each) for each in figures))


def _row_source(row: Row, figures: tuple[FigureOrigin, ...]) -> RowSource:
    dated = f", {row['source_date']}" if row.get("source_date") else ""
    source = Reference(f"{row.get('source', '')}{dated}", row.get("source_url", ""))
    return RowSource(str(row["name"]), row_path(row), source, figures)


def _known_in(solver: Solver[Any, Any], result: Result, step: Working, known: Sequence[_Named]) -> Iterator[_Known]:
    """Yield the figures of rows that an equation reads: figures named as such, inputs that follow a row and were not
    typed, and outputs that no equation computes and that repeat a figure to its last digit."""
    computed = {line.output for line in result.working}
    for slot in dict.fromkeys(LATEX_SLOT.findall(step.latex.partition("=")[2])):
        value = result.values.get(slot)
        if value is None or slot in computed:
            continue
        declared = solver.inputs.get(slot)
        if "." in slot:
            found = _of_path(known, slot, value)
        elif isinstance(declared, Input):
            paths = () if slot in result.text else declared.default_from
            found = next((each for path in paths if (each := _of_path(known, path, value))), None)
        else:
            found = _repeated(known, result, slot, value)
        if found is not None:
            yield found


def _of_path(known: Sequence[_Named], path: str, value: Value) -> _Known | None:
    """Return the figure `accelerator.tdp` of the row picked, or of the part of that name in one; None where it is
    unknown or was changed in the question."""
    pick, _, name = path.partition(".")
    named = (each.figure for each in known if each.pick == pick and each.figure.name == name)
    return next((figure for figure in named if figure.equals(value)), None)


def _repeated(known: Sequence[_Named], result: Result, slot: str, value: Value) -> _Known | None:
    """Return the figure that an output repeats. Plain numbers and zeros are left out: many are equal by chance."""
    if value.unit in ("", "1") or not value.value:
        return None
    precision = result.values.get("precision")
    wanted = f"peak_{precision.value}" if precision else ""
    equal = [each.figure for each in known if each.figure.equals(value)]
    return min(equal, key=lambda figure: (figure.name != slot, figure.column != wanted), default=None)


def _rows(snapshot: Mapping[str, Row]) -> Iterator[tuple[str, Row]]:
    """Yield the rows of a snapshot by the name of their pick, then those inside them by that of their part."""
    yield from snapshot.items()
    for row in snapshot.values():
        yield from _rows(row.get("parts") or {})


def _figures(row: Row) -> Iterator[_Known]:
    """Yield the known figures of a row, rates by number format."""
    kind = _KINDS.get(str(row.get("kind")))
    declared = columns(kind) if kind else {}
    for name, value in row["figures"].items():
        if name not in declared or kind is None:
            continue
        io = declared[name]
        if not is_table(kind, name):
            if isinstance(value, int | float):
                yield _Known(row, name, name, float(value), io.unit, io.display_unit, io.label)
            continue
        for precision in Precision:
            form = precision.name.lower()
            if form in (value or {}):
                label = f"{io.label}, {precision.name}"
                yield _Known(row, name, f"{name}_{form}", float(value[form]), io.unit, io.display_unit, label)


def _origin(known: _Known) -> FigureOrigin:
    row, own = known.row, known.row.get("figure_sources") or {}
    said = FigureSource.from_dict(own.get(known.column, {}))
    standing = str(row.get("verified", "")), str(row.get("confidence", ""))
    return FigureOrigin(
        label=known.label,
        value=format_quantity(known.value, known.unit, known.display_unit),
        row=str(row["name"]),
        path=figure_path(row, known.column),
        origin=figure_origin(known.column, *standing, own, computed=is_computed(str(row["kind"]), known.column)),
        source=Reference(f"{said.source}{f', {said.date}' if said.date else ''}", said.url) if said.source else None,
        note=said.note,
    )
