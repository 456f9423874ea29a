"""The parameters of a question: every number it depends on, by name, in its inputs and in the rows it picked.

`batch_size` is an input, `accelerator.memory_bandwidth` a figure of the picked accelerator, `fleet.node.price` one
of a spec inside a spec. A table with one entry per number format (`accelerator.peak`) is one parameter, scaled as a
whole.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from types import MappingProxyType
from typing import Any

import numpy as np

from solvers.declare import Array, Solver
from solvers.fields import Input, Pick
from solvers.specs import Accelerator, Fabric, Fleet, Model, Node, Storage, columns, is_table, parts

_MACHINES = (Accelerator, Node, Fabric, Fleet, Storage)


@dataclass(frozen=True)
class Parameter:
    """One number of a question. `table`: it has an entry per number format. `hardware`: it is a property of the
    machine rather than chosen in software. `architecture`: it is a count or width of a model's layers."""

    name: str
    declared: Input
    table: bool
    hardware: bool
    architecture: bool = False

    @property
    def label(self) -> str:
        """Return the label of its declaration."""
        return self.declared.label


@dataclass(frozen=True)
class Scaled:
    """A factor on the value of a parameter; the only way to change a table."""

    factor: Array


@cache
def parameters_of(solver: Solver[Any, Any]) -> Mapping[str, Parameter]:
    """All parameters of a solver by name."""
    return MappingProxyType(
        {parameter.name: parameter for name, io in solver.inputs.items() for parameter in _of(name, io)}
    )


def question_parameters(solver: Solver[Any, Any], inputs: Any) -> list[Parameter]:
    """Return the parameters of a question that can be a little larger or smaller. Rows it did not pick have none, and
    no model has one percent more heads or a part of a matrix."""
    left_out = {name for name, io in solver.inputs.items() if isinstance(io, Pick) and getattr(inputs, name) is None}
    return [
        parameter
        for name, parameter in parameters_of(solver).items()
        if name.partition(".")[0] not in left_out and not parameter.architecture
    ]


def chip_figures(solver: Solver[Any, Any]) -> tuple[Parameter, ...]:
    """Return the figures of the picked accelerator that an inverse question may ask for: bandwidth and capacity of its
    memory where a model runs on it, its peak where the solver has that as an output, its prices where it computes a
    cost."""
    kind = getattr(solver.inputs.get("accelerator"), "kind", None)
    if kind is not Accelerator:
        return ()
    costs = any(getattr(io, "unit", "") == "USD" for io in solver.outputs.values())
    wanted = {
        "memory_bandwidth": "model" in solver.inputs,
        "memory_capacity": "model" in solver.inputs,
        "peak": "peak" in solver.outputs,
        "unit_price": costs,
        "cloud_price": costs,
    }
    return tuple(parameters_of(solver)[f"accelerator.{figure}"] for figure, offered in wanted.items() if offered)


def _of(name: str, io: Any) -> Iterator[Parameter]:
    if isinstance(io, Input):
        yield Parameter(name, io, table=False, hardware=_is_bought(name, io))
    if isinstance(io, Pick):
        yield from _figures(name, io.kind)


def _figures(path: str, kind: type[Any]) -> Iterator[Parameter]:
    for name, io in columns(kind).items():
        counted = kind is Model and io.unit == io.display_unit == "1"
        yield Parameter(f"{path}.{name}", io, is_table(kind, name), kind in _MACHINES, counted)
    for name, inner in parts(kind).items():
        yield from _figures(f"{path}.{name}", inner)


def _is_bought(name: str, io: Input) -> bool:
    """Return whether an input is a figure of a machine: it has the name of one, or is the speed of a link or a disk."""
    figure = columns(Accelerator).get(name)
    return (figure is not None and figure.unit == io.unit) or name.endswith("bandwidth")


def get_value(inputs: Any, name: str) -> Any:
    """Return the value of the parameter `name` in `inputs`: a number, a column, or a table."""
    return reduce(getattr, name.split("."), inputs)


def with_values(record: Any, settings: Mapping[str, Any]) -> Any:
    """Return the question with parameters, choices and picks replaced: by numbers, by columns, or `Scaled`. Picks are
    replaced before their figures, so that both may be given."""
    heads: dict[str, dict[str, Any]] = {}
    for name, value in settings.items():
        head, _, rest = name.partition(".")
        heads.setdefault(head, {})[rest] = value
    return dataclasses.replace(record, **{head: _set(record, head, values) for head, values in heads.items()})


def _set(record: Any, name: str, values: dict[str, Any]) -> Any:
    inner = {rest: value for rest, value in values.items() if rest}
    value = values.get("", getattr(record, name))
    if isinstance(value, Scaled):
        factor = np.asarray(value.factor)
        value = getattr(record, name) * (factor[..., None] if is_table(type(record), name) else factor)
    return with_values(value, inner) if inner else value
