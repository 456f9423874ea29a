"""The columns of a design space's table: the axes, then every metric that a goal uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from solvers.analysis.parameters import parameters_of
from solvers.fields import Choice, Input, Output, Pick
from solvers.pipeline.chain import Pipeline
from solvers.quantities import format_quantity, to_input_text
from solvers.result import Value
from solvers.search.explore import Search
from solvers.specs import Grid

# The rows of a catalog table as (slug, name, heading), by the kind of spec they describe.
Choices = Callable[[type[Any]], list[tuple[str, str, str]]]


@dataclass(frozen=True)
class ResultColumn:
    """A column. `key` names it in links. `terms` are the metrics of a sum with their weights, empty for an axis. `sign`
    is 1 to minimize, -1 to maximize, 0 otherwise. `names` are the display names of its values: of slugs and choices."""

    key: str
    label: str
    unit: str
    display_unit: str
    numeric: bool
    terms: tuple[tuple[str, float], ...] = ()
    sign: float = 0
    names: Mapping[str, str] = field(default_factory=dict)

    def read(self, candidate: Any) -> Any:
        """Return a candidate's cell: a number in SI, a name or a bool."""
        if not self.terms:
            return candidate.places[self.key]
        if self.numeric:
            return sum(weight * candidate.values[name] for name, weight in self.terms)
        return candidate.values[self.terms[0][0]]

    def words(self, cell: Any) -> str:
        """Return a cell as a page shows it: catalog rows by name."""
        return self.names.get(cell) or self.typed(cell)

    def typed(self, cell: Any) -> str:
        """Return a cell as a person types it: catalog rows by slug."""
        if isinstance(cell, bool):
            return "yes" if cell else "no"
        return (
            format_quantity(cell, self.unit, self.display_unit)
            if isinstance(cell, float | int)
            else self.names.get(str(cell), str(cell).replace("_", " "))
        )

    def value(self, cell: Any = 0.0) -> Value:
        return Value(cell, self.unit, self.display_unit, self.label)


def columns(search: Search, choices: Choices) -> tuple[ResultColumn, ...]:
    """Return the axes with more than one value, the objectives, and the metrics of constraints that are not
    objectives. `choices` has the display names of catalog rows."""
    axes = [_axis(search.pipeline, axis, choices) for axis in search.space.axes]
    goals = [*_objectives(search)]
    said = {term for column in goals for term, _ in column.terms}
    found = {column.key: column for column in _constraints(search) if column.key not in said}
    return (*axes, *goals, *found.values())


def _axis(steps: Pipeline, axis: Any, choices: Choices) -> ResultColumn:
    numeric = not isinstance(axis.labels[0], str)
    declared = declaration_of(steps, axis.name)
    label = declared.label if declared else axis.name.capitalize()
    if not numeric or not isinstance(declared, Input):
        of_grids = {slug: name for slug, name, _ in choices(Grid)} if axis.name == "grid" else {}
        return ResultColumn(axis.name, label, "1", "1", numeric, names=of_grids or names_of(declared, choices))
    return ResultColumn(axis.name, label, declared.unit, declared.display_unit, True)


def names_of(declared: Any, choices: Choices) -> dict[str, str]:
    """Return the display names of the values of a pick or a choice by their slug or name; none for a number."""
    if isinstance(declared, Pick):
        return {slug: name for slug, name, _ in choices(declared.kind)}
    if isinstance(declared, Choice):
        return {name: declared.labels.get(name, name.replace("_", " ")) for name in declared.names}
    return {}


def declaration_of(steps: Pipeline, name: str) -> Any:
    """Return the declaration of an input or of a figure of a pick; None for any other name, such as `grid`."""
    stage, _, own = name.partition(".")
    for each in steps.stages:
        if each.name == stage:
            return each.inputs.get(own) or (parameters_of(each)[own].declared if own in parameters_of(each) else None)
    for each in steps.stages:
        if name in each.inputs:
            return each.inputs[name]
        if name in parameters_of(each):
            return parameters_of(each)[name].declared
    return None


def _objectives(search: Search) -> Iterator[ResultColumn]:
    for objective in search.objectives:
        first = objective.terms[0][0]
        terms = tuple((f"{m.stage}.{m.name}", weight) for m, weight in objective.terms)
        label = " + ".join(m.declared.label for m, _ in objective.terms)
        io = first.declared
        assert isinstance(io, Input | Output)  # goals parse to these kinds only
        yield ResultColumn(
            "+".join(name for name, _ in terms), label, io.unit, io.display_unit, True, terms, objective.sign
        )


def _constraints(search: Search) -> Iterator[ResultColumn]:
    for constraint in search.constraints:
        metric, name = constraint.metric, f"{constraint.metric.stage}.{constraint.metric.name}"
        io = metric.declared
        if isinstance(io, Input | Output):
            yield ResultColumn(name, io.label, io.unit, io.display_unit, True, ((name, 1.0),))
        else:
            yield ResultColumn(name, io.label, "", "", False, ((name, 1.0),))


def settings(steps: Pipeline, given: Mapping[str, str], inputs: Mapping[str, Any]) -> dict[str, str]:
    """Return a configuration as form text: the values shared by all and those it sets itself. An unknown figure is left
    to its default."""
    text = dict(given)
    for name, value in inputs.items():
        if isinstance(value, str):
            text[name] = value
        elif value == value:
            io = declaration_of(steps, name)
            text[name] = to_input_text(float(value), io.unit, io.display_unit)
    return text
