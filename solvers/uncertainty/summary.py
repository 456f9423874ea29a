"""Summarizes the answers at all samples: bands, indices, shares of words and verdicts, rankings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers import rows
from solvers.declare import Solver
from solvers.fields import Flag, Label, Output
from solvers.solve import output_rows, output_value, row
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
            shares = {io.kind(int(code)).name.lower(): share for code, share in _column_shares(column).items()}
            yield LabelShares(name, io.label, io.kind(int(getattr(here, name))).name.lower(), shares)
        elif isinstance(io, Flag):
            flags = {"yes" if each else "no": share for each, share in _column_shares(column).items()}
            yield LabelShares(name, io.label, "yes" if getattr(here, name) else "no", flags)


def _column_shares(column: NDArray[Any]) -> dict[Any, float]:
    first = column[0]
    return {first.item(): 1.0} if (column == first).all() else _shares(column.tolist())


def _shares(words: Sequence[Any]) -> dict[Any, float]:
    """Return the share of each word, the most frequent first."""
    return {word: count / len(words) for word, count in Counter(words).most_common()}


def _states(solver: Solver[Any, Any], batch: Any, answers: Any, places: NDArray[np.int_]) -> Iterator[State]:
    """Yield the state of the verdict in each of these rows."""
    questions = _Columns(lambda name: rows.column_of(getattr(batch, name), places))
    outcomes = _Columns(lambda name: output_rows(solver.outputs[name], getattr(answers, name), places))
    for place in range(len(places)):
        yield solver.verdict(_Row(questions, place), _Row(outcomes, place)).state


class _Columns(dict[str, Sequence[Any]]):
    """Columns by name, each made when it is first read: a verdict reads few outputs and hardly an input."""

    def __init__(self, made: Callable[[str], Sequence[Any]]) -> None:
        super().__init__()
        self.made = made

    def __missing__(self, name: str) -> Sequence[Any]:
        column = self[name] = self.made(name)
        return column


class _Row:
    """One row of columns. Its fields are the columns read so far; another one is read when it is asked for."""

    def __init__(self, columns: _Columns, place: int) -> None:
        self._columns, self._place = columns, place
        vars(self).update({name: column[place] for name, column in columns.items()})

    def __getattr__(self, name: str) -> Any:
        return self._columns[name][self._place]


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
            equal = np.abs(mine - its) <= 1e-9 * np.abs(its)
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
