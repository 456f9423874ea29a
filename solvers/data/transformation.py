"""Do the host's workers decode and augment a batch as fast as the accelerators train on one?

Murray et al. 2021 (tf.data), sections 2 and 3: preparing runs in parallel on workers and ahead of the step that needs
it, so a step lasts as long as the slower of the two. Not modelled: unequal workers, memory bandwidth of the host they
share, and reading (the ingestion wall).
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
        help="Samples the workers prepare for one step.",
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
        help="As stored, before decoding; a JPEG of ImageNet has 115 kB.",
    )
    worker_throughput: Array = number(
        "byte/s",
        "Throughput of a worker",
        23e6,
        exclusive_min=True,
        high=1e18,
        slider=(1e6, 1e10),
        log=True,
        display_unit="MB/s",
        symbol="r",
        help="Stored bytes one worker decodes and augments a second; 23 MB/s are 200 JPEGs.",
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
        help="Processes or cores that prepare samples side by side.",
    )
    step_time: Array = number(
        "s",
        "Time of a step",
        0.1,
        exclusive_min=True,
        high=1e6,
        slider=(1e-3, 10),
        log=True,
        display_unit="ms",
        symbol=r"t_\text{step}",
        help="What the accelerators need for a batch that is ready.",
    )
    order: Codes = choice(
        Order,
        "Preparation runs",
        Order.AHEAD,
        advanced=True,
        labels={"ahead": "ahead of the step", "in_turn": "in turn with the step"},
        help="A prefetch buffer lets the workers prepare the next batch while the accelerators are busy.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    transform_time: Array = output(
        "s", "Time to prepare a batch", display_unit="ms", symbol=r"t_\text{transform}", help="Of all workers together."
    )
    stalled: Truth = flag("Stalled", help="Whether the accelerators wait for the workers.")
    accelerator_utilization: Array = output("1", "Accelerators at work", display_unit="percent")
    slowdown: Array = output("1", "Slowdown", help="Against batches that are always ready.")
    workers_needed: Array = output(
        "1", "Workers needed", symbol=r"w_\text{needed}", help="The fewest that keep pace when they work ahead."
    )
    workers_short: Array = output("1", "Workers missing")
    effective_step_time: Array = output("s", "Time of a step with its wait", display_unit="ms", symbol="t")
    throughput: Array = output("1/s", "Samples trained a second", display_unit="samples/s")
    prepared_rate: Array = output("1/s", "Samples the workers prepare a second", display_unit="samples/s")
    wanted_rate: Array = output("1/s", "Samples the accelerators could take a second", display_unit="samples/s")
    wait_per_step: Array = output("s", "Wait in a step", display_unit="ms")


def verdict(i: Inputs, o: Outputs) -> str:
    if i.order == Order.IN_TURN:
        return (
            "In turn: every step waits {transform_time} for its batch and then trains for {step_time}, so the "
            "accelerators work {accelerator_utilization} of the time. Preparing ahead would hide the shorter of the "
            "two."
        )
    if not o.stalled:
        return (
            "No stall: {workers} workers prepare a batch in {transform_time}, within the {step_time} of a step. "
            "{workers_needed} would do; more of them would not train faster."
        )
    return (
        "Stalled: {workers} workers take {transform_time} for a batch that is trained on in {step_time}, so the "
        "accelerators work {accelerator_utilization} of the time. {workers_needed} workers would keep pace; faster "
        "accelerators would only wait longer."
    )


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if o.workers_needed > 256:
        yield "More workers than one host has cores: decode on the accelerators, or store samples prepared."


FIGURES = (
    curve("workers", ("accelerator_utilization", "throughput"), "What more workers buy", x_marks=("workers_needed",)),
    curve(
        "step_time",
        ("accelerator_utilization", "throughput"),
        "What faster accelerators buy",
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
    "Workers are alike and never in each other's way: twice as many prepare twice as much.",
    "Work on a sample grows with its stored bytes.",
    "Working ahead, the buffer is deep enough that only the mean matters.",
)

LIMITATIONS = (
    "Memory bandwidth and caches of the host, which many workers share.",
    "Reading the samples: see the ingestion wall.",
    "Samples of very unequal size, for which a batch waits.",
)

PRESETS = (
    Preset("ImageNet JPEGs on eight cores", {}),
    Preset("With enough cores", {"workers": "13"}),
    Preset("Eight H100s and one host", {"batch_size": "2048", "workers": "128", "step_time": "85 ms"}),
    Preset("Decoded by the accelerator", {"worker_throughput": "115 MB/s", "workers": "8"}),
    Preset(
        "Tokens need no decoding",
        {
            "batch_size": "512",
            "sample_bytes": "16 kB",
            "worker_throughput": "500 MB/s",
            "workers": "4",
            "step_time": "1 s",
        },
    ),
    Preset("Nothing prepared ahead", {"workers": "16", "order": "in_turn"}),
)

FALLACIES = (
    Fallacy(
        "An accelerator twice as fast trains twice as fast.",
        "Halving the time of a step takes the throughput from {before} to {after}: the workers bind.",
        "throughput",
        {},
        {"step_time": "50 ms"},
        lambda before, after: after == before,
    ),
    Fallacy(
        "More workers always help.",
        "From 16 to 64 workers the throughput goes from {before} to {after}: they kept pace before.",
        "throughput",
        {"workers": "16"},
        {"workers": "64"},
        lambda before, after: after == before,
    ),
)


@solver(
    walls=(9,),
    title="Transformation",
    question="Do the workers prepare batches as fast as the accelerators train on them?",
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
