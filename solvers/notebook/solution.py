"""The complete answer to one question at a Python prompt: verdict, notes, working and values, as the site's pages show
them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from solvers import rows
from solvers.declare import Solver
from solvers.errors import InputError, InputErrors
from solvers.formatting import fill_slots, format_value, latex_in_numbers, latex_in_symbols, latex_text
from solvers.plan import plan
from solvers.result import Result
from solvers.solve import solve as solved

from .call import question
from .table import TextTable, html_table, table_of


@dataclass(frozen=True)
class SolutionStep:
    """One equation of the working: LaTeX in symbols, its right side with numbers, and its value."""

    output: str
    label: str
    symbols: str
    numbers: str
    value: str

    def _repr_latex_(self) -> str:
        return f"$${self.symbols} = {self.numbers} = {latex_text(self.value)}$$"


@dataclass(frozen=True, repr=False)
class Solution:
    """The answer to one question; `result` is the same record that the site stores."""

    result: Result

    @property
    def verdict(self) -> str:
        """Return what limits, with its numbers: the verdict of the solver's page."""
        return fill_slots(self.result.verdict, self.result.values)

    @property
    def state(self) -> str:
        """Return what the verdict declares: `ok`, `missed`, `infeasible`, or what limits, such as `memory`."""
        return self.result.state

    @property
    def notes(self) -> tuple[str, ...]:
        """Return remarks on this answer."""
        return tuple(fill_slots(note, self.result.values) for note in self.result.notes)

    @property
    def working(self) -> tuple[SolutionStep, ...]:
        """Return the equations of this answer, in the order the solver declares them."""
        values = self.result.values
        return tuple(
            SolutionStep(
                step.output,
                values[step.output].label,
                latex_in_symbols(step.latex, values),
                latex_in_numbers(step.latex, values),
                format_value(values[step.output]),
            )
            for step in self.result.working
        )

    @property
    def values(self) -> Mapping[str, float | str | bool]:
        """Return every input and output by name: numbers in SI, names of choices and specs, bools."""
        return {name: value.value for name, value in self.result.values.items()}

    def __getitem__(self, name: str) -> float | str | bool:
        return self.result.values[name].value

    def table(self) -> TextTable:
        """Return the outputs as rows: name, label, formatted value, and SI unit."""
        found = {name: self.result.values[name] for name in self.result.outputs}
        return table_of(
            {
                "name": list(found),
                "label": [value.label for value in found.values()],
                "value": [format_value(value) for value in found.values()],
                "unit": ["" if value.unit == "1" else value.unit for value in found.values()],
            }
        )

    def __str__(self) -> str:
        return "\n".join([self.verdict, *self.notes])

    def __repr__(self) -> str:
        return f"<{self.result.solver}: {self.verdict}>"

    def _repr_html_(self) -> str:
        words = "".join(f"<p>{escape(sentence)}</p>" for sentence in (self.verdict, *self.notes))
        rows_ = [[self.result.values[n].label, format_value(self.result.values[n])] for n in self.result.outputs]
        return words + html_table("<tr><th></th><th></th></tr>", rows_)


def solve(solver: Solver[Any, Any], values: Mapping[str, Any]) -> Solution:
    """Return the solution of one question. Raise InputErrors, also where a value is a column."""
    inputs = question(solver, values)
    if rows.shape(inputs):
        columns = [f.name for f in dataclasses.fields(inputs) if _is_column(getattr(inputs, f.name))]
        raise InputErrors(
            InputError(n, f"is a column; solve answers one question. Call {solver.name}, or sweep it.") for n in columns
        )
    # Without charts only the point itself is computed.
    return Solution(solved(plan(solver.without_charts, inputs)))


def _is_column(value: Any) -> bool:
    return bool(rows.shape(value) if dataclasses.is_dataclass(value) else getattr(value, "shape", ()))
