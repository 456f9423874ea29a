"""The inputs of the spectrum: those of the roofline, a target, two limits, and the figures to plot.

Declared like the inputs of a wall, so that they are parsed, checked and drawn the same way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from solvers import checks, inputs
from solvers.declare import Array, Codes, Preset, choice, number, question, spec
from solvers.errors import InputError
from solvers.laws.core_kernels import KernelRates
from solvers.laws.phase import Phase
from solvers.laws.power import PowerModel
from solvers.specs import Accelerator, Model, Precision


class PlotQuantity(IntEnum):
    """The figures that devices can be plotted by."""

    PEAK = 0
    BANDWIDTH = 1
    CAPACITY = 2
    POWER = 3
    PRICE = 4
    ENERGY = 5
    LATENCY = 6


class Smallest(IntEnum):
    """The criteria for the smallest device."""

    POWER = 0
    PRICE = 1


class TableRows(IntEnum):
    """How many rows of a long table are shown."""

    FIRST = 0
    ALL = 1


_AXES = {
    "peak": "Peak FLOP/s",
    "bandwidth": "Memory bandwidth",
    "capacity": "Usable memory",
    "power": "Power (TDP)",
    "price": "Price",
    "energy": "Energy per inference",
    "latency": "Latency",
}


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The inputs of the spectrum of accelerators, in SI."""

    model: Model = inputs.model("mlperf-tiny-kws-dscnn")
    target_latency: Array = number(
        "s",
        "Target latency",
        100e-3,
        exclusive_min=True,
        high=1e6,
        slider=(1e-4, 10),
        log=True,
        display_unit="ms",
        help="Time allowed for one inference: a forward pass, or one token of a generative model.",
    )
    power_limit: Array = number(
        "W", "Power limit", math.inf, exclusive_min=True, high=1e9, help="Maximum per device. Empty: no limit."
    )
    price_limit: Array = number(
        "USD", "Price limit", math.inf, exclusive_min=True, high=1e12, help="Maximum per device. Empty: no limit."
    )
    smallest: Codes = choice(
        Smallest,
        "Rank by",
        Smallest.POWER,
        labels={"power": "lowest power", "price": "lowest price"},
        help="Ranking of the devices that meet the target.",
    )
    accelerator: Accelerator = spec(
        Accelerator, "Compare with", "h100-sxm5-80gb", help="Device to compare the best one with."
    )
    x: Codes = choice(PlotQuantity, "x-axis", PlotQuantity.POWER, labels=_AXES, help="Quantity on the chart's x-axis.")
    y: Codes = choice(PlotQuantity, "y-axis", PlotQuantity.PEAK, labels=_AXES, help="Quantity on the chart's y-axis.")
    precision: Codes = inputs.precision(Precision.INT8)
    efficiency: Array = inputs.efficiency(0.3)
    rows: Codes = choice(
        TableRows,
        "Table rows",
        TableRows.FIRST,
        labels={"first": "First ten of each table", "all": "All devices"},
        advanced=True,
    )
    batch_size: Array = inputs.batch_size(1, advanced=True)
    phase: Codes = inputs.phase(Phase.AUTO, advanced=True)
    context_length: Array = inputs.context_length(0, advanced=True)
    prompt_length: Array = inputs.prompt_length(1024, advanced=True)
    bandwidth_efficiency: Array = inputs.bandwidth_efficiency(1)
    kernel_rates: Codes = inputs.kernel_rates(
        KernelRates.ROOFLINE,
        help="One compute efficiency for all devices, as in the course, or measured rates of kernels on "
        "microcontrollers in 8 bits.",
    )
    layer_overhead: Array = inputs.layer_overhead(10e-6)
    idle_fraction: Array = inputs.idle_fraction(0.3)
    utilization: Codes = inputs.power_model(
        PowerModel.MFU,
        help="MFU: as in the course. Compute and memory: measured on serving H100s, on no smaller chip.",
    )


# These may be left empty, which means no limit.
LIMITS = ("power_limit", "price_limit")


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other. A device that cannot run the model is part of the answer, not an error."""
    if i.x == i.y:
        yield InputError("y", "must differ from the x-axis.")
    yield from checks.model_phase(i.model, i.phase)


_DOORBELL = {"model": "wake-vision-doorbell", "x": "latency", "y": "power"}

SPECTRUM = question(
    name="spectrum",
    title="Spectrum",
    inputs=Inputs,
    check=check,
    presets=(
        Preset("Keyword spotting, nRF52840 to H100", {}, part="Part 7"),
        Preset("Keyword spotting on the nRF52840", {"accelerator": "nrf52840", "x": "bandwidth"}, part="Part 7"),
        Preset("Keyword spotting on the ESP32-S3", {"accelerator": "esp32-s3", "x": "bandwidth"}, part="Part 7"),
        Preset("Person detection under 100 ms", {**_DOORBELL, "accelerator": "nrf52840"}, part="Part 7, exercise"),
        Preset("Person detection on an H100", _DOORBELL, part="Part 7"),
        Preset(
            "ResNet-50 at the edge",
            {
                "model": "resnet-50",
                "target_latency": "33 ms",
                "power_limit": "30 W",
                "accelerator": "jetson-orin-nx-16gb",
                "x": "power",
                "y": "latency",
            },
            part="Part 7",
        ),
        Preset(
            "Llama-3-8B from phone to H100",
            {"model": "llama-3-8b", "precision": "int4", "efficiency": "0.5", "x": "bandwidth", "y": "latency"},
            part="Part 7",
        ),
    ),
)
