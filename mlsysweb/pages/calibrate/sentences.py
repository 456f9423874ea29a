"""The sentences of the page: the verdict, what the rows do not tell, and what can't be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solvers.calibrate.constants import CONSTANTS, POWER_CONSTANTS, FitKind, LawConstant
from solvers.calibrate.fit import AT_LIMIT, HARDLY, ConstantsFit, FittedConstant, median_error
from solvers.calibrate.table_columns import QUANTITIES
from solvers.quantities import format_quantity

# A correlation from which on two constants are hardly told apart.
_CORRELATED = 0.95
_BY_NAME = {each.name: each for each in (*CONSTANTS, *POWER_CONSTANTS)}


def improves(fit: ConstantsFit) -> bool:
    """Return whether the fit predicts times it has not seen better than the catalog's constants."""
    return median_error(fit.left_out) < median_error(fit.before)


def verdict(fit: ConstantsFit) -> str:
    """Return whether the fit is better than the catalog's constants, with the errors that show it."""
    before, after, left_out = (_percent(median_error(each)) for each in (fit.before, fit.after, fit.left_out))
    chip = fit.figures[0].point.accelerator.name
    first = "The fit is better." if improves(fit) else "The fit is no better."
    return (
        f"{first} Median error of {len(fit.figures)} {measured(fit)} on {chip}: {before} with today's constants, "
        f"{after} fitted, {left_out} in leave-one-out validation."
    )


def measured(fit: ConstantsFit) -> str:
    """Return what was measured, in the plural."""
    kinds = {figure.kind for figure in fit.figures}
    return "figures" if len(kinds) > 1 else "times" if FitKind.TIMES in kinds else "figures of power"


def _percent(share: float) -> str:
    return format_quantity(share, "1", "percent")


def figure_text(constant: LawConstant, value: float) -> str:
    """Return the value of a constant as text: a share to three digits, a time in microseconds."""
    io = constant.declared
    return format_quantity(value, io.unit, io.display_unit)


def warnings(fit: ConstantsFit) -> Iterator[str]:
    """Yield what can't be, and which constants the rows do not tell, each with the measurement that would."""
    yield from _impossible(fit)
    for each in fit.constants:
        if each.unbounded:
            yield (
                f"{each.constant.declared.label} ran to the limit of the fit, so these rows do not bound it: it keeps "
                f"{figure_text(each.constant, each.value)}. Measure {each.constant.separated_by}."
            )
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
        if abs(np.log(each.value / each.start)) > AT_LIMIT:
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
            if fitted[k].constant.kind == fitted[j].constant.kind and abs(fit.correlation[k, j]) > _CORRELATED:
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
        for j in (each for each in range(k) if fitted[each].constant.kind == fitted[k].constant.kind):
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
        f"Largest error: {QUANTITIES[figure.quantity].label} of row {figure.row}, predicted "
        f"{format_quantity(float(fit.after[worst]), '1', 'times')} the measured figure."
    )
    yield (
        f"Least squares on the logarithm of predicted over measured, {fit.degrees} degrees of freedom. Intervals hold "
        "if the errors are independent; a figure left out is predicted by the linearized fit to the others."
    )
    if any(figure.kind == FitKind.POWER for figure in fit.figures):
        yield (
            "Power is the mean over a request. Serving, the roofline, total cost of ownership and sustainability "
            "compute power with these constants, once a calibration with them is chosen."
        )
    if ignored:
        yield f"Not fitted, as no constant depends on it: {', '.join(each[:40] for each in ignored)}."


def _small(label: str) -> str:
    return label if label[:2].isupper() else label[:1].lower() + label[1:]
