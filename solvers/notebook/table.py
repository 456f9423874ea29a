"""Tables with units: the results of sweeps, searches and solutions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.declare import closest_name
from solvers.errors import InputError
from solvers.fields import Input, Output
from solvers.formatting import format_value, member_words
from solvers.numerals import format_number
from solvers.result import Value

_SHOWN = 20


@dataclass(frozen=True, repr=False)
class TextTable:
    """Columns by name, all of one length: numbers in SI, names and bools. `declared` has the declaration of a
    column (unit, label); `left_out` lists the rows left out, with the reason. `shown` are the columns that are printed;
    all of them where it is empty.

    >>> from solvers.notebook.table import table_of
    >>> table = table_of({"batch_size": [1, 8], "bottleneck": ["memory", "compute"]})
    >>> len(table), table["bottleneck"].tolist(), table.rows()[0]
    (2, ['memory', 'compute'], {'batch_size': 1, 'bottleneck': 'memory'})
    """

    columns: Mapping[str, NDArray[Any]]
    declared: Mapping[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a column, in SI. Raise InputError with the nearest name."""
        if name not in self.columns:
            near = closest_name(name, self.columns)
            raise InputError(name[:60], f"is no column.{f' Did you mean {near}?' if near else ''}")
        return self.columns[name]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows())

    @property
    def units(self) -> dict[str, str]:
        """Return the SI unit of each column of numbers; an empty string where it has none."""
        return {name: _unit(self.declared.get(name)) for name in self.columns}

    def rows(self) -> list[dict[str, Any]]:
        """Return each row as a record: float, str and bool."""
        lists = [column.tolist() for column in self.columns.values()]
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*lists, strict=True)]

    def to_dict(self) -> dict[str, list[Any]]:
        """Return each column as a list."""
        return {name: column.tolist() for name, column in self.columns.items()}

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame. Raise ImportError where pandas is not installed."""
        return import_module("pandas").DataFrame(dict(self.columns))

    def select(self, *names: str) -> TextTable:
        """Return the named columns, in that order. Raise InputError."""
        return TextTable({name: self[name] for name in names}, self.declared, self.left_out)

    def sorted(self, by: str, *, descending: bool = False) -> TextTable:
        """Return the rows in the order of a column, which is printed; unknown ones (NaN) last. Raise InputError."""
        keys, ordered = self[by], self
        if self.shown and by not in self.shown:
            ordered = replace(self, shown=(*self.shown, by))
        if keys.dtype.kind == "U":
            keys = np.unique(keys, return_inverse=True)[1]
        keys = keys.astype(float)
        return ordered.take(np.argsort(-keys if descending else keys, kind="stable"))

    def take(self, chosen: Sequence[int] | NDArray[Any]) -> TextTable:
        """Return the rows with the given indexes, or where a boolean mask is true."""
        index = np.asarray(chosen)
        return replace(self, columns={name: column[index] for name, column in self.columns.items()})

    def texts(self, limit: int | None = None) -> list[list[str]]:
        """Return the rows of the printed columns as formatted text: `4.8 ms`, `memory`, `yes`."""
        columns = [
            [format_cell(self.declared.get(name), value) for value in self.columns[name][:limit].tolist()]
            for name in self._printed
        ]
        return [list(row) for row in zip(*columns, strict=True)]

    @property
    def _printed(self) -> list[str]:
        return list(self.shown or self.columns)

    def __str__(self) -> str:
        """Return all rows, aligned under the names of the columns."""
        return "\n".join([_aligned([self._printed, *self.texts()]), *self._hidden()])

    def __repr__(self) -> str:
        cut = _aligned([self._printed, *self.texts(_SHOWN)])
        return "\n".join([cut, *self._rest()])

    def _hidden(self) -> Iterator[str]:
        hidden = len(self.columns) - len(self._printed)
        if hidden:
            yield f"… columns not printed: {hidden:,}; list(table.columns) names all, table.select(…) prints any"

    def _rest(self) -> Iterator[str]:
        yield from self._hidden()
        if len(self) > _SHOWN:
            yield f"… {len(self) - _SHOWN:,} rows more"
        if self.left_out:
            yield f"{len(self.left_out):,} left out, the first: {self.left_out[0]}"

    def _repr_html_(self) -> str:
        heads = "".join(f"<th>{escape(name)}</th>" for name in self._printed)
        return html_table(f"<tr>{heads}</tr>", self.texts(_SHOWN)) + "".join(
            f"<p>{escape(w)}</p>" for w in self._rest()
        )


def table_of(columns: Mapping[str, Sequence[Any]], declared: Mapping[str, Any] | None = None) -> TextTable:
    """Return a table of columns that are lists."""
    return TextTable({name: np.asarray(column) for name, column in columns.items()}, declared or {})


def html_table(head: str, rows: Sequence[Sequence[str]]) -> str:
    """Return a plain table; `head` is a row of HTML, the cells are escaped text."""
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def format_cell(declared: Any, value: Any) -> str:
    """Return a value formatted by its declaration; a number without a declaration to three digits."""
    if isinstance(value, str):
        return value if declared is None else member_words(value)
    if isinstance(value, bool):
        return format_value(Value(value))
    if isinstance(declared, Input | Output):
        return format_value(Value(float(value), declared.unit, declared.display_unit, **_words(declared)))
    return format_number(value) if isinstance(value, int | float) and np.isfinite(value) else str(value)


def _words(declared: Input | Output) -> dict[str, str]:
    """Return the texts of a declaration for values that are infinite or unknown."""
    if isinstance(declared, Input):
        return {}
    return {"if_infinite": declared.if_infinite, "if_unknown": declared.if_unknown}


def _unit(declared: Any) -> str:
    unit = declared.unit if isinstance(declared, Input | Output) else ""
    return "" if unit == "1" else unit


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)
