"""Attribution of a difference: which changed inputs make an output of two questions differ, and by how much.

Each input gets its Shapley value (Shapley 1953, doi:10.1515/9781400881970-018): the difference it adds to the
output, averaged over all orders in which the inputs could be changed from one question to the other. This is the
baseline Shapley value of Sundararajan and Najmi 2020 (arXiv:1908.08474). The shares add up to the difference. All
mixtures of the two questions are evaluated in one vectorised call. A share is not a cause: two inputs that only
matter together get half of their joint effect each.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.declare import Solver
from solvers.errors import InputError
from solvers.fields import Choice, Input, Output, Pick
from solvers.specs import columns, parts, stack, take

Masks = NDArray[np.bool_]
Floats = NDArray[np.float64]

# Up to this number of inputs every mixture is evaluated: 4,096 rows. Above, orders are sampled, each with its reverse.
EXACT = 12
_ORDERS = 256


@dataclass(frozen=True)
class Share:
    """One changed input and its share of the difference, in the unit of the output."""

    name: str
    label: str
    value: float


@dataclass(frozen=True)
class Attribution:
    """`before` and `after` are the output of the two questions, `shares` the contributions of the changed inputs,
    the largest first. `unknown` counts mixtures without a finite output; where there are any, `shares` is empty."""

    output: str
    before: float
    after: float
    shares: tuple[Share, ...]
    unknown: int
    exact: bool


def changed(solver: Solver[Any, Any], one: Any, other: Any) -> tuple[str, ...]:
    """Return the names of the inputs in which two questions of a wall differ; a picked row with all its figures counts
    as one input."""
    return tuple(name for name in solver.inputs if not _same(getattr(one, name), getattr(other, name)))


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None or isinstance(one, float | int):
        return one is other or bool(one == other)
    kind = type(one)
    if not hasattr(kind, "__dataclass_fields__"):
        return bool(np.array_equal(one, other, equal_nan=True))
    figures = (np.array_equal(getattr(one, n), getattr(other, n), equal_nan=True) for n in columns(kind))
    return all(figures) and all(_same(getattr(one, n), getattr(other, n)) for n in parts(kind))


def attribution(solver: Solver[Any, Any], one: Any, other: Any, output: str) -> Attribution:
    """Return the attribution of the difference in `output` between two questions of a wall to the inputs that changed.
    Raise InputError for an output that is not a number."""
    if not isinstance(solver.outputs.get(output), Output):
        raise InputError("output", f"'{output[:60]}' is not a number that {solver.title} finds.")
    names = changed(solver, one, other)
    exact = len(names) <= EXACT
    masks = _every(len(names)) if exact else _orders(len(names))
    values = _answers(solver, one, other, names, masks, output)
    before, after = (float(values[_row(masks, full)]) for full in (False, True))
    unknown = int(np.count_nonzero(~np.isfinite(values)))
    if unknown:
        return Attribution(output, before, after, (), unknown, exact)
    shares = _exact(values, len(names)) if exact else _drawn(values, masks)
    labels = [solver.inputs[name].label for name in names]
    parts = [Share(n, label, v) for n, label, v in zip(names, labels, _summing(shares, after - before), strict=True)]
    return Attribution(output, before, after, tuple(sorted(parts, key=lambda s: -abs(s.value))), 0, exact)


def _row(masks: Masks, full: bool) -> int:
    return int(np.flatnonzero((masks == full).all(axis=1))[0])


def _every(count: int) -> Masks:
    """Return all subsets; bit k of a row's number says whether input k is changed."""
    return np.asarray((np.arange(2**count)[:, None] >> np.arange(count)) & 1, dtype=bool)


def _orders(count: int) -> Masks:
    """Return the subsets met along sampled orders and their reverses, one order after the other, from no input to
    all."""
    random = np.random.default_rng(0)
    half = [random.permutation(count) for _ in range(_ORDERS // 2)]
    steps = []
    for order in [each for one in half for each in (one, one[::-1])]:
        places = np.argsort(order)
        steps.append(places[None, :] < np.arange(count + 1)[:, None])
    return np.concatenate(steps)


def _answers(solver: Solver[Any, Any], one: Any, other: Any, names: Sequence[str], masks: Masks, output: str) -> Floats:
    """Return the output for each mixture. Mixtures with and without an optional pick are evaluated separately, because
    None cannot share a column with a spec."""
    values = np.full(len(masks), np.nan)
    apart = [k for k, name in enumerate(names) if (getattr(one, name) is None) != (getattr(other, name) is None)]
    groups, group = np.unique(masks[:, apart], axis=0, return_inverse=True)
    for number, _ in enumerate(groups):
        rows = np.flatnonzero(group.ravel() == number)
        picked = {
            n: _mixed(solver.inputs[n], getattr(one, n), getattr(other, n), masks[rows, k]) for k, n in enumerate(names)
        }
        with np.errstate(all="ignore"):
            answer = solver.function(replace(one, **picked))
        values[rows] = np.broadcast_to(np.asarray(getattr(answer, output), dtype=float), rows.shape)
    return values


def _mixed(io: Any, one: Any, other: Any, taken: NDArray[np.bool_]) -> Any:
    """Return the column of an input: the value of the first question, or where `taken` that of the second."""
    if isinstance(io, Input):
        return np.where(taken, float(other), float(one))
    if isinstance(io, Choice):
        return np.where(taken, int(other), int(one))
    assert isinstance(io, Pick)
    if one is None or other is None:
        return other if taken.all() else one
    return take(stack([one, other]), taken.astype(int))


def _exact(values: Floats, count: int) -> Floats:
    """Return the Shapley values by the formula over all subsets."""
    number = np.arange(2**count)
    size = np.array([int(n).bit_count() for n in number])
    weight = np.array([1 / (count * math.comb(count - 1, s)) if s < count else 0.0 for s in range(count + 1)])
    shares = []
    for k in range(count):
        without = number[(number >> k) & 1 == 0]
        shares.append(float(np.sum(weight[size[without]] * (values[without | (1 << k)] - values[without]))))
    return np.array(shares)


def _drawn(values: Floats, masks: Masks) -> Floats:
    """Return the mean difference each input makes along the sampled orders."""
    count = masks.shape[1]
    shares = np.zeros(count)
    for start in range(0, len(masks), count + 1):
        for before, after in pairwise(range(start, start + count + 1)):
            shares[np.flatnonzero(masks[after] != masks[before])[0]] += values[after] - values[before]
    return np.asarray(shares / (len(masks) // (count + 1)))


def _summing(shares: Floats, whole: float) -> list[float]:
    """Return the shares with the rounding error added to the largest, so that they sum to `whole`."""
    values: list[float] = shares.tolist()
    if values:
        largest = max(range(len(values)), key=lambda k: abs(values[k]))
        values[largest] += whole - math.fsum(values)
    return values
