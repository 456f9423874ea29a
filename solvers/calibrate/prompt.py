"""`calibrate(text)`: a fit of a chip's constants at a Python prompt."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from solvers.calibration import IDEAL
from solvers.declare import Solver
from solvers.errors import InputError, InputErrors
from solvers.fleet.parallelism import parallelism
from solvers.laws.language_pass import Timing
from solvers.node.serving import serving
from solvers.notebook.call import question, refuse
from solvers.quantities import format_quantity
from solvers.specs import Accelerator

from .fit import ConstantsFit, fit
from .fit_laws import MeasuredQuestion
from .table import MeasuredFigures, MeasuredTable, table_with_errors
from .table_columns import SERVING, TRAINING

# Returns the question of a wall for the text of a row. Raises InputErrors.
Resolve = Callable[[Solver[Any, Any], Mapping[str, str]], Any]
_WALLS: dict[str, Solver[Any, Any]] = {SERVING: serving, TRAINING: parallelism}
# A time below the least possible by more than this factor is not one of the accelerator, even if its peak in the
# catalog is too low; one above it by more than the second has another unit.
_TOO_FAST, _TOO_SLOW = 2.0, 2000.0
# Power above this multiple of the thermal design power is not that of one device.
_MOST_OF_TDP = 1.5


def calibrate(text: str) -> ConstantsFit:
    """Return the constants of a chip fitted to measured figures of serving and of training.

    `text` is CSV: a header and rows with accelerator, model and at least one of TTFT, ITL (or TPOT), power of one
    device, and training step time, with a unit in the header or in the cell. Precision, batch size, prompt length,
    output length, tensor parallel and concurrency are those of the serving wall and its defaults where left out. A
    training step needs the sequence length; its micro-batches and parallel sizes are 1 where left out. All rows are of
    one accelerator.

    The result has each constant with its 95 % interval, and predicted over measured before and after the fit. Raise
    InputErrors with every invalid cell, by row and column.

    >>> from solvers import calibrate
    >>> rows = [(1, 2048, "88 ms", "6.9 ms"), (8, 2048, "690 ms", "7.9 ms"), (32, 512, "680 ms", "8.4 ms")]
    >>> lines = [f"h100-sxm5-80gb,llama-3-8b,{b},{p},{ttft},{itl}" for b, p, ttft, itl in rows]
    >>> fit = calibrate("\\n".join(["accelerator,model,batch,prompt,TTFT,ITL", *lines]))
    >>> [each.constant.name for each in fit.fitted]
    ['measured_gemm_efficiency', 'measured_memory_efficiency', 'measured_kernel_time']
    """

    def resolve(wall: Solver[Any, Any], row: Mapping[str, str]) -> Any:
        point = question(wall, row)
        refuse(wall, point)
        return point

    return fit(measured_questions(table_with_errors(text), resolve))


def measured_questions(table: MeasuredTable, resolve: Resolve) -> tuple[MeasuredQuestion, ...]:
    """Return the measured figures of a table with their questions. Raise InputErrors with the table's own errors and
    every cell that a wall refuses, for a row of another accelerator than the first, for power that one device can't
    draw, and for times that no device of the accelerator can have."""
    found: list[MeasuredQuestion] = []
    asked: list[tuple[MeasuredFigures, Any]] = []
    errors: list[InputError] = list(table.errors)
    chip = None
    for row in table.rows:
        try:
            point = resolve(_WALLS[row.wall], row.text)
        except InputErrors as bad:
            errors += (InputError(f"row-{row.number}.{error.field}", error.sentence) for error in bad.errors)
            continue
        chip = chip or point.accelerator
        if point.accelerator.name != chip.name:
            sentence = f"is {point.accelerator.name}; the rows before are of {chip.name}. Fit one at a time."
            errors.append(InputError(f"row-{row.number}.accelerator", sentence))
        else:
            asked.append((row, point))
        errors += _impossible_power(row, point.accelerator)
        found += (MeasuredQuestion(row.number, point, name, value) for name, value in row.figures.items())
    for row, point in asked:
        errors += _impossible_times(row, _WALLS[row.wall], point)
    if errors:
        raise InputErrors(sorted(errors, key=_row_number))
    return tuple(found)


def _row_number(error: InputError) -> int:
    number = error.field.removeprefix("row-").partition(".")[0]
    return int(number) if number.isdecimal() else 0


def _impossible_times(row: MeasuredFigures, wall: Solver[Any, Any], point: Any) -> Iterator[InputError]:
    """Yield an error for each time that is far below what the peaks of the data sheet allow, or so far above it that
    its unit must be another."""
    times = {name: value for name, value in row.figures.items() if name != "power"}
    if not times:
        return
    peaks = {name: value for name, value in IDEAL.values.items() if name in wall.inputs}
    with np.errstate(all="ignore"):
        ideal = wall.function(dataclasses.replace(point, timing=int(Timing.ROOFLINE), **peaks))
    for name, value in times.items():
        least = float(np.asarray(getattr(ideal, name)))
        if value < least / _TOO_FAST:
            reason = f"the peaks of the data sheet allow no less than {_shown(least)}"
        elif value > least * _TOO_SLOW:
            reason = f"more than {_TOO_SLOW:,.0f} times the {_shown(least)} that the peaks of the data sheet allow"
        else:
            continue
        yield InputError(f"row-{row.number}.{name}", f"is {_shown(value)}: {reason}. Check its unit and the row.")


def _shown(seconds: float) -> str:
    return format_quantity(seconds, "s")


def _impossible_power(row: MeasuredFigures, chip: Accelerator) -> Iterator[InputError]:
    watts, tdp = row.figures.get("power"), float(chip.tdp)
    if watts is None:
        return
    if np.isnan(tdp):
        yield InputError(f"row-{row.number}.power", f"can't be fitted: the catalog has no TDP of {chip.name}.")
    elif watts > _MOST_OF_TDP * tdp:
        sentence = f"is {watts:,.0f} W, more than one device can draw: its TDP is {tdp:,.0f} W. Give that of one."
        yield InputError(f"row-{row.number}.power", sentence)
