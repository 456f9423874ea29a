"""How long does a training run take, and which wall determines each factor of that time?

The iron law of computer performance (Emer and Clark 1984) applied to training: work divided by the product of
devices, peak FLOP/s, utilization, scaling efficiency and goodput. Each factor is computed by other walls and combined
here. Not modeled: how the factors depend on each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers import inputs
from solvers.declare import (
    Array,
    Chart,
    Codes,
    Equation,
    Fallacy,
    Preset,
    Source,
    choice,
    curve,
    label,
    number,
    output,
    solver,
)
from solvers.laws.ratio import ratio_or_inf
from solvers.specs import Accelerator, Fleet, Node
from solvers.verdict import State, Verdict

_HOUR = 3600.0


class Counts(IntEnum):
    """Whether the given MFU refers to model FLOPs or hardware FLOPs."""

    DEVICE = 0
    RUN = 1


class IronLawFactor(IntEnum):
    """The factors that reduce the throughput of the fleet from its peak."""

    MFU = 0
    SCALING_EFFICIENCY = 1
    GOODPUT = 2


@dataclass(frozen=True, kw_only=True)
class Inputs:
    total_ops: Array = number(
        "flop",
        "Total FLOPs",
        3.15e23,
        exclusive_min=True,
        high=1e40,
        slider=(1e18, 1e27),
        log=True,
        symbol="C",
        help="FLOPs of the whole run as its MFU counts them: 6 × parameters × tokens, plus attention if counted "
        "(walls 11 and 13).",
    )
    fleet: Fleet | None = inputs.fleet()
    node: Node | None = inputs.node()
    accelerator: Accelerator | None = inputs.accelerator(
        optional=True, default_from="node.accelerator", help="Source of the peak FLOP/s where that is left empty."
    )
    devices: Array = number(
        "1",
        "Devices",
        1024,
        low=1,
        high=1e8,
        slider=(1, 100000),
        log=True,
        integer=True,
        symbol="n",
        help="Number of accelerators (wall 17).",
        default_from="fleet.devices",
    )
    peak_rate: Array = number(
        "flop/s",
        "Peak FLOP/s per device",
        312e12,
        exclusive_min=True,
        high=1e21,
        slider=(1e12, 1e16),
        log=True,
        symbol=r"\pi",
        default_from="accelerator.bf16_rate",
        strict=True,
        help="Dense peak in the training format (walls 1 and 2). Of an accelerator: in BF16. Default: A100.",
        display_unit="TFLOP/s",
    )
    mfu: Array = number(
        "1",
        "MFU",
        0.45,
        high=1,
        exclusive_min=True,
        slider=(0.01, 1),
        display_unit="percent",
        symbol="U",
        help="Model FLOPs utilization of one device (wall 3).",
    )
    scaling_efficiency: Array = number(
        "1",
        "Scaling efficiency",
        0.8,
        high=1,
        exclusive_min=True,
        slider=(0.01, 1),
        display_unit="percent",
        symbol="E",
        help="Share of single-device throughput kept on many devices (wall 14).",
    )
    goodput: Array = number(
        "1",
        "Goodput",
        0.9,
        high=1,
        exclusive_min=True,
        slider=(0.01, 1),
        display_unit="percent",
        symbol="G",
        help="Share of the time whose work is kept, after failures and checkpoints (walls 15 and 19).",
    )
    mfu_counts: Codes = choice(
        Counts,
        "MFU measured on",
        Counts.DEVICE,
        advanced=True,
        labels={"device": "Single device", "run": "Whole run"},
        help="Papers report the MFU of the whole run, which already includes the scaling efficiency.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    training_time: Array = output("s", "Training time", display_unit="day", symbol="T")
    device_hours: Array = output("hour", "Device-hours", help="Training time times devices.")
    ideal_time: Array = output(
        "s", "Time at 100 % of peak", display_unit="day", symbol="T_0", help="Training time with every factor at 100 %."
    )
    effective_rate: Array = output("flop/s", "Effective FLOP/s", help="Fleet peak times overall efficiency.")
    fleet_peak: Array = output("flop/s", "Fleet peak FLOP/s", symbol=r"\Pi")
    overall_efficiency: Array = output(
        "1",
        "Overall efficiency",
        display_unit="percent",
        symbol="F",
        help="Product of MFU, scaling efficiency and goodput.",
    )
    run_mfu: Array = output(
        "1", "MFU of the run", display_unit="percent", help="MFU as papers report it, without failures."
    )
    mfu_factor: Array = output("1", "MFU as counted", display_unit="percent")
    scaling_factor: Array = output(
        "1",
        "Scaling efficiency as counted",
        display_unit="percent",
        symbol="E'",
        help="100 % where the MFU already includes it.",
    )
    goodput_factor: Array = output("1", "Goodput as counted", display_unit="percent")
    mfu_loss: Array = output(
        "s", "Time lost to kernel efficiency", display_unit="day", help="Time that 100 % MFU would save."
    )
    scaling_loss: Array = output(
        "s", "Time lost to scaling", display_unit="day", help="Time that 100 % scaling efficiency would save."
    )
    goodput_loss: Array = output(
        "s", "Time lost to failures", display_unit="day", help="Time that 100 % goodput would save."
    )
    weakest: Codes = label(IronLawFactor, "Largest loss", help="Factor that loses the most time.")
    weakest_loss: Array = output("s", "Time of the largest loss")


_ADVICE = {
    IronLawFactor.MFU: (State.COMPUTE, "Limited by MFU", "Better kernels, fusion or lower precision"),
    IronLawFactor.SCALING_EFFICIENCY: (State.NETWORK, "Limited by communication", "A faster network or more overlap"),
    IronLawFactor.GOODPUT: (State.OVERHEAD, "Limited by failures", "Faster checkpoints or recovery"),
}


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if o.weakest_loss == 0:
        return Verdict(
            State.OK, "At peak. The run takes {training_time}: only fewer FLOPs or more devices would shorten it."
        )
    state, limit, help = _ADVICE[IronLawFactor(int(o.weakest))]
    return Verdict(
        state,
        f"{limit}. The run takes {{training_time}} at {{overall_efficiency}} of peak; this loss is {{weakest_loss}}. "
        f"{help} would help.",
    )


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if i.mfu_counts == Counts.RUN and i.scaling_efficiency < 1:
        yield "The MFU is that of the whole run and includes the scaling efficiency, which is not counted again."


FIGURES = (
    Chart("waterfall", "From peak to effective FLOP/s", (), ("mfu_factor", "scaling_factor", "goodput_factor")),
    Chart("bars", "Time lost per factor", (), ("mfu_loss", "scaling_loss", "goodput_loss")),
    curve("devices", ("training_time",), "Training time vs. devices"),
)

EQUATIONS = (
    Equation("fleet_peak", r"@fleet_peak = @devices \cdot @peak_rate"),
    Equation("ideal_time", r"@ideal_time = \frac{@total_ops}{@fleet_peak}"),
    Equation("overall_efficiency", r"@overall_efficiency = @mfu \cdot @scaling_factor \cdot @goodput"),
    Equation(
        "training_time",
        r"@training_time = "
        r"\frac{@total_ops}{@devices \cdot @peak_rate \cdot @mfu \cdot @scaling_factor \cdot @goodput}",
    ),
    Equation("mfu_loss", r"@mfu_loss = @training_time \cdot (1 - @mfu)"),
    Equation("goodput_loss", r"@goodput_loss = @training_time \cdot (1 - @goodput)"),
)

SOURCES = (
    Source(
        "Emer, Clark 1984", "A characterization of processor performance in the VAX-11/780", "10.1145/800015.808199"
    ),
    Source("Chowdhery et al. 2022", "PaLM: scaling language modeling with pathways", "arXiv:2204.02311"),
    Source(
        "Narayanan et al. 2021",
        "Efficient large-scale language model training on GPU clusters using Megatron-LM",
        "arXiv:2104.04473",
    ),
)

ASSUMPTIONS = (
    "The factors multiply: each is a share of what the previous one leaves.",
    "They are the same for the whole run and every device.",
)

LIMITATIONS = (
    "Interactions: more devices scale worse and fail more often (walls 14 and 15).",
    "Manual restarts, evaluation runs and changes of plan.",
)

PRESETS = (
    Preset("GPT-3 on 1,024 A100", {"mfu": "44.9%", "mfu_counts": "run", "goodput": "1"}),
    Preset(
        "Llama 3.1 405B on 16,384 H100",
        {
            "total_ops": "3.79e25",
            "devices": "16384",
            "peak_rate": "989 TFLOP/s",
            "mfu": "40%",
            "mfu_counts": "run",
            "goodput": "90%",
        },
    ),
    Preset(
        "OPT-175B on 992 A100",
        {"total_ops": "1.89e23", "devices": "992", "mfu": "47.1%", "mfu_counts": "run", "goodput": "1"},
    ),
    Preset(
        "PaLM 540B on 6,144 TPU v4",
        {
            "total_ops": "2.53e24",
            "devices": "6144",
            "peak_rate": "275 TFLOP/s",
            "mfu": "46.2%",
            "mfu_counts": "run",
            "goodput": "1",
        },
    ),
    Preset(
        "10²¹ FLOPs on 256 H100 (course)",
        {
            "total_ops": "1e21",
            "devices": "256",
            "peak_rate": "989 TFLOP/s",
            "mfu": "50%",
            "scaling_efficiency": "90%",
            "goodput": "95%",
        },
    ),
)

FALLACIES = (
    Fallacy(
        "Accelerators with twice the peak FLOP/s train in half the time.",
        "With twice the peak FLOP/s, of which the same kernels reach 30 % instead of 50 %, the run takes {after} "
        "instead of "
        "{before}.",
        "training_time",
        {"mfu": "50%"},
        {"peak_rate": "624 TFLOP/s", "mfu": "30%"},
        lambda before, after: after > 0.8 * before,
    ),
    Fallacy(
        "One point of goodput matters little.",
        "Reducing goodput from 95 % to 94 % raises the run from {before} to {after}: 1 % of the whole fleet.",
        "device_hours",
        {"goodput": "95%"},
        {"goodput": "94%"},
        lambda before, after: after > 1.01 * before,
    ),
)


@solver(
    walls=(),
    title="Iron law of training",
    question="How long does a training run take, and which factor loses the most time?",
    version="3",
    factor="Total FLOPs",
    verdict=verdict,
    notes=notes,
    headline=("training_time", "device_hours", "overall_efficiency", "ideal_time"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def iron_law(i: Inputs) -> Outputs:
    mfu, goodput = np.asarray(i.mfu, dtype=float), np.asarray(i.goodput, dtype=float)
    scaling = np.where(np.asarray(i.mfu_counts) == Counts.RUN, 1.0, i.scaling_efficiency)
    peak = np.asarray(i.devices, dtype=float) * i.peak_rate
    overall = mfu * scaling * goodput
    ideal = i.total_ops / peak
    time = ratio_or_inf(ideal, overall)
    losses = tuple(time * (1 - share) for share in np.broadcast_arrays(mfu, scaling, goodput))
    stacked = np.stack(np.broadcast_arrays(*losses))
    return Outputs(
        training_time=time,
        device_hours=time * i.devices / _HOUR,
        ideal_time=ideal,
        effective_rate=peak * overall,
        fleet_peak=peak,
        overall_efficiency=overall,
        run_mfu=mfu * scaling,
        mfu_factor=mfu,
        scaling_factor=scaling,
        goodput_factor=goodput,
        mfu_loss=losses[0],
        scaling_loss=losses[1],
        goodput_loss=losses[2],
        weakest=stacked.argmax(axis=0),
        weakest_loss=stacked.max(axis=0),
    )
