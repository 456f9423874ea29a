"""Three named sets of the constants no data sheet prints: the share of each peak that kernels reach, and the time
a layer costs beside both roofs.

`silicon` is one rounded set fitted to measured serving on an H100; against it the tutorial's constants make the time
between tokens about 27 % too short. Which set is on is always shown: the difference is the lesson of wall 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Calibration:
    """Values of the inputs of the same names; SI."""

    name: str
    words: str
    efficiency: float
    bandwidth_efficiency: float
    layer_overhead: float

    @property
    def values(self) -> dict[str, float]:
        return {
            "efficiency": self.efficiency,
            "bandwidth_efficiency": self.bandwidth_efficiency,
            "layer_overhead": self.layer_overhead,
        }

    def of(self, chip: Mapping[str, Any]) -> dict[str, float]:
        """The values for a chip of which these figures are known: as measured on it, if that is what this set is."""
        measured = chip if self.name == "silicon" else {}
        own = {name: measured.get(f"measured_{name}") for name in self.values}
        return self.values | {name: float(figure) for name, figure in own.items() if figure is not None}


IDEAL = Calibration("ideal", "Every kernel at the peak of the data sheet: the speed of light.", 1.0, 1.0, 0.0)
TUTORIAL = Calibration("tutorial", "The constants of the slides.", 0.5, 1.0, 10e-6)
SILICON = Calibration(
    "silicon", "As measured serving has it, on this chip where it was measured, else on an H100.", 0.65, 0.85, 45e-6
)

CALIBRATIONS = (IDEAL, TUTORIAL, SILICON)
