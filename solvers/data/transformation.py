"""Do CPU workers preprocess batches as fast as the accelerators train on them?

Murray et al. 2021 (tf.data), sections 2 and 3: workers preprocess in parallel and ahead of the step that needs the
batch, so a step takes the longer of the two. Not modeled: unequal workers, host memory bandwidth they share, and
reading (the ingestion wall).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers.declare import (
    Array,
    Codes,
    Equation,
    Fallacy,
    Preset,
    Source,
    Truth,
    choice,
    curve,
    flag,
    number,
    output,
    solver,
)
from solvers.verdict import State, Verdict


class Order(IntEnum):
    """Whether a batch is prepared while the one before it is trained on."""

    AHEAD = 0
    IN_TURN = 1


@dataclass(frozen=True, kw_only=True)
class Inputs:
    batch_size: Array = number(
        "1",
        "Batch size",
        256,
        low=1,
        high=1e9,
        slider=(1, 4096),
        log=True,
        integer=True,
        symbol="B",
        help="Samples per training step.",
    )
    sample_bytes: Array = number(
        "byte",
        "Bytes per sample",
        115e3,
        exclusive_min=True,
        high=1e15,
        slider=(1e3, 1e8),
        log=True,
        display_unit="kB",
        symbol="b",
        help="Stored size, before decoding; an ImageNet JPEG has 115 kB.",
    )
    worker_throughput: Array = number(
        "byte/s",
        "Worker throughput",
        23e6,
        exclusive_min=True,
        high=1e18,
        slider=(1e6, 1e10),
        log=True,
        display_unit="MB/s",
        symbol="r",
        help="Stored bytes one worker decodes and augments per second; 23 MB/s is 200 JPEGs/s.",
    )
    workers: Array = number(
        "1",
        "Workers",
        8,
        low=1,
        high=1e6,
        slider=(1, 256),
        log=True,
        integer=True,
        symbol="w",
        help="CPU processes that preprocess in parallel.",
    )
    step_time: Array = number(
        "s",
        "Step time",
        0.1,
        exclusive_min=True,
        high=1e6,
        slider=(1e-3, 10),
        log=True,
        display_unit="ms",
        symbol=r"t_\text{step}",
        help="Training step on the accelerators, without data stalls.",
    )
    order: Codes = choice(
        Order,
        "Prefetching",
        Order.AHEAD,
        advanced=True,
        labels={"ahead": "On", "in_turn": "Off"},
        help="On: workers preprocess the next batch while the accelerators train.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    transform_time: Array = output(
        "s",
        "Preprocessing time per batch",
        display_unit="ms",
        symbol=r"t_\text{transform}",
        help="All workers together.",
    )
    stalled: Truth = flag("Data stall")
    accelerator_utilization: Array = output("1", "Accelerator utilization", display_unit="percent")
    slowdown: Array = output(
        "1", "Slowdown", display_unit="times", help="Training time relative to training without stalls."
    )
    workers_needed: Array = output(
        "1", "Workers required", symbol=r"w_\text{needed}", help="Workers that avoid stalls with prefetching."
    )
    workers_short: Array = output("1", "Worker shortfall")
    effective_step_time: Array = output("s", "Step time including stall", display_unit="ms", symbol="t")
    throughput: Array = output("1/s", "Training throughput", display_unit="samples/s")
    prepared_rate: Array = output("1/s", "Preprocessing throughput", display_unit="samples/s")
    wanted_rate: Array = output("1/s", "Training throughput without stalls", display_unit="samples/s")
    wait_per_step: Array = output("s", "Data stall per step", display_unit="ms")


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if i.order == Order.IN_TURN:
        return Verdict(
            State.HOST,
            "No prefetching. Every step preprocesses for {transform_time}, then trains for {step_time}: utilization is "
            "{accelerator_utilization}. Prefetching would hide the shorter of the two.",
        )
    if not o.stalled:
        return Verdict(
            State.OK,
            "No data stall. {workers} workers preprocess a batch in {transform_time}; a step takes {step_time}. "
            "{workers_needed} would suffice; more would not speed up training.",
        )
    return Verdict(
        State.HOST,
        "Preprocessing-bound. {workers} workers need {transform_time} per batch, a training step {step_time}: "
        "utilization is {accelerator_utilization}. {workers_needed} workers would end the stall.",
    )


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if o.workers_needed > 256:
        yield "More workers than one host has cores: decode on the accelerators, or store preprocessed samples."


FIGURES = (
    curve(
        "workers",
        ("throughput", "prepared_rate"),
        "Training and preprocessing throughput vs. workers",
        x_marks=("workers_needed",),
    ),
    curve(
        "step_time",
        ("throughput", "wanted_rate"),
        "Training throughput vs. step time",
        x_marks=("transform_time",),
    ),
)

EQUATIONS = (
    Equation(
        "transform_time",
        r"@transform_time = \frac{@batch_size \cdot @sample_bytes}{@worker_throughput \cdot @workers}",
    ),
    Equation(
        "effective_step_time",
        r"@effective_step_time = \max(@step_time, @transform_time)",
        where=lambda i, o: i.order == Order.AHEAD,
    ),
    Equation(
        "effective_step_time",
        r"@effective_step_time = @step_time + @transform_time",
        where=lambda i, o: i.order == Order.IN_TURN,
    ),
    Equation("slowdown", r"@slowdown = \frac{@effective_step_time}{@step_time}"),
    Equation("accelerator_utilization", r"@accelerator_utilization = \frac{@step_time}{@effective_step_time}"),
    Equation(
        "workers_needed",
        r"@workers_needed = \lceil \frac{@batch_size \cdot @sample_bytes}{@worker_throughput \cdot @step_time} \rceil",
    ),
    Equation("throughput", r"@throughput = \frac{@batch_size}{@effective_step_time}"),
)

SOURCES = (
    Source("Murray et al. 2021", "tf.data: a machine learning data processing framework", "arXiv:2101.12127"),
    Source("Mohan et al. 2021", "Analyzing and mitigating data stalls in DNN training", "10.14778/3446095.3446100"),
)

ASSUMPTIONS = (
    "Workers are identical and independent: twice as many preprocess twice as much.",
    "Preprocessing time grows with the stored bytes of a sample.",
    "The prefetch buffer is deep enough that only mean times matter.",
)

LIMITATIONS = (
    "Host memory bandwidth and caches, which workers share.",
    "Reading the samples: see the ingestion wall.",
    "Samples of very unequal size, for which a batch waits.",
)

PRESETS = (
    Preset("ImageNet JPEGs on eight cores", {}),
    Preset("ImageNet JPEGs on 13 cores", {"workers": "13"}),
    Preset("Eight H100s and one host", {"batch_size": "2048", "workers": "128", "step_time": "85 ms"}),
    Preset("Decoding on the accelerator", {"worker_throughput": "115 MB/s", "workers": "8"}),
    Preset(
        "Tokenized text (no decoding)",
        {
            "batch_size": "512",
            "sample_bytes": "16 kB",
            "worker_throughput": "500 MB/s",
            "workers": "4",
            "step_time": "1 s",
        },
    ),
    Preset("No prefetching", {"workers": "16", "order": "in_turn"}),
)

FALLACIES = (
    Fallacy(
        "Twice as fast accelerators train twice as fast.",
        "Halving the step time takes the throughput from {before} to {after}: preprocessing is the limit.",
        "throughput",
        {},
        {"step_time": "50 ms"},
        lambda before, after: after == before,
    ),
    Fallacy(
        "More preprocessing workers always help.",
        "From 16 to 64 workers the throughput goes from {before} to {after}: there was no data stall before.",
        "throughput",
        {"workers": "16"},
        {"workers": "64"},
        lambda before, after: after == before,
    ),
)


@solver(
    walls=(9,),
    title="Data preprocessing",
    question="Do CPU workers preprocess batches as fast as the accelerators train on them?",
    version="1",
    factor="MFU",
    verdict=verdict,
    notes=notes,
    headline=("transform_time", "accelerator_utilization", "slowdown", "workers_needed", "throughput"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def transformation(i: Inputs) -> Outputs:
    batch_bytes = np.asarray(i.batch_size) * i.sample_bytes
    transform_time = batch_bytes / (i.worker_throughput * np.asarray(i.workers))
    ahead = np.asarray(i.order) == Order.AHEAD
    step = np.where(ahead, np.maximum(i.step_time, transform_time), i.step_time + transform_time)
    needed = np.ceil(batch_bytes / (i.worker_throughput * np.asarray(i.step_time)))
    return Outputs(
        transform_time=transform_time,
        stalled=step > i.step_time,
        accelerator_utilization=i.step_time / step,
        slowdown=step / i.step_time,
        workers_needed=needed,
        workers_short=np.maximum(needed - i.workers, 0),
        effective_step_time=step,
        throughput=i.batch_size / step,
        prepared_rate=i.batch_size / transform_time,
        wanted_rate=i.batch_size / np.asarray(i.step_time),
        wait_per_step=step - i.step_time,
    )
