"""An inverse question about one wall, such as how many devices train a model in 60 days: the design space of one input,
searched for the smallest change with which an output reaches a target."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from mlsysweb.explore.ask.question import DesignSpaceQuestion
from solvers.analysis.parameters import Parameter, chip_figures
from solvers.declare import Solver
from solvers.errors import InputError
from solvers.field_text import in_shown_unit
from solvers.fields import Input, Output
from solvers.quantities import to_input_text, to_si
from solvers.result import Result
from solvers.spec_parts import in_sentence

# The fields of the form, as a link has them beside the inputs of the wall.
OUTPUT, TARGET, VARIED = "solve.output", "solve.target", "solve.input"
# Units of outputs of which less is better: times, costs, emissions, energy, power, memory and work.
_LESS_IS_BETTER = frozenset(("s", "USD", "kg", "J", "W", "byte", "flop", "L"))
# A whole number of a wider range is searched in equal ratios.
_EACH, _STEPS = 1000, 4000
# A figure of the chip is searched from a hundredth of what it is to a hundred times that.
_WIDEST = 100

# The result of a wall for inputs as text. Raises InputErrors.
Answer = Callable[[Mapping[str, str]], Result]


def solve_for(
    wall: Solver[Any, Any], text: Mapping[str, str], asked: Mapping[str, str], answer: Answer
) -> DesignSpaceQuestion:
    """Return the design space of a wall in which the input named by `asked` varies and the other inputs are as in
    `text`. Raise InputError naming the field that is wrong, and InputErrors where the wall has no answer."""
    output, found = _output(wall, asked.get(OUTPUT, ""))
    varied = asked.get(VARIED, "")
    figure = next((each for each in chip_figures(wall) if each.name == varied), None)
    io = figure.declared if figure else _varied(wall, varied)
    target = _target(found, asked.get(TARGET, ""))
    others = {name: typed for name, typed in text.items() if name != varied}
    now = answer(text)
    low, high, steps = _figure_range(figure, now) if figure else _input_range(io)
    first, last = (answer({**others, varied: end}) for end in (low, high))
    if figure and _number(first, output) == _number(last, output):
        same = f"{in_sentence(found.label)} is the same at {low} and at {high}"
        raise InputError(VARIED, f"has no effect on it: {same}. Choose another input.")
    operator = _operator(found, _number(now, output), target)
    rises = _number(last, output) > _number(first, output)
    fewest = rises == (operator == ">=")
    return DesignSpaceQuestion(
        walls=(wall.name,),
        links=(),
        axes=(*_fixed(wall, others, now), (varied, f"{low} to {high}{steps}")),
        goals=(
            f"{'minimize' if fewest else 'maximize'}: {_counted(wall, figure, varied, first, last)}",
            f"{output} {operator} {_text(found, target)}",
        ),
    )


def _output(wall: Solver[Any, Any], name: str) -> tuple[str, Output]:
    declared = wall.outputs.get(name)
    if not isinstance(declared, Output):
        raise InputError(OUTPUT, f"is none of the results of {wall.title}; choose one from the list.")
    return name, declared


def _varied(wall: Solver[Any, Any], name: str) -> Input:
    declared = wall.inputs.get(name)
    if not isinstance(declared, Input):
        raise InputError(VARIED, f"is none of the inputs of {wall.title}; choose one from the list.")
    return declared


def _target(output: Output, typed: str) -> float:
    unit = output.display_unit or output.unit
    target = to_si(TARGET, in_shown_unit(typed.strip(), unit), output.unit)
    if not math.isfinite(target):
        raise InputError(TARGET, "has to be a finite number.")
    return target


def _input_range(io: Input) -> tuple[str, str, str]:
    """Return the range that is searched and its steps: that of the slider, from a value above 0 where it is
    logarithmic."""
    low, high = io.slider
    low = max(low, 1.0) if io.log and io.integer else low
    log = " log" if low > 0 and io.log else ""
    steps = "" if io.integer and high - low < _EACH else f" in {_STEPS}{log} steps"
    return _text(io, low), _text(io, high), steps


def _figure_range(figure: Parameter, now: Result) -> tuple[str, str, str]:
    """Return the range that is searched around a figure of the chip and its steps: values of a number, factors on a
    table. Raise InputError where the chip does not know it."""
    steps = f" in {_STEPS} log steps"
    if figure.table:
        return f"x{1 / _WIDEST:g}", f"x{_WIDEST}", steps
    chip = now.snapshot.get("accelerator", {})
    value = chip.get("figures", {}).get(figure.name.partition(".")[2])
    if not isinstance(value, int | float) or not 0 < value < math.inf:
        raise InputError(VARIED, f"is not known for {chip.get('name', 'this accelerator')}, so it cannot be varied.")
    low, high = (_text(figure.declared, value * factor) for factor in (1 / _WIDEST, _WIDEST))
    return low, high, steps


def _operator(output: Output, now: float, target: float) -> str:
    """Return whether the output is to be at most or at least the target: by its unit, or where both are wanted, as it
    has to change from now."""
    if output.unit in _LESS_IS_BETTER:
        return "<="
    if output.unit.endswith("/s"):
        return ">="
    return ">=" if now < target else "<="


def _counted(wall: Solver[Any, Any], figure: Parameter | None, varied: str, first: Result, last: Result) -> str:
    """Return what is to be small or large: the devices where the input decides how many there are, else the input; of
    the table of peaks the one that is used."""
    if figure and figure.table:
        return figure.name.partition(".")[2]
    devices = "devices" if isinstance(wall.outputs.get("devices"), Output) else ""
    if devices and _number(first, devices) < _number(last, devices):
        return devices
    return varied


def _fixed(wall: Solver[Any, Any], text: Mapping[str, str], now: Result) -> tuple[tuple[str, str], ...]:
    """Return the inputs that stay: numbers as they were read, so that a bare one keeps its unit."""
    fixed = []
    for name, typed in text.items():
        io = wall.inputs.get(name)
        value = _number(now, name) if isinstance(io, Input) else math.nan
        fixed.append((name, _text(io, value) if isinstance(io, Input) and math.isfinite(value) else typed))
    return tuple(fixed)


def _number(result: Result, name: str) -> float:
    value = result.values[name].value if name in result.values else math.nan
    return float(value) if isinstance(value, int | float) else math.nan


def _text(io: Input | Output, value: float) -> str:
    return to_input_text(value, io.unit, io.display_unit)
