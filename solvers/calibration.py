"""Three named sets of the constants no data sheet prints: the share of each peak that kernels reach, and the time
a layer costs beside both roofs.

`silicon` is one rounded set fitted to measured serving on an H100; against it the tutorial's constants make the time
between tokens about 27 % too short. Which set is on is always shown: the difference is the lesson of wall 3.
"""

from __future__ import annotations

from dataclasses import dataclass


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


IDEAL = Calibration("ideal", "Every kernel at the peak of the data sheet: the speed of light.", 1.0, 1.0, 0.0)
TUTORIAL = Calibration("tutorial", "The constants of the slides.", 0.5, 1.0, 10e-6)
SILICON = Calibration("silicon", "Rounded from measured H100 serving.", 0.65, 0.85, 45e-6)

CALIBRATIONS = (IDEAL, TUTORIAL, SILICON)
