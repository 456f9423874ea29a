"""Least squares on the logarithm of predicted over measured figures: times by the serving and the parallelism wall as
they answer, and power by the law of `laws.power`.

The covariance is s²·(JᵀJ)⁻¹, with the Jacobian J at the fit and the residual variance s² (Seber and Wild 1989,
doi:10.1002/0471725315, section 2.1). Errors of left-out figures are r/(1 − h) with the leverage h, exact for a linear
model (Allen 1974, doi:10.1080/00401706.1974.10489157).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from solvers.declare import Solver
from solvers.errors import InputError, InputErrors
from solvers.fields import Pick
from solvers.fleet.parallelism import parallelism
from solvers.laws.kernel_constants import kernel_constants
from solvers.laws.power import activity, chip_power
from solvers.node.serving import serving
from solvers.rows import take_rows
from solvers.specs import stack, take

from .constants import CONSTANTS, POWER_CONSTANTS, FitKind, LawConstant

Floats = NDArray[np.float64]

# A constant with a smaller elasticity of the times, in the root mean square, is told by no row.
_UNTOLD = 1e-3
# Above the first number constants are reported as hardly told apart, above the second one of them is not fitted.
HARDLY, NOT_APART = 30.0, 1e4
_STEP = 0.01
# Of the logarithm of a constant, to both sides of where it starts.
_FARTHEST = np.log(20.0)
# Of the same logarithm: from there on a fit has run to its limit.
AT_LIMIT = 0.98 * float(_FARTHEST)


@dataclass(frozen=True)
class MeasuredQuestion:
    """A question of a wall with one measured figure in SI, of a row of a table: `ttft`, `itl` or `power` of the serving
    wall, `step_time` of the parallelism wall."""

    row: int
    point: Any
    quantity: str
    value: float

    @property
    def kind(self) -> FitKind:
        """Return what the figure tells: constants of times, or of power."""
        return FitKind.POWER if self.quantity == "power" else FitKind.TIMES


@dataclass(frozen=True)
class FittedConstant:
    """A constant before and after the fit, in SI, with its 95 % interval. One that is not `fitted` keeps its value:
    `untold` where no row depends on it, `unbounded` where the fit ran to its limit, else it can't be told apart from
    `twin`."""

    constant: LawConstant
    start: float
    value: float
    low: float
    high: float
    fitted: bool
    untold: bool = False
    twin: str = ""
    unbounded: bool = False


@dataclass(frozen=True)
class ConstantsFit:
    """A fit: all constants of the kinds that were measured; predictions over measurements row by row `before` and
    `after`, and `left_out`, of a fit without the row; the correlations of the fitted constants, in their order, and the
    condition number of their Jacobian. `degrees` are the figures minus the fitted constants; `converged` is False where
    the solver gave up."""

    figures: tuple[MeasuredQuestion, ...]
    constants: tuple[FittedConstant, ...]
    before: Floats
    after: Floats
    left_out: Floats
    correlation: Floats
    condition: float
    degrees: int
    converged: bool

    @property
    def fitted(self) -> tuple[FittedConstant, ...]:
        """Return the constants that were fitted."""
        return tuple(each for each in self.constants if each.fitted)

    def __getitem__(self, name: str) -> FittedConstant:
        """Return a constant by the name of its figure. Raise KeyError."""
        return {each.constant.name: each for each in self.constants}[name]


def median_error(ratios: Floats) -> float:
    """Return the median of |predicted/measured − 1|, dimensionless."""
    return float(np.median(np.abs(ratios - 1)))


def fit(figures: Sequence[MeasuredQuestion]) -> ConstantsFit:
    """Return the constants of the one chip of all figures that predict them best. Times and power are fitted each on
    their own; power with the constants of kernels that the times give. Raise InputErrors where a figure has no
    prediction, no constant changes any of them, or there are no more figures than constants."""
    times, watts = ([each for each in figures if each.kind == kind] for kind in FitKind)
    fits = []
    if times:
        fits.append(_fit(times, _KernelLaw.of(times)))
    if watts:
        constants = {each.constant.name: each.value for found in fits for each in found.constants}
        fits.append(_fit(watts, _PowerLaw.of(watts, dataclasses.replace(watts[0].point.accelerator, **constants))))
    return fits[0] if len(fits) == 1 else _joined(fits)


def _fit(figures: Sequence[MeasuredQuestion], law: _Law) -> ConstantsFit:
    before = law.ratios(law.start)
    _refuse_unknown(figures, before)
    moves = law.jacobian(np.log(law.start), list(range(len(law.constants))))
    told = [k for k in range(len(law.constants)) if np.sqrt(np.mean(moves[:, k] ** 2)) > _UNTOLD]
    chosen, twins = _apart(moves, told)
    if len(figures) <= len(chosen):
        what = "times" if figures[0].kind == FitKind.TIMES else "figures of power"
        need = f"{len(chosen)} constants need at least {len(chosen) + 1} measured {what}; there are {len(figures)}."
        raise InputErrors([InputError("rows", f"are too few: {need} Add rows.")])
    if not chosen:
        raise InputErrors([InputError("rows", "depend on none of the constants.")])
    values, converged = law.solved(chosen)
    unbounded = [k for k in chosen if abs(np.log(values[k] / law.start[k])) > AT_LIMIT]
    if unbounded and len(unbounded) < len(chosen):  # they keep their values, and the others are fitted without them
        chosen = [k for k in chosen if k not in unbounded]
        values, converged = law.solved(chosen)
        return _fitted(figures, law, values, chosen, _Unfitted(told, twins, unbounded), converged)
    return _fitted(figures, law, values, chosen, _Unfitted(told, twins, []), converged)


def _joined(fits: Sequence[ConstantsFit]) -> ConstantsFit:
    """Return fits of different constants as one. Constants of different fits have no correlation."""
    sizes = [len(each.correlation) for each in fits]
    correlation = np.zeros((sum(sizes), sum(sizes)))
    for each, end in zip(fits, np.cumsum(sizes).tolist(), strict=True):
        own = slice(end - len(each.correlation), end)
        correlation[own, own] = each.correlation
    return ConstantsFit(
        figures=tuple(figure for each in fits for figure in each.figures),
        constants=tuple(constant for each in fits for constant in each.constants),
        before=np.concatenate([each.before for each in fits]),
        after=np.concatenate([each.after for each in fits]),
        left_out=np.concatenate([each.left_out for each in fits]),
        correlation=correlation,
        condition=max(each.condition for each in fits),
        degrees=sum(each.degrees for each in fits),
        converged=all(each.converged for each in fits),
    )


def _refuse_unknown(figures: Sequence[MeasuredQuestion], ratios: Floats) -> None:
    bad = [k for k in range(len(figures)) if not (np.isfinite(ratios[k]) and ratios[k] > 0)]
    if bad:
        raise InputErrors(
            InputError(
                f"row-{figures[k].row}.{figures[k].quantity}",
                "has no prediction: a figure of the catalog that the wall needs is unknown.",
            )
            for k in bad
        )


@dataclass(frozen=True)
class _Unfitted:
    """The constants that some row tells, those that can't be told apart each with its twin, and those for which a fit
    ran to its limit, by their place."""

    told: list[int]
    twins: dict[int, int]
    unbounded: list[int]


def _apart(moves: Floats, told: list[int]) -> tuple[list[int], dict[int, int]]:
    """Return the constants to fit: of those that can't be told apart at all, the one with the smaller effect keeps its
    value. Its twin is the constant it is mixed with."""
    chosen, twins = list(told), dict[int, int]()
    while len(chosen) > 1:
        part = moves[:, chosen]
        _, sizes, directions = np.linalg.svd(part, full_matrices=False)
        if len(moves) >= len(chosen) and sizes[0] <= NOT_APART * sizes[-1]:
            break
        mixed = np.argsort(-np.abs(directions[-1]))[:2]
        weakest, other = sorted(mixed, key=lambda k: float(np.linalg.norm(part[:, k])))
        twins[chosen[weakest]] = chosen[other]
        chosen.pop(weakest)
    return chosen, twins


class _Law:
    """The prediction of figures from constants, which are at `start` before a fit."""

    constants: tuple[LawConstant, ...]
    start: Floats

    def ratios(self, constants: Floats) -> Floats:
        """Return predicted over measured, with a row per set of constants where there are several, in one call."""
        raise NotImplementedError

    def jacobian(self, logs: Floats, chosen: Sequence[int]) -> Floats:
        """Return d ln(predicted)/d ln(constant), a column per chosen constant, by central differences."""
        steps = np.concatenate([logs + side * _STEP * np.eye(len(logs))[list(chosen)] for side in (1, -1)])
        up, down = np.split(np.log(self.ratios(np.exp(steps))), 2)
        return np.asarray((up - down).T / (2 * _STEP))

    def solved(self, chosen: Sequence[int]) -> tuple[Floats, bool]:
        """Return all constants with the chosen ones fitted, and whether the solver converged."""
        from scipy.optimize import least_squares  # half a second: only where something is fitted

        logs, places = np.log(self.start), list(chosen)

        def whole(some: Floats) -> Floats:
            every = logs.copy()
            every[places] = some
            return every

        found = least_squares(
            lambda some: np.log(self.ratios(np.exp(whole(some)))),
            logs[places],
            jac=lambda some: self.jacobian(whole(some), places),
            bounds=(logs[places] - _FARTHEST, logs[places] + _FARTHEST),
        )
        return np.exp(whole(found.x)), bool(found.success)


@dataclass(frozen=True)
class _Part:
    """The figures of one wall: their places among all, the wall, its questions as one batch, and their quantities."""

    places: NDArray[np.int_]
    wall: Solver[Any, Any]
    batch: Any
    quantities: NDArray[np.str_]

    def predicted(self, chip: Any, copies: int) -> Floats:
        """Return the times for `copies` of the questions one after another, each with its constants of the chip."""
        big = take_rows(self.batch, np.tile(np.arange(len(self.places)), copies))
        with np.errstate(all="ignore"):
            found = self.wall.function(dataclasses.replace(big, accelerator=chip))
        times = np.full(len(self.places) * copies, np.nan)
        for name in set(self.quantities.tolist()):
            at = np.tile(self.quantities == name, copies)
            times[at] = np.broadcast_to(getattr(found, name), times.shape)[at]
        return times.reshape(copies, len(self.places))


@dataclass(frozen=True)
class _KernelLaw(_Law):
    """The serving and the parallelism wall for the times, with any constants of the chip."""

    chip: Any
    parts: tuple[_Part, ...]
    seconds: Floats
    start: Floats
    constants: tuple[LawConstant, ...] = CONSTANTS

    @classmethod
    def of(cls, figures: Sequence[MeasuredQuestion]) -> _KernelLaw:
        chip = figures[0].point.accelerator
        parts = []
        for wall in (serving, parallelism):
            at = [k for k, each in enumerate(figures) if isinstance(each.point, wall.inputs_type)]
            if at:
                quantities = np.array([figures[k].quantity for k in at])
                batch = _stacked(wall, [figures[k].point for k in at])
                parts.append(_Part(np.array(at), wall, batch, quantities))
        own = kernel_constants(chip)
        start = np.array([float(np.asarray(getattr(own, each.attribute))) for each in CONSTANTS])
        return cls(chip, tuple(parts), np.array([each.value for each in figures]), start)

    def ratios(self, constants: Floats) -> Floats:
        """Return predicted over measured times, dimensionless, in one call of each wall."""
        sets = np.atleast_2d(constants)
        times = np.full((len(sets), len(self.seconds)), np.nan)
        for part in self.parts:
            columns = {each.name: np.repeat(sets[:, k], len(part.places)) for k, each in enumerate(CONSTANTS)}
            times[:, part.places] = part.predicted(dataclasses.replace(self.chip, **columns), len(sets))
        ratios = times / self.seconds
        return ratios if np.ndim(constants) > 1 else ratios[0]


@dataclass(frozen=True)
class _PowerLaw(_Law):
    """The power of one chip, over the whole of a request: at the shares of its peak rate and of its bandwidth that the
    serving wall finds in prefill and in decode, each for its part of the time."""

    tdp: float
    prefill_share: Floats
    busy: tuple[tuple[Floats, Floats], ...]
    watts: Floats
    start: Floats
    constants: tuple[LawConstant, ...] = POWER_CONSTANTS

    @classmethod
    def of(cls, figures: Sequence[MeasuredQuestion], chip: Any) -> _PowerLaw:
        batch = _stacked(serving, [each.point for each in figures])
        with np.errstate(all="ignore"):
            found = serving.function(dataclasses.replace(batch, accelerator=chip))
            count = len(figures)
            rates = (
                found.prefill_flop / found.ttft / found.peak,
                found.prefill_moved / found.ttft / chip.memory_bandwidth,
                found.decode_flop / found.token_time / found.decode_peak,
                found.decode_moved / found.token_time / found.decode_bandwidth,
            )
        shares = [np.broadcast_to(np.clip(each, 0, 1), count) for each in rates]
        return cls(
            tdp=float(chip.tdp),
            prefill_share=np.broadcast_to(found.prefill_share, count),
            busy=((shares[0], shares[1]), (shares[2], shares[3])),
            watts=np.array([each.value for each in figures]),
            start=np.array([each.declared.default for each in POWER_CONSTANTS]),
        )

    def ratios(self, constants: Floats) -> Floats:
        """Return predicted over measured power, dimensionless."""
        idle, arithmetic, memory = np.atleast_2d(constants).T[:, :, None]
        first, step = (
            chip_power(self.tdp, idle, activity(mfu, reading, arithmetic, memory)) for mfu, reading in self.busy
        )
        ratios = (self.prefill_share * first + (1 - self.prefill_share) * step) / self.watts
        return np.asarray(ratios if np.ndim(constants) > 1 else ratios[0])


def _stacked(wall: Solver[Any, Any], points: Sequence[Any]) -> Any:
    """Return the questions of a wall as one batch; the accelerator, which is the same in all, stays one."""
    columns: dict[str, Any] = {}
    for name, io in wall.inputs.items():
        values = [getattr(point, name) for point in points]
        if not isinstance(io, Pick):
            columns[name] = np.array(values)
        elif name != "accelerator" and any(value is not values[0] for value in values):
            columns[name] = take(stack(values), np.arange(len(values)))
    return dataclasses.replace(points[0], **columns)


def _fitted(
    figures: Sequence[MeasuredQuestion],
    law: _Law,
    values: Floats,
    chosen: list[int],
    unfitted: _Unfitted,
    converged: bool,
) -> ConstantsFit:
    from scipy.stats import t

    start = law.start
    after = law.ratios(values)
    moves = law.jacobian(np.log(values), chosen)
    residuals, degrees = np.log(after), len(figures) - len(chosen)
    inverse = np.linalg.pinv(moves.T @ moves)
    spread = np.sqrt(np.maximum(np.diag(inverse), 0) * float(residuals @ residuals) / degrees)
    reach = dict(zip(chosen, (float(t.ppf(0.975, degrees)) * spread).tolist(), strict=True))
    leverage = np.clip(np.einsum("ij,jk,ik->i", moves, inverse, moves), 0, 0.999)
    scale = np.sqrt(np.diag(inverse))
    sizes = np.linalg.svd(moves, compute_uv=False)
    with np.errstate(all="ignore"):
        correlation = inverse / np.outer(scale, scale)
        condition = float(sizes[0] / sizes[-1])
        factors = {k: float(np.exp(far)) for k, far in reach.items()}
    return ConstantsFit(
        figures=tuple(figures),
        constants=tuple(
            FittedConstant(
                each,
                float(start[k]),
                float(values[k]),
                float(values[k] / factors[k]) if k in reach else np.nan,
                float(values[k] * factors[k]) if k in reach else np.nan,
                k in reach,
                untold=k not in unfitted.told,
                twin=law.constants[unfitted.twins[k]].name if k in unfitted.twins else "",
                unbounded=k in unfitted.unbounded,
            )
            for k, each in enumerate(law.constants)
        ),
        before=law.ratios(start),
        after=after,
        left_out=np.exp(residuals / (1 - leverage)),
        correlation=correlation,
        condition=condition,
        degrees=degrees,
        converged=converged,
    )
