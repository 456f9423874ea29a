"""Named sets of the constants that no data sheet gives: the share of each peak that kernels reach, and the launch
overhead of a layer.

Where a wall can price a pass as a sum of kernels (`timing`), `silicon` is that sum, with the constants of each chip;
elsewhere it is a rounded set of the roofline's constants, fitted to measured serving on an H100. With the tutorial's
constants the inter-token latency is about 27 % too short. Every page shows which set is in use.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Calibration:
    """Values of the inputs of the same names, in SI. `label` is the name on screen."""

    name: str
    label: str
    words: str
    efficiency: float
    bandwidth_efficiency: float
    layer_overhead: float

    @property
    def values(self) -> dict[str, float]:
        """Return the constants by the name of the input they are for."""
        return {
            "efficiency": self.efficiency,
            "bandwidth_efficiency": self.bandwidth_efficiency,
            "layer_overhead": self.layer_overhead,
        }

    def of(self, chip: Mapping[str, Any]) -> dict[str, float]:
        """Return the constants for a chip: its own measured ones where they are known and this set uses them, else
        those of the set."""
        measured = chip if self.name == "silicon" else {}
        own = {name: measured.get(f"measured_{name}") for name in self.values}
        return self.values | {name: float(figure) for name, figure in own.items() if figure is not None}

    def settings(self, inputs: Collection[str], chip: Mapping[str, Any]) -> dict[str, float | str]:
        """Return the values to set of a wall with these `inputs`, by name, for a chip. A wall that prices kernels
        needs no setting for `silicon`, and for the other sets the choice of the roofline with its constants. One that
        knows the kernels of microcontrollers (`kernel_rates`) uses them on those for `silicon` only."""
        if "timing" not in inputs:
            if "kernel_rates" not in inputs or not _is_microcontroller(chip):
                return dict(self.of(chip))
            return {**self.of(chip), "kernel_rates": "measured" if self.name == "silicon" else "roofline"}
        return {} if self.name == "silicon" else {"timing": "roofline", **self.values}


def _is_microcontroller(chip: Mapping[str, Any]) -> bool:
    """Whether the chip stores weights in flash."""
    flash = chip.get("flash_capacity")
    return flash is not None and flash == flash


IDEAL = Calibration("ideal", "Ideal", "Every kernel at the peak of the data sheet: the speed of light.", 1.0, 1.0, 0.0)
TUTORIAL = Calibration("tutorial", "Course", "The constants of the slides.", 0.5, 1.0, 10e-6)
SILICON = Calibration(
    "silicon", "Measured", "As measured: on this chip where it was, else as on those that were.", 0.65, 0.85, 45e-6
)

CALIBRATIONS = (IDEAL, TUTORIAL, SILICON)
# The inputs that a calibration may set.
CALIBRATED = ("timing", "kernel_rates", *IDEAL.values)

# The name of a question's value that says which calibration the changed constants of its accelerator are of.
NAMED = "accelerator.calibration"
# The figures of an accelerator that a fit to measurements gives begin so; those that its power follows from.
CONSTANT = "accelerator.measured_"
_POWER = frozenset(f"{CONSTANT}{name}" for name in ("idle_fraction", "arithmetic_power", "memory_power"))
_LONGEST_TITLE = 120


@dataclass(frozen=True)
class NamedCalibration:
    """The calibration that a question is computed with: the slug of the accelerator it was fitted for, and its title.
    Its constants are changed figures of the accelerator in the same question."""

    chip: str
    title: str

    @classmethod
    def of(cls, text: Mapping[str, Any]) -> NamedCalibration | None:
        """Return the calibration that a question as text names; None where it names none."""
        chip, colon, title = str(text.get(NAMED, "")).partition(":")
        return cls(chip.strip(), title.strip()) if colon and chip.strip() and title.strip() else None

    @property
    def text(self) -> str:
        """Return the calibration as the value of `NAMED`: `h100-sxm5-80gb: Lab 3`; a long title is cut."""
        return f"{self.chip}: {self.title[:_LONGEST_TITLE]}"


def takes_calibrations(inputs: Collection[str]) -> bool:
    """Return whether a wall with these `inputs` computes with fitted constants of its accelerator."""
    return "accelerator" in inputs and not {"timing", "arithmetic_power"}.isdisjoint(inputs)


def used_constants(inputs: Collection[str], constants: Mapping[str, str]) -> dict[str, str]:
    """Return those constants, changed figures of an accelerator by dotted name, that a wall with these `inputs`
    computes with: those of kernels where it can price them, those of power where it computes power."""
    if not takes_calibrations(inputs):
        return {}
    kernels, power = "timing" in inputs, "arithmetic_power" in inputs
    return {name: value for name, value in constants.items() if (power if name in _POWER else kernels)}


def without_calibration(text: Mapping[str, str]) -> dict[str, str]:
    """Return a question as text without the constants of a named calibration, and without those of `CALIBRATED`.
    Constants that no calibration is named for stay: they were typed."""
    named = NAMED in text
    return {
        name: value
        for name, value in text.items()
        if name not in (*CALIBRATED, NAMED) and not (named and name.startswith(CONSTANT))
    }
