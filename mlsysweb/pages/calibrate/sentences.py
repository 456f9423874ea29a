"""The sentences of the page: the verdict, what the rows do not tell, and what can't be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solvers.calibrate.constants import CONSTANTS, KernelConstant
from solvers.calibrate.fit import HARDLY, ConstantsFit, FittedConstant, median_error
from solvers.calibrate.table import TIMES
from solvers.quantities import format_quantity

# A correlation from which on two constants are hardly told apart.
_CORRELATED = 0.95
# Of the logarithm of the farthest that a fit goes: from there on it has run to its limit.
_AT_LIMIT = 0.98 * float(np.log(20.0))
_BY_NAME = {each.name: each for each in CONSTANTS}


def improves(fit: ConstantsFit) -> bool:
    """Return whether the fit predicts times it has not seen better than the catalog's constants."""
    return median_error(fit.left_out) < median_error(fit.before)


def verdict(fit: ConstantsFit) -> str:
    """Return whether the fit is better than the catalog's constants, with the errors that show it."""
    before, after, left_out = (_percent(median_error(each)) for each in (fit.before, fit.after, fit.left_out))
    chip = fit.figures[0].point.accelerator.name
    first = "The fit is better." if improves(fit) else "The fit is no better."
    return (
        f"{first} Median error of {len(fit.figures)} times on {chip}: {before} with the catalog's constants, {after} "
        f"fitted, {left_out} in leave-one-out validation."
    )


def _percent(share: float) -> str:
    return format_quantity(share, "1", "percent")


def figure_text(constant: KernelConstant, value: float) -> str:
    """Return the value of a constant as text: a share to three digits, a time in microseconds."""
    io = constant.declared
    return format_quantity(value, io.unit, io.display_unit)


def warnings(fit: ConstantsFit) -> Iterator[str]:
    """Yield what can't be, and which constants the rows do not tell, each with the measurement that would."""
    yield from _impossible(fit)
    for each in fit.constants:
        if each.twin:
            twin = _BY_NAME[each.twin].declared.label
            yield (
                f"{each.constant.declared.label} and {_small(twin)} can't be told apart by these rows: the first keeps "
                f"{figure_text(each.constant, each.value)}. Measure {each.constant.separated_by}."
            )
    yield from _correlated(fit)
    if not fit.converged:
        yield "The fit did not converge: check the units of the times."


def _impossible(fit: ConstantsFit) -> Iterator[str]:
    for each in fit.fitted:
        label, value = each.constant.declared.label, figure_text(each.constant, each.value)
        if abs(np.log(each.value / each.start)) > _AT_LIMIT:
            yield f"{label} ran to {value}, the limit of the fit: check the units of the times."
        elif each.constant.bounded and each.value > 1:
            sure = "Its whole interval is above 1" if each.low > 1 else "Its interval includes values below 1"
            yield (
                f"{label} is {value}, above 1, which is not possible: a measured time is too short, or the peak in the "
                f"catalog is too low. {sure}."
            )
        elif each.constant.name == "measured_link_efficiency" and each.value > 1:
            yield f"{label} is {value}, above 1: the switch reduces (SHARP), or the link in the catalog is too slow."


def _correlated(fit: ConstantsFit) -> Iterator[str]:
    fitted, said = fit.fitted, False
    for k in range(len(fitted)):
        for j in range(k):
            if abs(fit.correlation[k, j]) > _CORRELATED:
                weak = _weaker(fitted[k], fitted[j])
                said = True
                yield (
                    f"{_pair(fitted[j], fitted[k])} are hardly told apart: correlation "
                    f"{_correlation(fit.correlation[k, j])}. Measure {weak.constant.separated_by}."
                )
    if fit.condition > HARDLY and not said:
        weak = max(fitted, key=lambda each: each.high / each.low)
        yield (
            f"The rows hardly tell the constants apart (condition number {fit.condition:.0f}). Measure "
            f"{weak.constant.separated_by}."
        )


def _weaker(one: FittedConstant, other: FittedConstant) -> FittedConstant:
    return one if one.high / one.low > other.high / other.low else other


def correlations(fit: ConstantsFit) -> Iterator[str]:
    """Yield the correlation of each pair of fitted constants."""
    fitted = fit.fitted
    for k in range(len(fitted)):
        for j in range(k):
            yield f"{_pair(fitted[j], fitted[k])}: {_correlation(fit.correlation[k, j])}"


def _pair(one: FittedConstant, other: FittedConstant) -> str:
    return f"{one.constant.declared.label} and {_small(other.constant.declared.label)}"


def _correlation(number: float) -> str:
    return f"{number:.2f}".replace("-", "−")


def notes(fit: ConstantsFit, ignored: tuple[str, ...]) -> Iterator[str]:
    """Yield which constants keep their values, which row is farthest off, and what was not used."""
    for each in fit.constants:
        if each.untold:
            label, needs = each.constant.declared.label, each.constant.separated_by
            yield f"{label} keeps its value: no row depends on it. It needs {needs}."
    worst = int(np.argmax(np.abs(np.log(fit.after))))
    figure = fit.figures[worst]
    yield (
        f"Largest error: {TIMES[figure.quantity]} of row {figure.row}, predicted "
        f"{format_quantity(float(fit.after[worst]), '1', 'times')} the measured time."
    )
    yield (
        f"Least squares on the logarithm of predicted over measured, {fit.degrees} degrees of freedom. Intervals hold "
        "if the errors are independent; a time left out is predicted by the linearized fit to the others."
    )
    if ignored:
        yield f"Not fitted, as no constant of kernels depends on it: {', '.join(each[:40] for each in ignored)}."


def _small(label: str) -> str:
    return label if label[:2].isupper() else label[:1].lower() + label[1:]
