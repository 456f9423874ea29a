"""Evaluates a wall at all samples in one vectorised call, for the question's own system and its overlays."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from solvers.analysis.parameters import Parameter, Scaled, get_value, parameters_of, with_values
from solvers.declare import Solver
from solvers.errors import InputError, InputErrors
from solvers.picks import following, is_of_overlay, overlaid
from solvers.specs import stack, take

from .bands import Uncertainty
from .ranges import InputRange
from .sobol import SAMPLES, Floats, saltelli_design
from .summary import rankings, system_uncertainty

# Rows of one call: about 200 columns of numbers each, 100 MB. A wall that evaluates another at many points gets fewer.
MOST_ROWS, MOST_ROWS_OF = 60_000, {"sensitivity": 3_000}
# Samples whose verdict is determined, each by a call of its own at up to 0.8 ms.
_JUDGED = 512


def fitting_samples(solver: Solver[Any, Any], inputs: int, systems: int, wanted: int) -> int:
    """Return `wanted`, a power of two, or the largest smaller one that keeps the rows of one call within limits."""
    samples = wanted
    while samples > 128 and samples * (inputs + 2) * systems > MOST_ROWS_OF.get(solver.name, MOST_ROWS):
        samples //= 2
    return samples


def sampled(
    solver: Solver[Any, Any],
    point: Any,
    ranges: Sequence[InputRange],
    also: Sequence[Any] = (),
    given: Collection[str] = (),
    samples: int = SAMPLES[1],
    seed: int = 0,
) -> Uncertainty:
    """Return the uncertainty of the answer to `point` within `ranges`. `also` are further specs of the wall's overlay,
    each compared with the point sample by sample; `given` are the inputs that the question sets, which no spec
    replaces. There are 2 · `samples` samples (a power of two, at least 128), fewer where the rows would be too many,
    and the same for the same `seed`. Raise InputErrors where there is no range, or one that cannot be compared across
    systems."""
    others, left_out = _valid(solver, point, also, given)
    points = (point, *others)
    _refuse(solver, ranges, len(points))
    base = fitting_samples(solver, len(ranges), len(points), samples)
    design = saltelli_design(len(ranges), base, seed)
    batch = _batch(solver, points, ranges, design, given)
    with np.errstate(all="ignore"):
        answers = solver.function(batch)
    size, judged = len(design), _JUDGED // len(points)
    systems = [
        system_uncertainty(solver, each, batch, answers, slice(k * size, (k + 1) * size), len(ranges), judged)
        for k, each in enumerate(points)
    ]
    return Uncertainty(
        solver=solver.name,
        ranges=tuple(ranges),
        labels=tuple(_label(solver, each.name) for each in ranges),
        samples=2 * base,
        rows=size * len(points),
        systems=tuple(systems),
        rankings=tuple(rankings(systems)),
        left_out=left_out,
    )


def _refuse(solver: Solver[Any, Any], ranges: Sequence[InputRange], systems: int) -> None:
    """Raise InputErrors where there is nothing to sample, or the figure of the spec that differs is given in SI."""
    if not ranges:
        raise InputErrors([InputError("ranges", "need at least one input with a range, such as 8..32 or ±20 %.")])
    own = {name for name, io in solver.inputs.items() if is_of_overlay(solver, io)}
    fixed = (
        each.name for each in ranges if systems > 1 and (each.name.startswith(f"{solver.overlay}.") or each.name in own)
    )
    absolute = {each.name for each in ranges if not each.relative}
    if errors := [
        InputError(name, f"would be the same for every {solver.overlay} compared; give a percentage such as ±20 %.")
        for name in fixed
        if name in absolute
    ]:
        raise InputErrors(errors)


def _valid(
    solver: Solver[Any, Any], point: Any, also: Sequence[Any], given: Collection[str]
) -> tuple[list[Any], tuple[str, ...]]:
    """Return the point with each of the other specs in turn, where the wall takes it, and a sentence where not."""
    others, left_out = [], []
    for spec in also:
        other = overlaid(solver, point, spec, given)
        errors = tuple(solver.check(other))
        if errors:
            left_out.append(f"{spec.name} is left out: {errors[0].field} {errors[0].sentence}")
        else:
            others.append(other)
    return others, tuple(left_out)


def _label(solver: Solver[Any, Any], name: str) -> str:
    """Return the label of an input; that of a figure names its pick: `Accelerator: memory bandwidth`."""
    label, (pick, _, figure) = parameters_of(solver)[name].label, name.partition(".")
    if not figure:
        return label
    small = label if label[:2].isupper() else label[:1].lower() + label[1:]
    return f"{solver.inputs[pick].label}: {small}"


def _batch(
    solver: Solver[Any, Any],
    points: Sequence[Any],
    ranges: Sequence[InputRange],
    design: Floats,
    given: Collection[str],
) -> Any:
    """Return the questions of all systems at all points of the design, one system after the other."""
    kept = {*given, *(each.name for each in ranges)}
    whole = points[0]
    if len(points) > 1:
        system = np.repeat(np.arange(len(points)), len(design))
        specs = stack([getattr(each, solver.overlay) for each in points])
        own = {
            name: np.array([getattr(each, name) for each in points], dtype=float)[system]
            for name, io in solver.inputs.items()
            if is_of_overlay(solver, io)
        }
        whole = dataclasses.replace(whole, **{solver.overlay: take(specs, system)}, **own)
        whole = following(solver, whole, given)
    columns = {
        each.name: _column(parameters_of(solver)[each.name], whole, each, np.tile(design[:, k], len(points)))
        for k, each in enumerate(ranges)
    }
    return following(solver, with_values(whole, columns), kept)


def _column(parameter: Parameter, whole: Any, asked: InputRange, share: Floats) -> Any:
    """Return the values of an input at shares between 0 and 1 of its range: each whole number of a range is equally
    likely, or each power of two where only these are usual."""
    io = parameter.declared
    if asked.relative:
        factor = _between(asked.low, asked.high, share, asked.log)
        if not io.integer:
            return Scaled(factor)
        return np.clip(np.round(get_value(whole, asked.name) * factor), io.low, io.high)
    if io.powers_of_two:
        powers = 2.0 ** np.arange(np.ceil(np.log2(max(asked.low, 1))), np.floor(np.log2(asked.high)) + 1)
        if len(powers) > 1:
            return powers[np.minimum((share * len(powers)).astype(int), len(powers) - 1)]
    if io.integer:
        return np.minimum(np.floor(_between(asked.low, asked.high + 1, share, asked.log)), asked.high)
    return _between(asked.low, asked.high, share, asked.log)


def _between(low: float, high: float, share: Floats, log: bool) -> Floats:
    return np.asarray(low * (high / low) ** share if log else low + (high - low) * share)
