"""Least squares on the logarithm of predicted over measured times, by the serving wall as it answers.

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

from solvers.errors import InputError, InputErrors
from solvers.fields import Pick
from solvers.laws.kernel_constants import kernel_constants
from solvers.node.serving import serving
from solvers.rows import take_rows
from solvers.specs import stack, take

from .constants import CONSTANTS, KernelConstant

Floats = NDArray[np.float64]

# A constant with a smaller elasticity of the times, in the root mean square, is told by no row.
_UNTOLD = 1e-3
# Above the first number constants are reported as hardly told apart, above the second one of them is not fitted.
HARDLY, NOT_APART = 30.0, 1e4
_STEP = 0.01
# Of the logarithm of a constant, to both sides of where it starts.
_FARTHEST = np.log(20.0)


@dataclass(frozen=True)
class TimedQuestion:
    """A question of the serving wall with one measured time in seconds: `ttft` or `itl`, of a row of a table."""

    row: int
    point: Any
    quantity: str
    seconds: float


@dataclass(frozen=True)
class FittedConstant:
    """A constant before and after the fit, in SI, with its 95 % interval. One that is not `fitted` keeps its value:
    `untold` where no row depends on it, else it can't be told apart from `twin`."""

    constant: KernelConstant
    start: float
    value: float
    low: float
    high: float
    fitted: bool
    untold: bool = False
    twin: str = ""


@dataclass(frozen=True)
class ConstantsFit:
    """A fit: all constants; predictions over measurements row by row `before` and `after`, and `left_out`, of a fit
    without the row; the correlations of the fitted constants, in their order, and the condition number of their
    Jacobian. `degrees` are the figures minus the fitted constants; `converged` is False where the solver gave up."""

    figures: tuple[TimedQuestion, ...]
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


def fit(figures: Sequence[TimedQuestion]) -> ConstantsFit:
    """Return the constants of the one chip of all figures that predict them best. Raise InputErrors where a figure has
    no prediction, no constant changes any of them, or there are no more figures than constants."""
    law = _Law.of(figures)
    start = np.array([_start(law.chip, each) for each in CONSTANTS])
    before = law.ratios(start)
    _refuse_unknown(figures, before)
    moves = law.jacobian(np.log(start), list(range(len(CONSTANTS))))
    told = [k for k in range(len(CONSTANTS)) if np.sqrt(np.mean(moves[:, k] ** 2)) > _UNTOLD]
    chosen, twins = _apart(moves, told)
    if len(figures) <= len(chosen):
        need = f"{len(chosen)} constants need at least {len(chosen) + 1} measured times; there are {len(figures)}."
        raise InputErrors([InputError("rows", f"are too few: {need} Add rows.")])
    if not chosen:
        raise InputErrors([InputError("rows", "depend on none of the constants.")])
    values, converged = law.solved(start, chosen)
    return _fitted(figures, law, (start, values), chosen, told, twins, converged)


def _start(chip: Any, constant: KernelConstant) -> float:
    return float(np.asarray(getattr(kernel_constants(chip), constant.attribute)))


def _refuse_unknown(figures: Sequence[TimedQuestion], ratios: Floats) -> None:
    bad = [k for k in range(len(figures)) if not (np.isfinite(ratios[k]) and ratios[k] > 0)]
    if bad:
        sentence = "has no prediction: a figure that the serving wall needs is unknown."
        raise InputErrors(InputError(f"row-{figures[k].row}.{figures[k].quantity}", sentence) for k in bad)


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


@dataclass(frozen=True)
class _Law:
    """The serving wall for the figures, with any constants of the chip."""

    chip: Any
    batch: Any
    first: NDArray[np.bool_]
    seconds: Floats

    @classmethod
    def of(cls, figures: Sequence[TimedQuestion]) -> _Law:
        points = [each.point for each in figures]
        first = np.array([each.quantity == "ttft" for each in figures])
        return cls(points[0].accelerator, _stacked(points), first, np.array([each.seconds for each in figures]))

    def ratios(self, constants: Floats) -> Floats:
        """Return predicted over measured, with a row per set of constants where there are several, in one call."""
        sets = np.atleast_2d(constants)
        count = len(self.seconds)
        big = take_rows(self.batch, np.tile(np.arange(count), len(sets)))
        columns = {each.name: np.repeat(sets[:, k], count) for k, each in enumerate(CONSTANTS)}
        chip = dataclasses.replace(self.chip, **columns)
        with np.errstate(all="ignore"):
            found = serving.function(dataclasses.replace(big, accelerator=chip))
        shape = (len(sets), count)
        ttft, itl = (np.broadcast_to(each, shape[0] * shape[1]).reshape(shape) for each in (found.ttft, found.itl))
        ratios = np.where(self.first, ttft, itl) / self.seconds
        return ratios if np.ndim(constants) > 1 else ratios[0]

    def jacobian(self, logs: Floats, chosen: Sequence[int]) -> Floats:
        """Return d ln(predicted)/d ln(constant), a column per chosen constant, by central differences."""
        steps = np.concatenate([logs + side * _STEP * np.eye(len(logs))[list(chosen)] for side in (1, -1)])
        up, down = np.split(np.log(self.ratios(np.exp(steps))), 2)
        return np.asarray((up - down).T / (2 * _STEP))

    def solved(self, start: Floats, chosen: Sequence[int]) -> tuple[Floats, bool]:
        """Return all constants with the chosen ones fitted, and whether the solver converged."""
        from scipy.optimize import least_squares  # half a second: only where something is fitted

        logs, places = np.log(start), list(chosen)

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


def _stacked(points: Sequence[Any]) -> Any:
    """Return the questions as one batch; the accelerator, which is the same in all, stays one."""
    columns: dict[str, Any] = {}
    for name, io in serving.inputs.items():
        values = [getattr(point, name) for point in points]
        if not isinstance(io, Pick):
            columns[name] = np.array(values)
        elif any(value is not values[0] for value in values):
            columns[name] = take(stack(values), np.arange(len(values)))
    return dataclasses.replace(points[0], **columns)


def _fitted(
    figures: Sequence[TimedQuestion],
    law: _Law,
    constants: tuple[Floats, Floats],
    chosen: list[int],
    told: list[int],
    twins: dict[int, int],
    converged: bool,
) -> ConstantsFit:
    from scipy.stats import t

    start, values = constants
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
    return ConstantsFit(
        figures=tuple(figures),
        constants=tuple(
            FittedConstant(
                each,
                float(start[k]),
                float(values[k]),
                float(values[k] * np.exp(-reach[k])) if k in reach else np.nan,
                float(values[k] * np.exp(reach[k])) if k in reach else np.nan,
                k in reach,
                untold=k not in told,
                twin=CONSTANTS[twins[k]].name if k in twins else "",
            )
            for k, each in enumerate(CONSTANTS)
        ),
        before=law.ratios(start),
        after=after,
        left_out=np.exp(residuals / (1 - leverage)),
        correlation=correlation,
        condition=condition,
        degrees=degrees,
        converged=converged,
    )
