"""How long does a checkpoint take, and how much time does checkpointing cost?

Eisenman et al. 2022 (Check-N-Run) for the cost of checkpoints relative to the run, and for asynchronous
checkpoints; Rajbhandari et al. 2020 for the bytes. Not modeled: writers that hinder each other below the file system's
limit, compression, and saving only what has changed.
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
    Truth,
    choice,
    curve,
    flag,
    label,
    number,
    output,
    solver,
)
from solvers.laws.ratio import ratio_or_inf
from solvers.specs import Fleet
from solvers.verdict import State, Verdict

_MINUTE, _DAY = 60.0, 86400.0


class CheckpointMode(IntEnum):
    """The condition that training waits for: the complete checkpoint, or its copy in host memory."""

    SYNCHRONOUS = 0
    ASYNCHRONOUS = 1


class CheckpointBottleneck(IntEnum):
    """The bottleneck of writing a checkpoint."""

    WRITERS = 0
    FILESYSTEM = 1


@dataclass(frozen=True, kw_only=True)
class Inputs:
    fleet: Fleet | None = inputs.fleet()
    parameters: Array = number(
        "1",
        "Parameters",
        70e9,
        exclusive_min=True,
        high=1e18,
        slider=(1e7, 1e13),
        log=True,
        display_unit="param",
        symbol="N",
    )
    bytes_per_parameter: Array = number(
        "byte",
        "Bytes per parameter",
        14,
        exclusive_min=True,
        high=64,
        slider=(2, 18),
        symbol="b",
        help="14: 16-bit weights, an fp32 copy and two Adam moments. 2: weights only.",
    )
    writer_bandwidth: Array = number(
        "byte/s",
        "Bandwidth per writer",
        2e9,
        exclusive_min=True,
        high=1e15,
        slider=(1e8, 1e11),
        log=True,
        display_unit="GB/s",
        symbol=r"\beta_w",
        help="Write bandwidth of one host.",
    )
    writers: Array = number(
        "1",
        "Writers",
        64,
        low=1,
        high=1e7,
        slider=(1, 4096),
        log=True,
        integer=True,
        symbol="w",
        default_from="fleet.nodes",
        help="Hosts that write in parallel.",
    )
    filesystem_bandwidth: Array = number(
        "byte/s",
        "File system bandwidth",
        100e9,
        exclusive_min=True,
        high=1e16,
        slider=(1e9, 1e13),
        log=True,
        display_unit="GB/s",
        symbol=r"\beta_f",
        help="Bandwidth shared by all writers.",
    )
    interval: Array = number(
        "s",
        "Checkpoint interval",
        1800,
        exclusive_min=True,
        high=1e8 * _MINUTE,
        slider=(60, 86400),
        log=True,
        display_unit="min",
        symbol=r"\tau",
    )
    way: Codes = choice(
        CheckpointMode,
        "Checkpoint mode",
        CheckpointMode.SYNCHRONOUS,
        help="Asynchronous: the run waits only for a copy in host memory and continues during the write.",
    )
    copy_bandwidth: Array = number(
        "byte/s",
        "Device-to-host bandwidth",
        25e9,
        exclusive_min=True,
        high=1e15,
        slider=(1e9, 2e11),
        log=True,
        display_unit="GB/s",
        symbol=r"\beta_c",
        advanced=True,
        help="Bandwidth per writer from accelerators to host memory; asynchronous only.",
    )
    read_speedup: Array = number(
        "1",
        "Read ÷ write bandwidth",
        1,
        exclusive_min=True,
        high=1000,
        slider=(0.5, 5),
        advanced=True,
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    checkpoint_size: Array = output("byte", "Checkpoint size", symbol="M")
    write_bandwidth: Array = output("byte/s", "Write bandwidth", symbol=r"\beta")
    write_time: Array = output("s", "Write time", symbol=r"\delta")
    overhead: Array = output(
        "1", "Write time ÷ interval", display_unit="percent", help="Share of the interval spent writing."
    )
    stall_time: Array = output("s", "Stall per checkpoint")
    stall_share: Array = output("1", "Checkpoint overhead", display_unit="percent", symbol="s")
    bottleneck: Codes = label(CheckpointBottleneck, "Limited by")
    saturating_writers: Array = output("1", "Writers to saturate the file system", symbol="w^*")
    keeps_up: Truth = flag("Written within the interval")
    actual_interval: Array = output(
        "s", "Actual interval", symbol=r"\tau'", help="Write time, where it exceeds the interval."
    )
    lost_per_day: Array = output("s", "Stall per day")
    written_per_day: Array = output("byte", "Data written per day")
    load_time: Array = output("s", "Load time", help="Time to read the checkpoint at a restart.")
    bandwidth_to_keep_up: Array = output(
        "byte/s", "Required write bandwidth", help="Bandwidth to finish within the interval."
    )
    bandwidth_for_one_percent: Array = output(
        "byte/s", "Write bandwidth for 1 % overhead", help="Bandwidth to finish within 1 % of the interval."
    )


def verdict(i: Inputs, o: Outputs) -> Verdict:
    written = "{checkpoint_size} take {write_time} at {write_bandwidth}"
    if not o.keeps_up:
        return Verdict(
            State.MISSED,
            f"Checkpoints fall behind. {written}, longer than the interval of {{interval}}. {{bandwidth_to_keep_up}} "
            "would keep up.",
        )
    if i.way == CheckpointMode.ASYNCHRONOUS:
        written += "; only the copy, {stall_time}, stalls the run, {stall_share} of its time."
    else:
        written += ", which stalls the run for {stall_share} of its time."
    if o.bottleneck == CheckpointBottleneck.FILESYSTEM:
        helps = "Only a faster file system would help."
        return Verdict(State.STORAGE, f"Limited by the file system. {written} {helps}")
    return Verdict(State.HOST, f"Limited by the writers. {written} Up to {{saturating_writers}} would help.")


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if i.way == CheckpointMode.SYNCHRONOUS and o.keeps_up and o.overhead > 0.05:
        yield "A longer interval stalls less but loses more work per failure; the reliability wall has the optimum."
    if i.way == CheckpointMode.ASYNCHRONOUS:
        yield "The hosts need memory for a copy of the whole checkpoint."


FIGURES = (
    curve("writers", ("write_time",), "Write time vs. writers", x_marks=("saturating_writers",)),
    curve("interval", ("overhead", "stall_share"), "Checkpoint overhead vs. interval"),
    Chart(
        "bars",
        "Write bandwidth: available and required for 1 % overhead",
        (),
        ("write_bandwidth", "bandwidth_for_one_percent"),
    ),
)

EQUATIONS = (
    Equation("checkpoint_size", r"@checkpoint_size = @parameters \cdot @bytes_per_parameter"),
    Equation("write_bandwidth", r"@write_bandwidth = \min(@writer_bandwidth \cdot @writers, @filesystem_bandwidth)"),
    Equation("write_time", r"@write_time = \frac{@checkpoint_size}{@write_bandwidth}"),
    Equation("overhead", r"@overhead = \frac{@write_time}{@interval}"),
    Equation(
        "saturating_writers", r"@saturating_writers = \lceil \frac{@filesystem_bandwidth}{@writer_bandwidth} \rceil"
    ),
    Equation("actual_interval", r"@actual_interval = \max(@interval, @write_time)"),
    Equation("stall_share", r"@stall_share = \frac{@stall_time}{@actual_interval}"),
    Equation("lost_per_day", r"@lost_per_day = \text{24 h} \cdot @stall_share"),
    Equation("written_per_day", r"@written_per_day = \text{24 h} \cdot \frac{@checkpoint_size}{@actual_interval}"),
    Equation("load_time", r"@load_time = \frac{@write_time}{@read_speedup}"),
)

SOURCES = (
    Source(
        "Eisenman et al. 2022",
        "Check-N-Run: a checkpointing system for training deep learning recommendation models",
        "arXiv:2010.08679",
    ),
    Source(
        "Rajbhandari et al. 2020",
        "ZeRO: memory optimizations toward training trillion parameter models",
        "arXiv:1910.02054",
    ),
    Source("Grattafiori et al. 2024", "The Llama 3 herd of models", "arXiv:2407.21783"),
)

ASSUMPTIONS = (
    "All writers write equal parts at the same time.",
    "The whole state is written each time.",
    "An asynchronous checkpoint stalls the run only for the host copy.",
)

LIMITATIONS = (
    "Other traffic on the same file system.",
    "Incremental and quantized checkpoints (Check-N-Run saves 6 to 17 times the bandwidth).",
    "The optimal interval; the reliability wall computes it.",
)

PRESETS = (
    Preset("70B parameters, 64 hosts", {}),
    Preset("Asynchronous checkpoints", {"way": "asynchronous"}),
    Preset("A single writer", {"writers": "1"}),
    Preset(
        "1T parameters, slow file system",
        {"parameters": "1e12", "writers": "1024", "filesystem_bandwidth": "50 GB/s"},
    ),
    Preset(
        "Llama 3 405B on storage of 2 TB/s",
        {"parameters": "405e9", "writers": "2048", "filesystem_bandwidth": "2 TB/s"},
    ),
    Preset("Weights only", {"bytes_per_parameter": "2 byte"}),
)

FALLACIES = (
    Fallacy(
        "Twice the writers halve the write time.",
        "64 writers take {before} and 128 take {after}: the file system is saturated.",
        "write_time",
        {},
        {"writers": "128"},
        lambda before, after: after == before,
    ),
    Fallacy(
        "Asynchronous checkpoints are free at any frequency.",
        "The run waits for each host copy: {before} of its time at 30-minute intervals, {after} at 10 s.",
        "stall_share",
        {"way": "asynchronous"},
        {"way": "asynchronous", "interval": "10 s"},
        lambda before, after: after > 10 * before,
    ),
    Fallacy(
        "A checkpoint is as large as the model's weights.",
        "The weights take {before}; with optimizer state the checkpoint takes {after}, {ratio} times that.",
        "checkpoint_size",
        {"bytes_per_parameter": "2 byte"},
        {},
        lambda before, after: after == 7 * before,
    ),
)


@solver(
    walls=(19,),
    title="Checkpoint",
    question="How long does a checkpoint take, and how much time does checkpointing cost?",
    version="1",
    factor="Goodput",
    verdict=verdict,
    notes=notes,
    headline=("write_time", "stall_share", "checkpoint_size", "lost_per_day"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def checkpoint(i: Inputs) -> Outputs:
    size = np.asarray(i.parameters * np.asarray(i.bytes_per_parameter, dtype=float))
    together = i.writer_bandwidth * np.asarray(i.writers, dtype=float)
    bandwidth = np.minimum(together, i.filesystem_bandwidth)
    time = size / bandwidth
    copied = size / (np.asarray(i.copy_bandwidth) * i.writers)
    # Checkpoints cannot be more frequent than they can be written, so a run stalls for at most all of its time.
    actual = np.maximum(i.interval, time)
    stall = np.where(np.asarray(i.way) == CheckpointMode.ASYNCHRONOUS, np.minimum(copied, time), time)
    return Outputs(
        checkpoint_size=size,
        write_bandwidth=bandwidth,
        write_time=time,
        overhead=time / i.interval,
        stall_time=stall,
        stall_share=stall / actual,
        bottleneck=np.where(
            together < i.filesystem_bandwidth, CheckpointBottleneck.WRITERS, CheckpointBottleneck.FILESYSTEM
        ),
        saturating_writers=np.ceil(ratio_or_inf(i.filesystem_bandwidth, np.asarray(i.writer_bandwidth, dtype=float))),
        keeps_up=time <= i.interval,
        actual_interval=actual,
        lost_per_day=stall / actual * _DAY,
        written_per_day=size / actual * _DAY,
        load_time=time / i.read_speedup,
        bandwidth_to_keep_up=size / i.interval,
        bandwidth_for_one_percent=100 * size / i.interval,
    )
