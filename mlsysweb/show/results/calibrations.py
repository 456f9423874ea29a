"""The calibrations of a presented result: the one in use in words, and a link to the same question with each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlencode

from solvers.calibration import CALIBRATIONS, CONSTANT, SILICON, NamedCalibration, without_calibration
from solvers.errors import InputError
from solvers.quantities import format_quantity, to_input_text, to_si
from solvers.result import Result
from solvers.specs import Accelerator, columns

from .page import CalibrationLink


def calibration_notes(result: Result) -> Iterator[str]:
    """Yield which named calibration the answer is computed with, and its constants."""
    named = NamedCalibration.of(result.text)
    if named is None:
        return
    if "timing" in result.values and result.values["timing"].value == "roofline":
        yield f"The constants of the calibration “{named.title}” are not used: the roofline has none of kernels."
        return
    declared = columns(Accelerator)
    constants = []
    for name, typed in result.text.items():
        if name.startswith(CONSTANT) and (io := declared.get(name.partition(".")[2])):
            with suppress(InputError):  # a factor, not a value
                value = format_quantity(to_si(name, typed, io.unit), io.unit, io.display_unit)
                constants.append(f"{io.label} {value}")
    yield f"Calibration “{named.title}”: {', '.join(constants)}, fitted to measurements, in place of the catalog's."


def calibration_links(result: Result, base: str) -> Iterator[CalibrationLink]:
    """Yield the calibrations, each as a link to the same question with its values, and the named one in use."""
    named = NamedCalibration.of(result.text)
    for calibration in CALIBRATIONS:
        has_efficiencies = all(name in result.inputs for name in calibration.values)
        if not has_efficiencies and (named is None or calibration != SILICON):
            continue  # of a wall without all of these inputs only the way back from a named one
        settings = calibration.settings(result.inputs, result.snapshot.get("accelerator", {}))
        settings = settings if has_efficiencies or "timing" in result.inputs else {}
        on = all(result.values[name].value == value for name, value in settings.items())
        if "timing" not in result.inputs:  # the named one is of power
            on = on and named is None
        elif not settings:
            on = result.values["timing"].value != "roofline" and named is None
        others = without_calibration(result.text)
        texts = {name: _setting_text(result, name, value) for name, value in settings.items()}
        query = urlencode({**others, **texts})
        url = f"{base}?{query}" if query else base
        yield CalibrationLink(calibration.name, calibration.label, calibration.words, url, on)
    if named is not None:
        query = urlencode(result.text)
        yield CalibrationLink("", f"“{named.title}”", "Constants fitted to measurements.", f"{base}?{query}", True)


def _setting_text(result: Result, name: str, value: float | str) -> str:
    declared = result.values[name]
    return value if isinstance(value, str) else to_input_text(value, declared.unit, declared.display_unit)
