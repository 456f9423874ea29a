"""The figures of catalog rows that a result was computed from, each with its row and its source: from a number
of an equation back to its source."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
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


class _Known(NamedTuple):
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
    """A figure, and where its row is: `accelerator` where it was picked, `node.accelerator` as a part of another."""

    place: str
    figure: _Known


class _Itself:
    """The key of a cache that stands for one object and for no equal one. The cache keeps the object with it, so that
    no other can have its id. An edited row is another object: each version of the catalog is read again."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.value is other.value


class UsedFigures:
    """The figures of catalog rows in a result: those of its equations, inputs and outputs, and their sources."""

    def __init__(self, solver: Solver[Any, Any], result: Result) -> None:
        self.solver, self.result = solver, result
        self.computed = {line.output for line in result.working}
        self.rows = [(place, row, _figures(_Itself(row))) for place, row in _rows(result.snapshot)]
        # Rows that are only drawn beside those of the answer are none of its inputs.
        picked = ((place, figures) for place, _, figures in self.rows if not place.startswith(f"{ALSO}."))
        self.known = [_Named(place, figure) for place, figures in picked for figure in figures]
        self.by_unit: dict[str, list[_Known]] = {}
        for each in self.known:
            self.by_unit.setdefault(each.figure.unit, []).append(each.figure)
        followed = ((name, self._followed(name)) for name in result.inputs)
        self.followed = {name: figure for name, figure in followed if figure is not None}

    def of_step(self, step: Working) -> tuple[FigureOrigin, ...]:
        """Return the figures on the right side of an equation, in its order: those named there, inputs that follow a
        row, and outputs that no equation computes and that repeat a figure to its last digit."""
        found = (
            self._of_slot(slot)
            for slot in _slots(step.latex)
            if slot in self.result.values and slot not in self.computed
        )
        return tuple(_origin(figure) for figure in found if figure is not None)

    def of_output(self, name: str) -> FigureOrigin | None:
        """Return the figure that an output repeats under a name like its own; None for one that an equation
        computes."""
        figure = None if name in self.computed else self._repeated(name)
        related = figure is not None and (name in figure.name or figure.name in name)
        return _origin(figure) if figure is not None and related else None

    def sources(self, shown: Iterable[FigureOrigin]) -> Iterator[RowSource]:
        """Yield the sources of the rows, those inside other rows included, with those of their figures that are `shown`
        or that inputs follow."""
        used = {(figure.row, figure.label) for figure in shown}
        used |= {(figure.row["name"], figure.label) for figure in self.followed.values()}
        seen: set[tuple[Any, Any]] = set()
        for _, row, known in self.rows:
            if (row["kind"], row.get("slug")) not in seen:
                seen.add((row["kind"], row.get("slug")))
                figures = [each for each in known if (row["name"], each.label) in used]
                yield _row_source(row, tuple(_origin(each) for each in figures))

    def _of_slot(self, slot: str) -> _Known | None:
        if "." in slot:
            return self._of_path(slot, self.result.values[slot])
        return self.followed.get(slot) if slot in self.result.inputs else self._repeated(slot)

    def _followed(self, name: str) -> _Known | None:
        """Return the figure of a row that an input is unless it is typed; None where it was typed, or has its default
        for want of a row."""
        declared = self.solver.inputs.get(name)
        if not isinstance(declared, Input) or name in self.result.text:
            return None
        value = self.result.values[name]
        return next((each for path in declared.default_from if (each := self._of_path(path, value))), None)

    def _of_path(self, path: str, value: Value) -> _Known | None:
        """Return the figure `accelerator.tdp` of the row picked, or of the part of that name in one; None where it is
        unknown or was changed in the question."""
        row, _, name = path.rpartition(".")
        named = (each for each in self.known if each.figure.name == name and f".{each.place}".endswith(f".{row}"))
        return next((each.figure for each in named if each.figure.equals(value)), None)

    def _repeated(self, slot: str) -> _Known | None:
        """Return the figure that an output repeats: the one of its name, or that an input follows, or the only one.
        Plain numbers and zeros are left out, because many are equal by chance."""
        value, precision = self.result.values[slot], self.result.values.get("precision")
        if value.unit in ("", "1") or not value.value:
            return None
        equal = [figure for figure in self.by_unit.get(value.unit, ()) if figure.equals(value)]
        sure = [figure for figure in equal if figure.name == slot or figure in self.followed.values()] or equal
        if len({(figure.row["name"], figure.name) for figure in sure}) > 1:
            return None
        wanted = f"peak_{precision.value}" if precision else ""
        return min(sure, key=lambda figure: figure.column != wanted, default=None)


@lru_cache(1024)
def _slots(latex: str) -> tuple[str, ...]:
    """Return the slots on the right side of an equation."""
    return tuple(dict.fromkeys(LATEX_SLOT.findall(latex.partition("=")[2])))


def _row_source(row: Row, figures: tuple[FigureOrigin, ...]) -> RowSource:
    dated = f", {row['source_date']}" if row.get("source_date") else ""
    source = Reference(f"{row.get('source', '')}{dated}", row.get("source_url", ""))
    return RowSource(str(row["name"]), row_path(row), source, figures)


def _rows(snapshot: Mapping[str, Row], inside: str = "") -> Iterator[tuple[str, Row]]:
    """Yield the rows of a snapshot by where they are, then those inside them."""
    for name, row in snapshot.items():
        yield f"{inside}{name}", row
    for name, row in snapshot.items():
        yield from _rows(row.get("parts") or {}, f"{inside}{name}.")


@lru_cache(1024)
def _figures(itself: _Itself) -> tuple[_Known, ...]:
    """Return the known figures of a row, rates by number format."""
    return tuple(_known_figures(itself.value))


def _known_figures(row: Row) -> Iterator[_Known]:
    kind = _KINDS.get(str(row.get("kind")))
    declared = columns(kind) if kind else {}
    for name, value in row["figures"].items():
        if name not in declared or kind is None:
            continue
        io = declared[name]
        if not is_table(kind, name):
            if isinstance(value, int | float):
                shown = "GiB" if name == "memory_capacity" else io.display_unit
                yield _Known(row, name, name, float(value), io.unit, shown, io.label)
            continue
        for precision in Precision:
            form = precision.name.lower()
            if form in (value or {}):
                label = f"{io.label}, {precision.name}"
                yield _Known(row, name, f"{name}_{form}", float(value[form]), io.unit, io.display_unit, label)


def _origin(known: _Known) -> FigureOrigin:
    return _origin_of(_Itself(known))


@lru_cache(4096)
def _origin_of(itself: _Itself) -> FigureOrigin:
    known: _Known = itself.value
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
