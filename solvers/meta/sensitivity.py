"""Which input changes the result most, and until when?

The elasticity d ln(out)/d ln(in) of a wall's output to every number it depends on, by central differences, all of
them in one vectorized call (Saltelli et al. 2008, section 1.2, for the measure; Williams, Waterman and Patterson
2009 for the roofline it is applied to here). `sensitivities` takes any wall and any of its outputs; the wall of this
file takes the roofline. Not modeled: parameters changed together, and what a percent of each costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.analysis.breakpoints import LabelChange, breakpoints, changes
from solvers.analysis.elasticity import STEP, Floats, Numbers, OutputReader, QuestionBatch, slopes
from solvers.declare import (
    Array,
    Chart,
    Codes,
    Equation,
    Fallacy,
    Preset,
    Solver,
    Source,
    Truth,
    choice,
    closest_name,
    curve,
    flag,
    label,
    number,
    output,
    solver,
)
from solvers.errors import InputError
from solvers.fields import Output
from solvers.laws.step_time import Bound
from solvers.node import roofline as asked
from solvers.result import Value
from solvers.rows import ravel, shape
from solvers.verdict import State, Verdict


@dataclass(frozen=True)
class Sensitivity:
    """The sensitivity of one output of one wall at one point: its parameters, the largest elasticity first."""

    solver: str
    output: str
    rows: tuple[ElasticityRow, ...]
    breakpoints: tuple[Breakpoint, ...]
    binding: str


@dataclass(frozen=True)
class ElasticityRow:
    """One parameter: its elasticity across the step and on either side of the point (they differ at a breakpoint)."""

    name: str
    label: str
    hardware: bool
    elasticity: float
    below: float
    above: float


@dataclass(frozen=True)
class Breakpoint:
    """A value at which another limit begins to bind: the value `setting` of the parameter, `factor` times that of the
    point. A table has only the factor."""

    name: str
    label: str
    factor: float
    setting: Value
    below: float
    above: float
    changes: tuple[LabelChange, ...]


def sensitivities(target: Solver[Any, Any], point: Any, output: str, step: float = STEP) -> Sensitivity:
    """Return the sensitivity of `output` of `target` at `point`, with the breakpoints nearby. Raise InputError when
    there is no such output or it is not a number."""
    if not isinstance(target.outputs.get(output), Output):
        near = closest_name(output, [name for name, io in target.outputs.items() if isinstance(io, Output)])
        hint = f" Did you mean {near}?" if near else ""
        raise InputError("output", f"'{output[:60]}' is not a number that {target.title} finds.{hint}")
    questions = QuestionBatch.of(target, point)
    rows = sorted(_rows(questions, output, step), key=lambda row: -abs(row.elasticity))
    binding = next((row.name for row in rows if row.hardware and row.elasticity != 0), "")
    return Sensitivity(target.name, output, tuple(rows), tuple(_breakpoints(questions, output)), binding)


def _rows(questions: QuestionBatch, output: str, step: float) -> Iterator[ElasticityRow]:
    found_slopes = slopes(questions, lambda o, row: getattr(o, output), step)
    central, below, above = (
        side[:, 0].tolist() for side in (found_slopes.central, found_slopes.below, found_slopes.above)
    )
    for parameter, *each in zip(questions.parameters, central, below, above, strict=True):
        if np.isfinite(each[0]):
            yield ElasticityRow(parameter.name, parameter.label, parameter.hardware, *each)


def _breakpoints(questions: QuestionBatch, output: str) -> Iterator[Breakpoint]:
    number = len(questions.parameters)
    every = breakpoints(questions, lambda o, row: getattr(o, output), np.zeros(number, dtype=int), np.arange(number))
    for k in np.argsort(np.abs(np.log(every.factor))):
        at, factor = int(every.pair[k]), float(every.factor[k])
        parameter = questions.parameters[at]
        io = parameter.declared
        value = float("nan") if parameter.table else float(questions.settings[at, 0]) * factor
        yield Breakpoint(
            parameter.name,
            parameter.label,
            factor,
            Value(value, io.unit, io.display_unit, io.label, io.symbol),
            float(every.below[k]),
            float(every.above[k]),
            changes(questions, 0, at, float(every.low[k]), float(every.high[k])),
        )


class SensitivityQuery(IntEnum):
    """The output whose sensitivity is computed, by its name in the roofline."""

    LATENCY = 0
    THROUGHPUT = 1
    MFU = 2
    ENERGY_PER_SAMPLE = 3


_QUERIES = {
    "latency": "Latency",
    "throughput": "Throughput",
    "mfu": "MFU",
    "energy_per_sample": "Energy per token or sample",
}


class Hardware(IntEnum):
    """The figure of the chip that limits the output."""

    NOTHING = 0
    PEAK = 1
    MEMORY_BANDWIDTH = 2
    SRAM_BANDWIDTH = 3
    FLASH_BANDWIDTH = 4
    DISPATCH_OVERHEAD = 5
    TDP = 6


# Climbed for one parameter of each question, which its roofline breaks once at most: few rungs will do.
_RUNGS, _GAPS = 9, 2
_CHIP = tuple(f"accelerator.{member.name.lower()}" for member in Hardware if member)
_OTHER = (
    "efficiency",
    "bandwidth_efficiency",
    "layer_overhead",
    "batch_size",
    "context_length",
    "prompt_length",
    "model.parameters",
)
_PARAMETERS = {f"to_{name.rpartition('.')[2]}": name for name in (*_CHIP, *_OTHER)}
_STILL = "none: the input is zero or unknown"


def _to(label: str) -> Any:
    return output("1", label, if_infinite=_STILL, help="Percent change of the output for a 1 % increase.")


@dataclass(frozen=True, kw_only=True)
class Inputs(asked.Inputs):
    output: Codes = choice(
        SensitivityQuery,
        "Output",
        SensitivityQuery.LATENCY,
        labels=_QUERIES,
    )
    step: Array = number(
        "1",
        "Perturbation",
        STEP,
        exclusive_min=True,
        high=0.5,
        slider=(1e-4, 0.2),
        log=True,
        display_unit="percent",
        symbol="h",
        advanced=True,
        help="Relative change of each input, up and down.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    bound: Codes = label(
        Bound, "Limited by", help="The roofline bottleneck of this step, or the overhead where it exceeds both."
    )
    feasible: Truth = flag("Fits in memory")
    binding: Codes = label(
        Hardware,
        "Limiting hardware parameter",
        help="Hardware parameter with the largest elasticity. Overhead per layer, which software sets, is none.",
    )
    binding_elasticity: Array = output(
        "1",
        "Elasticity of the limiting parameter",
        symbol="E",
        if_infinite="none: no hardware parameter changes the output",
        help="Percent change of the output for a 1 % increase of the limiting parameter.",
    )
    runner_up_elasticity: Array = output(
        "1",
        "Elasticity of the second parameter",
        if_infinite="none: no other hardware parameter changes the output",
        help="Elasticity of the hardware parameter with the second-largest effect.",
    )
    changes_above: Array = output(
        "1",
        "Limiting up to",
        if_infinite="over 10×",
        help="Multiple of its current value above which another limit takes over.",
    )
    changes_below: Array = output(
        "1",
        "Limiting down to",
        if_infinite="under 0.1×",
        help="Multiple of its current value below which another limit takes over.",
    )
    ratio_above: Array = output(
        "1",
        "Output ratio, one step up",
        symbol="r_+",
        if_infinite="none: no hardware parameter changes the output",
        help="Output with the limiting parameter one step higher, over the current output.",
    )
    ratio_below: Array = output(
        "1",
        "Output ratio, one step down",
        symbol="r_-",
        if_infinite="none: no hardware parameter changes the output",
        help="Output with the limiting parameter one step lower, over the current output.",
    )
    to_peak: Array = _to("Elasticity to peak FLOP/s")
    to_memory_bandwidth: Array = _to("Elasticity to memory bandwidth")
    to_sram_bandwidth: Array = _to("Elasticity to SRAM bandwidth")
    to_flash_bandwidth: Array = _to("Elasticity to flash bandwidth")
    to_dispatch_overhead: Array = _to("Elasticity to dispatch overhead")
    to_tdp: Array = _to("Elasticity to TDP")
    to_efficiency: Array = _to("Elasticity to compute efficiency")
    to_bandwidth_efficiency: Array = _to("Elasticity to bandwidth efficiency")
    to_layer_overhead: Array = _to("Elasticity to overhead per layer")
    to_batch_size: Array = _to("Elasticity to batch size")
    to_context_length: Array = _to("Elasticity to context length")
    to_prompt_length: Array = _to("Elasticity to prompt length")
    to_parameters: Array = _to("Elasticity to parameters")


_LIMITS = {
    Bound.COMPUTE: (State.COMPUTE, "Compute-bound"),
    Bound.MEMORY: (State.MEMORY, "Memory-bound"),
    Bound.OVERHEAD: (State.OVERHEAD, "Overhead-bound"),
}


def verdict(i: Inputs, o: Outputs) -> Verdict:
    state, limit = _LIMITS[Bound(int(o.bound))] if o.feasible else (State.INFEASIBLE, "Does not fit in memory")
    what = SensitivityQuery(int(i.output)).name.lower().replace("_", " ")
    if o.binding == Hardware.NOTHING:
        return Verdict(state, f"{limit}. No hardware parameter changes the {what}; batch size or model would.")
    if _software_leads(o):
        return Verdict(
            state,
            f"{limit}. 1\u00a0% more overhead per layer changes the {what} by {{to_layer_overhead}}\u00a0%; of the "
            "hardware parameters {binding} changes it most, by {binding_elasticity}\u00a0%.",
        )
    return Verdict(
        state,
        f"{limit}. 1\u00a0% more {{binding}} changes the {what} by {{binding_elasticity}}\u00a0%; {_rest(o)}. "
        f"{_until(o)}",
    )


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if not o.feasible:
        yield "Elasticities assume that the data fit in memory."


def _software_leads(o: Outputs) -> bool:
    return abs(float(np.nan_to_num(o.to_layer_overhead))) > abs(float(o.binding_elasticity))


def _rest(o: Outputs) -> str:
    if o.binding == Hardware.MEMORY_BANDWIDTH and o.to_peak == 0:
        return "more FLOP/s would change nothing"
    if o.binding == Hardware.PEAK and o.to_memory_bandwidth == 0:
        return "more memory bandwidth would change nothing"
    return "the second hardware parameter by {runner_up_elasticity}\u00a0%"


def _until(o: Outputs) -> str:
    if any(abs(float(edge) - 1) < 0.01 for edge in (o.changes_above, o.changes_below)):
        return "Two limits meet at this point."
    if np.isfinite(o.changes_above):
        return "The limit changes at {changes_above}× of it."
    if np.isfinite(o.changes_below):
        return "The limit changes at {changes_below}× of it."
    return "This holds from 0.1× to 10×."


FIGURES = (
    Chart("bars", "Elasticities", (), tuple(_PARAMETERS)),
    curve("batch_size", ("to_memory_bandwidth", "to_peak"), "Elasticity vs. batch size", logy=False),
)

EQUATIONS = (
    Equation(
        "binding_elasticity",
        r"@binding_elasticity = \frac{\ln(@ratio_above) - \ln(@ratio_below)}{\ln(1 + @step) - \ln(1 - @step)}",
        where=lambda i, o: o.binding != Hardware.NOTHING,
    ),
)

SOURCES = (
    Source("Saltelli et al. 2008", "Global sensitivity analysis: the primer", "10.1002/9780470725184"),
    Source(
        "Williams, Waterman, Patterson 2009",
        "Roofline: an insightful visual performance model",
        "10.1145/1498765.1498785",
    ),
)

ASSUMPTIONS = (
    "One input is changed at a time; all others stay constant.",
    "At the end of an input's range the step is one-sided; whole numbers change by whole steps.",
    "The limiting parameter is the hardware parameter with the largest absolute elasticity.",
)

LIMITATIONS = (
    "What 1 % of each input costs: a cheap change of the second input may beat an expensive one of the first.",
    "Interactions: inputs that only matter together.",
    "Inputs that are zero or unknown.",
)

PRESETS = (
    Preset("Llama-3-8B on an H100", {}, part="Part 8"),
    Preset("At batch 64", {"batch_size": "64"}, part="Part 8"),
    Preset("Prefill at batch 64", {"batch_size": "64", "phase": "prefill"}, part="Part 8"),
    Preset("At the ridge point: batch 148", {"batch_size": "148"}),
    Preset("Energy per token at batch 32", {"output": "energy_per_sample", "batch_size": "32"}),
    Preset("Keyword spotting on an H100", {"model": "mlperf-tiny-kws-dscnn", "precision": "int8", "efficiency": "0.3"}),
)

FALLACIES = (
    Fallacy(
        "More efficient kernels always lower the latency.",
        "1 % more compute efficiency changes the latency by {before} % at batch 1 and by {after} % at batch 512. "
        "Only the limiting parameter matters.",
        "to_efficiency",
        {},
        {"batch_size": "512"},
        lambda before, after: before == 0 and after < -0.5,
    ),
    Fallacy(
        "What limits latency also limits energy.",
        "1 % more memory bandwidth changes the latency by {before} % and the energy per token by {after} %, where the "
        "power follows the busier of compute and memory.",
        "to_memory_bandwidth",
        {"batch_size": "200"},
        {"batch_size": "200", "output": "energy_per_sample", "utilization": "busiest"},
        lambda before, after: before != after,
    ),
)


@solver(
    walls=(21,),
    title="Sensitivity",
    question="Which input changes the result most, and until when?",
    version="3",
    factor="Peak FLOP/s per device",
    verdict=verdict,
    notes=notes,
    check=asked.check,
    headline=("binding", "binding_elasticity", "changes_above", "to_memory_bandwidth", "to_peak", "to_layer_overhead"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def sensitivity(i: Inputs) -> Outputs:
    line, grid = ravel(i), shape(i)
    questions = QuestionBatch.of(asked.roofline, _point(line))
    read = _reading(line)
    answers = slopes(questions, read, np.asarray(line.step, dtype=float))
    to = dict(zip((parameter.name for parameter in questions.parameters), answers.central, strict=True))
    unknown = np.full(answers.central.shape[1:], np.nan)
    chip = np.nan_to_num(np.stack([to.get(name, unknown) for name in _CHIP]))
    order = np.argsort(-np.abs(chip), axis=0, kind="stable")
    first, second = (np.take_along_axis(chip, order[k : k + 1], axis=0)[0] for k in (0, 1))
    step = asked.roofline.function(questions.inputs)
    found_columns = {
        "bound": np.broadcast_to(step.binding, first.shape),
        "feasible": np.broadcast_to(step.feasible, first.shape),
        "binding": np.where(first != 0, order[0] + 1, Hardware.NOTHING),
        "binding_elasticity": np.where(first != 0, first, np.nan),
        "runner_up_elasticity": np.where(second != 0, second, np.nan),
        **_around(questions, read, order[0], first != 0, line.step),
        **{name: to.get(parameter, unknown) for name, parameter in _PARAMETERS.items()},
    }
    return Outputs(**{name: column.reshape(grid) for name, column in found_columns.items()})


def _around(
    questions: QuestionBatch, read: Any, chip: Numbers, binds: NDArray[np.bool_], step: Array
) -> dict[str, Floats]:
    """Return the values around the point along the parameter that binds, separately for each question."""
    places = {parameter.name: k for k, parameter in enumerate(questions.parameters)}
    row = np.flatnonzero(binds)
    parameter = np.array([places[_CHIP[k]] for k in chip[row]], dtype=int)
    below, above = breakpoints(questions, read, row, parameter, rungs=_RUNGS, most=_GAPS).nearest(row.size)
    factors = np.stack((np.ones(row.size), *np.broadcast_arrays(1 + step, 1 - step, np.empty(row.size))[:2]))
    every = np.tile(row, 3)
    outputs = read(questions.ask(every, np.tile(parameter, 3), factors.ravel()), every)
    here, up, down = np.broadcast_to(np.asarray(outputs, dtype=float), every.shape).reshape(3, -1)
    around = {"changes_above": above, "changes_below": below, "ratio_above": up / here, "ratio_below": down / here}
    return {name: _spread(column, row, binds.size) for name, column in around.items()}


def _spread(column: Floats, row: Numbers, size: int) -> Floats:
    whole = np.full(size, np.nan)
    whole[row] = column
    return whole


def _point(i: Inputs) -> asked.Inputs:
    """Return the question of the roofline."""
    return asked.Inputs(**{name: getattr(i, name) for name in asked.roofline.inputs})


def _reading(i: Inputs) -> OutputReader:
    """Return a reader that selects, from the roofline's outputs, the one that each question names."""
    names = [member.name.lower() for member in SensitivityQuery]
    code = np.asarray(i.output)
    if code.ndim == 0:
        return lambda o, row: getattr(o, names[int(code)])
    return lambda o, row: np.choose(code[row], [getattr(o, name) for name in names])
