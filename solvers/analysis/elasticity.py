"""Elasticities: d ln(output)/d ln(input) for every parameter of a question, in one vectorised call.

An elasticity of −1 means that one percent more of the input gives one percent less of the output. Central
differences in logarithms are exact for power laws. At the limit of a parameter's range the difference is one-sided;
whole numbers change by whole steps. At a breakpoint the slopes below and above differ, and both are given;
`breakpoints` finds those further away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.declare import Solver
from solvers.rows import shape, take_rows

from .parameters import Parameter, Scaled, get_value, question_parameters, with_values

Floats = NDArray[np.float64]
Numbers = NDArray[np.int_]
# Selects an output from a wall's outputs, given the question that each of their rows belongs to.
OutputReader = Callable[[Any, Numbers], Any]

STEP = 0.01


@dataclass(frozen=True)
class Slopes:
    """Elasticities with one row per parameter and one column per question: central, below and above the point. NaN
    where the parameter is unknown or zero."""

    central: Floats
    below: Floats
    above: Floats


@dataclass(frozen=True)
class QuestionBatch:
    """Questions of one wall, any of which can be evaluated again with one parameter scaled. `settings` holds the
    value of each parameter (row) in each question (column): 1 for a table, NaN where it cannot be scaled because it
    is zero or unknown."""

    solver: Solver[Any, Any]
    inputs: Any
    parameters: Sequence[Parameter]
    settings: Floats

    @classmethod
    def of(cls, solver: Solver[Any, Any], inputs: Any) -> QuestionBatch:
        """Return the batch of `inputs`, scalars or columns, with every parameter that can be scaled in any of them."""
        every = question_parameters(solver, inputs)
        columns = [_setting(inputs, parameter) for parameter in every]
        known = [k for k, column in enumerate(columns) if np.any(np.isfinite(column))]
        settings = np.stack(np.broadcast_arrays(*(columns[k] for k in known), np.empty(shape(inputs) or 1))[:-1])
        return cls(solver, inputs, [every[k] for k in known], settings)

    def ask(self, row: Numbers, parameter: Numbers, factor: Floats) -> Any:
        """The outputs of the wall for the questions `row`, in each of which the `parameter`-th one is scaled by
        `factor`."""
        repeated = take_rows(self.inputs, row)
        turned_here = {int(k): self.parameters[k] for k in np.unique(parameter)}
        turns = {each.name: _turn(repeated, each, parameter == k, factor) for k, each in turned_here.items()}
        with np.errstate(all="ignore"):
            return self.solver.function(with_values(repeated, turns))


def slopes(questions: QuestionBatch, read: OutputReader, step: float | Floats = STEP) -> Slopes:
    """The elasticities of the output that `read` selects from the wall's outputs."""
    down, up = _ends(questions.parameters, questions.settings, step)
    number, count = questions.settings.shape
    parameter, row = (index.ravel() for index in np.indices((number, count)))
    # The point itself is asked last, as the turn of a parameter by 1.
    factors = np.concatenate((down.ravel(), up.ravel(), np.ones(count)))
    points = np.arange(count)
    every = np.concatenate((row, row, points))
    asked = questions.ask(every, np.concatenate((parameter, parameter, 0 * points)), factors)
    found = np.broadcast_to(np.asarray(read(asked, every), dtype=float), factors.shape)
    below, above = found[: 2 * number * count].reshape(2, number, count)
    here = np.broadcast_to(found[2 * number * count :], (number, count))
    return Slopes(
        central=log_slope(below, above, np.log(up) - np.log(down)),
        below=log_slope(below, here, -np.log(down)),
        above=log_slope(here, above, np.log(up)),
    )


def log_slope(before: Floats, after: Floats, width: Floats) -> Floats:
    """Return the change of ln(output) from `before` to `after` per `width` in ln(input); NaN for a width of 0 and where
    the output is zero or changes its sign."""
    with np.errstate(all="ignore"):
        change = np.log(np.abs(after)) - np.log(np.abs(before))
        change = np.where((before * after > 0) & np.isfinite(change), change, np.nan)
        return np.where(np.isfinite(before) & (before == after), 0.0, change) / np.where(width == 0, np.nan, width)


def _ends(parameters: Sequence[Parameter], settings: Floats, step: float | Floats) -> tuple[Floats, Floats]:
    """The factors that turn each parameter one step down and up, within what it may be set to; 1 where it can't be."""
    size = settings * step
    size = np.where(integer_mask(parameters)[:, None], np.maximum(np.round(size), 1), size)
    low, high = bounds(parameters)
    with np.errstate(invalid="ignore"):
        down, up = np.maximum(settings - size, low[:, None]), np.minimum(settings + size, high[:, None])
        return np.nan_to_num(down / settings, nan=1.0), np.nan_to_num(up / settings, nan=1.0)


def integer_mask(parameters: Sequence[Parameter]) -> NDArray[np.bool_]:
    """Which parameters are whole numbers."""
    return np.array([parameter.declared.integer for parameter in parameters])


def bounds(parameters: Sequence[Parameter]) -> tuple[Floats, Floats]:
    """The smallest and the largest value each parameter may have."""
    declared = [parameter.declared for parameter in parameters]
    low = np.array([np.nextafter(io.low, np.inf) if io.exclusive_min else io.low for io in declared])
    return low, np.array([io.high for io in declared])


def _setting(inputs: Any, parameter: Parameter) -> Floats:
    value = np.asarray(get_value(inputs, parameter.name), dtype=float)
    if parameter.table:
        return np.where(np.isnan(value).all(axis=-1), np.nan, 1.0)
    return np.where(np.isfinite(value) & (value > 0), value, np.nan)


def _turn(inputs: Any, parameter: Parameter, here: NDArray[np.bool_], factor: Floats) -> Any:
    turn = np.where(here, factor, 1.0)
    return np.round(get_value(inputs, parameter.name) * turn) if parameter.declared.integer else Scaled(turn)
