"""Named sets of the constants that no data sheet gives: the share of each peak that kernels reach, and the launch
overhead of a layer.

`silicon` is a rounded set fitted to measured serving on an H100; with the tutorial's constants the inter-token
latency is about 27 % too short. Every page shows which set is in use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Calibration:
    """Values of the inputs of the same names, in SI."""

    name: str
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


IDEAL = Calibration("ideal", "Every kernel at the peak of the data sheet: the speed of light.", 1.0, 1.0, 0.0)
TUTORIAL = Calibration("tutorial", "The constants of the slides.", 0.5, 1.0, 10e-6)
SILICON = Calibration(
    "silicon", "As measured serving has it, on this chip where it was measured, else on an H100.", 0.65, 0.85, 45e-6
)

CALIBRATIONS = (IDEAL, TUTORIAL, SILICON)
