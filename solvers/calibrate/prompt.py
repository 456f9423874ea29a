"""`calibrate(text)`: a fit of a chip's constants at a Python prompt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from solvers.errors import InputError, InputErrors
from solvers.node.serving import serving
from solvers.notebook.call import question, refuse

from .fit import ConstantsFit, TimedQuestion, fit
from .table import MeasuredFigures, MeasuredTable, read_table

# Returns the serving wall's question for the text of a row. Raises InputErrors.
Resolve = Callable[[Mapping[str, str]], Any]


def calibrate(text: str) -> ConstantsFit:
    """Return the constants of a chip fitted to measured times of serving.

    `text` is CSV: a header and rows with accelerator, model and at least one of TTFT and ITL (or TPOT), with a unit in
    the header or in the cell; precision, batch size, prompt length, output length, tensor parallel and concurrency are
    those of the serving wall and its defaults where left out. All rows are of one accelerator.

    The result has each constant with its 95 % interval, and predicted over measured before and after the fit. Raise
    InputErrors with every invalid cell, by row and column.

    >>> from solvers import calibrate
    >>> rows = [(1, 2048, "88 ms", "6.9 ms"), (8, 2048, "690 ms", "7.9 ms"), (32, 512, "680 ms", "8.4 ms")]
    >>> lines = [f"h100-sxm5-80gb,llama-3-8b,{b},{p},{ttft},{itl}" for b, p, ttft, itl in rows]
    >>> fit = calibrate("\\n".join(["accelerator,model,batch,prompt,TTFT,ITL", *lines]))
    >>> [each.constant.name for each in fit.fitted]
    ['measured_gemm_efficiency', 'measured_memory_efficiency', 'measured_kernel_time']
    """

    def resolve(row: Mapping[str, str]) -> Any:
        point = question(serving, row)
        refuse(serving, point)
        return point

    return fit(timed_questions(read_table(text), resolve))


def timed_questions(table: MeasuredTable, resolve: Resolve) -> tuple[TimedQuestion, ...]:
    """Return the measured times of a table with their questions. Raise InputErrors with every cell that the serving
    wall refuses, and for a row of another accelerator than the first."""
    found: list[TimedQuestion] = []
    errors: list[InputError] = []
    chip = None
    for row in table.rows:
        try:
            point = resolve(row.text)
        except InputErrors as bad:
            errors += (InputError(f"row-{row.number}.{error.field}", error.sentence) for error in bad.errors)
            continue
        chip = chip or point.accelerator
        if point.accelerator.name != chip.name:
            sentence = f"is {point.accelerator.name}; the rows before are of {chip.name}. Fit one at a time."
            errors.append(InputError(f"row-{row.number}.accelerator", sentence))
        found += _times(row, point)
    if errors:
        raise InputErrors(errors)
    return tuple(found)


def _times(row: MeasuredFigures, point: Any) -> Iterator[TimedQuestion]:
    for name, seconds in row.times.items():
        yield TimedQuestion(row.number, point, name, seconds)
