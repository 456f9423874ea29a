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

import numpy as np

from solvers.errors import InputError, InputErrors

from .constants import FitKind, LawConstant
from .fit_laws import FARTHEST, FitLaw, Floats, KernelLaw, MeasuredQuestion, PowerLaw

# A constant with a smaller elasticity of the times, in the root mean square, is told by no row.
_UNTOLD = 1e-3
# Above the first number constants are reported as hardly told apart, above the second one of them is not fitted.
HARDLY, NOT_APART = 30.0, 1e4
# Of the same logarithm: from there on a fit has run to its limit.
AT_LIMIT = 0.98 * float(FARTHEST)


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
        fits.append(_fit(times, KernelLaw.of(times)))
    if watts:
        constants = {each.constant.name: each.value for found in fits for each in found.constants}
        fits.append(_fit(watts, PowerLaw.of(watts, dataclasses.replace(watts[0].point.accelerator, **constants))))
    return fits[0] if len(fits) == 1 else _joined(fits)


def _fit(figures: Sequence[MeasuredQuestion], law: FitLaw) -> ConstantsFit:
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


def _fitted(
    figures: Sequence[MeasuredQuestion],
    law: FitLaw,
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
