"""Breakpoints: values of a parameter at which the slope of an output or one of the wall's labels changes.

Examples are two times that cross in a maximum, the limit of what fits, a count that increases by one. The parameter
is evaluated, with its slope, on a ladder of values from a tenth to ten times the point. Where neighbouring slopes
disagree by more than a smooth curve allows, the interval is divided repeatedly, all intervals in one vectorised
call. Of two breakpoints in one interval of the ladder only the stronger is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.fields import Flag, Label

from .elasticity import Floats, Numbers, OutputReader, QuestionBatch, bounds, integer_mask, log_slope

_SPAN = 10.0
# Each round divides an interval by eight: after four, the slopes of a smooth curve agree, those at a kink do not.
_PARTS, _ROUNDS = 8, 4
_NUDGE = 1e-6
# Slopes that differ by less count as equal; a jump counts from a quarter of this in ln(out).
_DIFFERENT, _JUMP = 0.02, 4.0


@dataclass(frozen=True)
class Breakpoints:
    """The breakpoints found, one per entry: question and parameter, the two factors of the parameter's value between
    which it lies, and the elasticity on either side."""

    pair: Numbers
    low: Floats
    high: Floats
    below: Floats
    above: Floats

    @property
    def factor(self) -> Floats:
        """Return the factor at the end of the breakpoint further from the point."""
        return np.where(self.high > 1, self.high, self.low)

    def nearest(self, pairs: int) -> tuple[Floats, Floats]:
        """Return, for each pair, the factors of its nearest breakpoints below and above the point; NaN where there is
        none."""
        down, up = np.full(pairs, -np.inf), np.full(pairs, np.inf)
        beyond = self.high > 1
        np.minimum.at(up, self.pair[beyond], self.factor[beyond])
        np.maximum.at(down, self.pair[~beyond], self.factor[~beyond])
        return np.where(np.isinf(down), np.nan, down), np.where(np.isinf(up), np.nan, up)


@dataclass(frozen=True)
class LabelChange:
    """An output whose label or flag differs on the two sides of a breakpoint, with both as words."""

    output: str
    before: str
    after: str


def breakpoints(
    questions: QuestionBatch, read: OutputReader, row: Numbers, parameter: Numbers, rungs: int = 33, most: int = 6
) -> Breakpoints:
    """The breakpoints of the output that `read` selects, for each pair of a question and one of its parameters: on a
    ladder of `rungs` values, refining the `most` intervals whose slopes disagree most."""
    settings = questions.settings[parameter, row]
    probe = _Probe(questions, read, row, parameter, np.nan_to_num(settings, nan=1.0))
    ladder = np.where(np.isnan(settings)[:, None], 1.0, probe.ladder(rungs))
    pair, start = _strongest(probe.signals(np.arange(row.size), ladder), most)
    low, high = ladder[pair, start], ladder[pair, start + 1]
    signal = np.zeros(pair.size)
    for _ in range(_ROUNDS):
        nodes = probe.within(pair, low, high)
        signals = probe.signals(pair, nodes)
        best = np.argmax(signals, axis=1)
        each = np.arange(pair.size)
        low, high, signal = nodes[each, best], nodes[each, best + 1], signals[each, best]
    before, below, above, after = probe.sides(pair, low, high)
    with np.errstate(invalid="ignore"):
        trend = np.fmax(np.abs(below - before), np.abs(after - above))
        smooth = np.abs(above - below) < np.fmax(_DIFFERENT, 3 * trend)
    doubtful = probe.whole[pair] & smooth
    if doubtful.any():
        doubtful &= ~probe.flips(pair, low, high)
    kept = (signal >= _DIFFERENT) & ~doubtful
    return Breakpoints(pair[kept], low[kept], high[kept], below[kept], above[kept])


def changes(questions: QuestionBatch, row: int, parameter: int, low: float, high: float) -> tuple[LabelChange, ...]:
    """The labels and flags that differ on the two sides of a breakpoint."""
    asked = questions.ask(np.array([row, row]), np.array([parameter, parameter]), np.array([low, high]))
    inner, outer = (0, 1) if high > 1 else (1, 0)
    texts = []
    for name, io in questions.solver.outputs.items():
        if isinstance(io, Label | Flag):
            column = np.broadcast_to(np.asarray(getattr(asked, name)), (2,))
            if column[0] != column[1]:
                texts.append(LabelChange(name, _word(io, column[inner]), _word(io, column[outer])))
    return tuple(texts)


def _word(io: Label | Flag, code: Any) -> str:
    if isinstance(io, Label):
        return io.kind(int(code)).name.lower()
    return "yes" if code else "no"


def _strongest(signals: Floats, most: int) -> tuple[Numbers, Numbers]:
    """Return the intervals to refine: for each pair those whose slopes disagree most."""
    order = np.argsort(-signals, axis=1)[:, :most]
    pair = np.broadcast_to(np.arange(signals.shape[0])[:, None], order.shape)
    worth = np.take_along_axis(signals, order, axis=1) >= _DIFFERENT
    return pair[worth], order[worth]


@dataclass(frozen=True)
class _Sight:
    """The quantities evaluated at each value: ln|out|, out itself, the flags, the labels."""

    value: Floats
    size: Floats
    flags: NDArray[np.int_]
    labels: NDArray[np.int_]


@dataclass(frozen=True)
class _Probe:
    """Asks pairs of a question and a parameter at any factors of its setting."""

    questions: QuestionBatch
    read: OutputReader
    row: Numbers
    parameter: Numbers
    setting: Floats

    @property
    def whole(self) -> NDArray[np.bool_]:
        return integer_mask(self.questions.parameters)[self.parameter]

    def ladder(self, rungs: int) -> Floats:
        """Factors of each pair's setting, within what it may be set to."""
        low, high = (end[self.parameter][:, None] for end in bounds(self.questions.parameters))
        settings = np.geomspace(1 / _SPAN, _SPAN, rungs) * self.setting[:, None]
        return self._allowed(np.arange(self.row.size), np.clip(settings, low, high) / self.setting[:, None])

    def within(self, pair: Numbers, low: Floats, high: Floats) -> Floats:
        """Return the ends of an interval and the factors that divide it."""
        share = np.linspace(0, 1, _PARTS + 1)
        return self._allowed(pair, low[:, None] * (high / low)[:, None] ** share)

    def _allowed(self, pair: Numbers, factor: Floats) -> Floats:
        setting = self.setting[pair][:, None]
        return np.where(self.whole[pair][:, None], np.round(factor * setting) / setting, factor)

    def see(self, pair: Numbers, factor: Floats) -> _Sight:
        shape = factor.shape
        repeated = np.broadcast_to(pair[:, None], shape).ravel()
        row = self.row[repeated]
        asked = self.questions.ask(row, self.parameter[repeated], factor.ravel())
        found = np.broadcast_to(np.asarray(self.read(asked, row), dtype=float), factor.size).reshape(shape)
        with np.errstate(all="ignore"):
            size = np.log(np.abs(found))
        flags = [np.isfinite(size), *self._told(asked, Flag, shape)]
        return _Sight(
            found, size, np.stack(flags).astype(int), np.array([np.zeros(shape), *self._told(asked, Label, shape)])
        )

    def _told(self, asked: Any, kind: type[Any], shape: tuple[int, ...]) -> list[NDArray[Any]]:
        names = [name for name, io in self.questions.solver.outputs.items() if isinstance(io, kind)]
        size = int(np.prod(shape))
        return [np.broadcast_to(np.asarray(getattr(asked, name)), size).reshape(shape) for name in names]

    def signals(self, pair: Numbers, nodes: Floats) -> Floats:
        """Return how much neighbouring values disagree: by slope, by a jump that no slope explains, or by a flag.
        Between whole numbers there is no slope, so a label must change."""
        seen = self.see(np.concatenate((pair, pair)), np.concatenate((nodes, nodes * (1 + _NUDGE))))
        count = pair.size
        size, flags, labels = seen.size[:count], seen.flags[:, :count], seen.labels[:, :count]
        slope = log_slope(seen.value[:count], seen.value[count:], np.full(nodes.shape, np.log1p(_NUDGE)))
        width = np.diff(np.log(nodes), axis=1)
        with np.errstate(all="ignore"):
            mean = (slope[:, 1:] + slope[:, :-1]) / 2
            bend = np.fmax(np.abs(np.diff(slope, axis=1)), _JUMP * np.abs(np.diff(size, axis=1) - mean * width))
        flipped = np.any(np.diff(flags, axis=-1) != 0, axis=0)
        relabelled = np.any(np.diff(labels, axis=-1) != 0, axis=0)
        is_whole = self.whole[pair][:, None]
        doubtless = flipped | (is_whole & relabelled)
        return np.where(doubtless, np.inf, np.where(is_whole | (width == 0), 0.0, np.nan_to_num(bend, nan=0.0)))

    def flips(self, pair: Numbers, low: Floats, high: Floats) -> NDArray[np.bool_]:
        """Return whether a flag differs on the two sides."""
        flags = self.see(pair, np.stack((low, high), axis=1)).flags
        return np.asarray(np.any(flags[:, :, 0] != flags[:, :, 1], axis=0))

    def sides(self, pair: Numbers, low: Floats, high: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the elasticities over two steps up to `low` and over two steps from `high` on."""
        setting, is_whole = self.setting[pair], self.whole[pair]
        step = np.where(is_whole, np.maximum(np.ceil(0.02 * setting * low), 1) / setting, 1e-3 * low)
        nodes = np.stack((low - 2 * step, low - step, low, high, high + step, high + 2 * step), axis=1)
        nodes = np.maximum(nodes, low[:, None] / 2)
        value = self.see(pair, nodes).value
        slope = log_slope(value[:, :-1], value[:, 1:], np.diff(np.log(nodes), axis=1))
        return slope[:, 0], slope[:, 1], slope[:, 3], slope[:, 4]
