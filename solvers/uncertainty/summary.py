"""Summarizes the answers at all samples: bands, indices, shares of words and verdicts, rankings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers import rows
from solvers.declare import Solver
from solvers.fields import Flag, Label, Output
from solvers.solve import each_row, output_value, row
from solvers.verdict import State

from .bands import LabelShares, OutputBand, PairRanking, SystemUncertainty
from .sobol import SCRAMBLES, Floats, half_width, sobol_indices

# Flags without which a configuration can't run, as in a search.
_RUNS = ("feasible", "stable")
_PERCENTILES = (0.05, 0.5, 0.95)
# Samples without an answer that are checked for a reason.
_EXPLAINED = 8


def system_uncertainty(
    solver: Solver[Any, Any], point: Any, batch: Any, answers: Any, place: slice, inputs: int, judged: int
) -> SystemUncertainty:
    """Return the uncertainty of one system, whose rows of the batch are at `place`, in the order of `saltelli_design`
    for this number of `inputs`. The verdict is determined for the first `judged` samples."""
    size = place.stop - place.start
    columns = {name: _rows(getattr(answers, name), place) for name in solver.outputs}
    runs = np.logical_and.reduce([np.ones(size, dtype=bool), *(columns[name] for name in _RUNS if name in columns)])
    samples = 2 * size // (inputs + 2)
    with np.errstate(all="ignore"):
        here = row(solver, solver.function(point), 0)
    numbers = [name for name in solver.headline if isinstance(solver.outputs[name], Output)]
    blank = runs[:samples] & np.logical_and.reduce([np.isnan(columns[name][:samples]) for name in numbers])
    states = list(_states(solver, batch, answers, place.start + np.arange(min(judged, samples))))
    return SystemUncertainty(
        name=getattr(getattr(point, solver.overlay), "name", "") if solver.overlay else "",
        bands=tuple(_band(solver, here, name, np.where(runs, columns[name], np.nan), inputs) for name in numbers),
        labels=tuple(_labels(solver, here, columns, samples)),
        infeasible=int(np.count_nonzero(~runs[:samples])),
        unknown=int(np.count_nonzero(blank)),
        reason=_reason(solver, batch, place.start + np.flatnonzero(blank)),
        state=solver.verdict(point, here).state,
        states=_shares(states),
        judged=len(states),
    )


def _rows(column: Any, place: slice) -> NDArray[Any]:
    """Return the rows of a system; an output that no input changes is a scalar."""
    array = np.asarray(column)
    return array[place] if array.ndim else np.full(place.stop - place.start, array)


def _band(solver: Solver[Any, Any], here: Any, name: str, column: Floats, inputs: int) -> OutputBand:
    samples = 2 * len(column) // (inputs + 2)
    values = column[:samples]
    levels = percentiles(values[np.isfinite(values)])
    # Both blocks of samples have a consecutive share of every scramble.
    scrambles = values.reshape(2, SCRAMBLES, -1).swapaxes(0, 1).reshape(SCRAMBLES, -1)
    if np.isfinite(values).all():  # all in one call
        each = percentiles(scrambles).T
    else:
        each = np.array([percentiles(one[np.isfinite(one)]) for one in scrambles])
    low, middle, high = half_width(each).tolist()
    declared = output_value(solver.outputs[name], getattr(here, name))
    return OutputBand(
        name=name,
        declared=declared,
        point=float(getattr(here, name)),
        low=float(levels[0]),
        median=float(levels[1]),
        high=float(levels[2]),
        errors=(low, middle, high),
        values=values,
        infinite=int(np.count_nonzero(np.isinf(values))),
        indices=sobol_indices(column, inputs),
    )


def percentiles(known: Floats) -> Floats:
    """Return the 5th, 50th and 95th percentile along the last axis of finite values, of shape (3, …); NaN where there
    are no values. They are those of `np.quantile`, which takes three times as long for so few values."""
    count = known.shape[-1]
    if not count:
        return np.full((len(_PERCENTILES), *known.shape[:-1]), np.nan)
    places = [share * (count - 1) for share in _PERCENTILES]
    below = [int(place) for place in places]
    above = [min(place + 1, count - 1) for place in below]
    ordered = np.partition(known, sorted({*below, *above}), axis=-1)
    return np.array(
        [
            ordered[..., low] + (ordered[..., high] - ordered[..., low]) * (place - low)
            for low, high, place in zip(below, above, places, strict=True)
        ]
    )


def _labels(
    solver: Solver[Any, Any], here: Any, columns: Mapping[str, NDArray[Any]], samples: int
) -> Iterator[LabelShares]:
    """Yield the words of outputs that are no numbers, those at the head of the wall's page first."""
    order = sorted(solver.outputs, key=lambda name: name not in solver.headline)
    for name in order:
        io, column = solver.outputs[name], columns[name][:samples]
        if isinstance(io, Label):
            shares = {io.kind(int(code)).name.lower(): share for code, share in _shares(column.tolist()).items()}
            yield LabelShares(name, io.label, io.kind(int(getattr(here, name))).name.lower(), shares)
        elif isinstance(io, Flag):
            flags = {"yes" if each else "no": share for each, share in _shares(column.tolist()).items()}
            yield LabelShares(name, io.label, "yes" if getattr(here, name) else "no", flags)


def _shares(words: Sequence[Any]) -> dict[Any, float]:
    """Return the share of each word, the most frequent first."""
    return {word: count / len(words) for word, count in Counter(words).most_common()}


def _states(solver: Solver[Any, Any], batch: Any, answers: Any, places: NDArray[np.int_]) -> Iterator[State]:
    """Yield the state of the verdict in each of these rows."""
    both = zip(rows.each_row(batch, places), each_row(solver, answers, places), strict=True)
    return (solver.verdict(question, answer).state for question, answer in both)


def _reason(solver: Solver[Any, Any], batch: Any, places: NDArray[np.int_]) -> str:
    """Return why the wall has no answer to the first of these rows for which it says so; else an empty string."""
    questions = rows.each_row(batch, places[:_EXPLAINED]) if places.size else ()
    errors = (error for question in questions for error in solver.check(question))
    return "; ".join(f"{error.field} {error.sentence}" for error in islice(errors, 1))


def rankings(systems: Sequence[SystemUncertainty]) -> Iterator[PairRanking]:
    """Yield the comparison of the first system with each other one, for each output that both know. A sample counts
    where both systems have a finite value."""
    first = systems[0]
    for other in systems[1:]:
        for one, two in zip(first.bands, other.bands, strict=True):
            known = np.isfinite(one.values) & np.isfinite(two.values)
            if not known.any():
                continue
            mine, its = one.values[known], two.values[known]
            equal = np.isclose(mine, its, rtol=1e-9, atol=0)
            with np.errstate(all="ignore"):
                ratio = float(np.divide(one.point, two.point))
            yield PairRanking(
                first.name,
                other.name,
                one.name,
                lower=float(np.mean((mine < its) & ~equal)),
                equal=float(np.mean(equal)),
                known=int(known.sum()),
                point=ratio,
            )
