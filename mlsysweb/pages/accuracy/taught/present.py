"""Presenter (stage 5) of the lessons of measurements. Does not solve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from mlsysweb.show.results.page import Link
from solvers.formatting import format_value
from solvers.quantities import format_quantity
from solvers.result import Value

from .charts import capping_figure, keywords_figure, queue_figure, rounds_figure, switch_figure
from .figures import (
    CAPPED,
    SWITCH_DEVICES,
    UNCAPPED,
    KeywordSpotting,
    PowerCapping,
    ReducingSwitch,
    RequestLog,
    Round,
    replayed,
)
from .page import MeasuredLesson, MeasuredLessonsPage, StatedFigure


@dataclass(frozen=True)
class Prediction:
    """The answer of a wall to a question: the path of its page, the typed text, and its outputs by name."""

    path: str
    text: Mapping[str, str]
    outputs: Mapping[str, Value]

    def number(self, name: str) -> float:
        """Return an output as a number in SI."""
        return float(self.outputs[name].value)

    def link(self, words: str) -> Link:
        """Return the page that computes it."""
        return Link(words, f"{self.path}?{urlencode(self.text)}")


@dataclass(frozen=True)
class RingPrediction:
    """The bus bandwidth of a ring in byte/s by the collectives wall, for messages of these sizes in bytes."""

    sizes: tuple[float, ...]
    bus_bandwidths: tuple[float, ...]


def lessons_page(
    capping: PowerCapping,
    rounds: Sequence[Round],
    switch: ReducingSwitch,
    log: RequestLog,
    keywords: KeywordSpotting,
    predicted: Mapping[str, Prediction],
    ring: RingPrediction,
) -> MeasuredLessonsPage:
    """Return the page; `predicted` are the answers of the walls by their names in `answer.questions`, `ring` that of
    the collectives over many sizes."""
    return MeasuredLessonsPage(
        (
            _capping(capping, predicted["uncapped"], predicted["capped"]),
            _rounds(rounds, predicted["rounds"]),
            _switch(switch, predicted["switch"], ring),
            _queue(log, predicted["queue"]),
            _keywords(keywords, predicted["keywords"], predicted["least"], predicted["most"]),
        )
    )


def _capping(found: PowerCapping, full: Prediction, capped: Prediction) -> MeasuredLesson:
    energy = capped.number("it_energy") / full.number("it_energy") - 1
    return MeasuredLesson(
        id="power-capping",
        title="Power capping saves more energy than it costs time",
        lesson=(
            f"Training on a V100 limited to {CAPPED:g} W instead of {UNCAPPED:g} W, the median of "
            f"{found.workloads} workloads."
        ),
        measured=(
            StatedFigure("Energy per epoch", _change(found.energy)),
            StatedFigure("Time per epoch", _change(found.time)),
        ),
        predicted=(
            StatedFigure("Time per epoch", "not predicted"),
            StatedFigure("Energy, from measured power and time", _change(energy)),
        ),
        why=(
            "Dynamic power grows faster than the clock, so the last watts buy little speed. No wall of this site "
            "models the clock under a power limit; sustainability multiplies the measured mean power by the time."
        ),
        sources=(Link("Zeus (NSDI 2023)", found.url),),
        computations=(
            full.link(f"Sustainability at {full.text['mean_device_power']}"),
            capped.link(f"Sustainability at {capped.text['mean_device_power']}"),
        ),
        figure=capping_figure(found),
    )


def _rounds(results: Sequence[Round], serving: Prediction) -> MeasuredLesson:
    found = tuple({each.name: each for each in results}.values())  # the last of a round is its best
    devices = float(serving.text["tensor_parallel"])
    predicted = serving.number("decode_throughput") / devices
    gain = found[-1].rate / found[0].rate - 1
    return MeasuredLesson(
        id="mlperf-rounds",
        title="Software makes the same chip faster",
        lesson=(
            "Llama 2 70B on H100 SXM, offline: the best result of each round of MLPerf Inference. "
            f"From {found[0].name} to {found[-1].name} an unchanged chip gains {_percent(gain)}."
        ),
        measured=tuple(
            StatedFigure(f"{each.name}, {each.submitter}, {each.devices} GPUs", _rate(each.rate)) for each in found
        ),
        predicted=(StatedFigure("Every round", _rate(predicted)),),
        why=(
            "A prediction from data sheets and fitted kernels knows no version of the software. Prompts and answers "
            f"are taken to be {serving.text['prompt_length']} tokens long: the results do not state their lengths."
        ),
        sources=tuple(Link(f"MLPerf Inference {each.name}", each.url) for each in found),
        computations=(serving.link("Serving: the throughput of two devices"),),
        figure=rounds_figure(results, predicted),
    )


def _switch(found: ReducingSwitch, ring: Prediction, sizes: RingPrediction) -> MeasuredLesson:
    return MeasuredLesson(
        id="reducing-switch",
        title="A switch that reduces exceeds the rate of the link",
        lesson=(
            f"All-reduce of 1 GiB over {SWITCH_DEVICES} H100s of a node, whose links carry "
            f"{_bandwidth(found.link)} one way."
        ),
        measured=(
            StatedFigure("Bus bandwidth", _bandwidth(found.bus_bandwidth)),
            StatedFigure("Relative to the link", _percent(found.bus_bandwidth / found.link)),
        ),
        predicted=(StatedFigure("Bus bandwidth of a ring", _bandwidth(ring.number("bus_bandwidth"))),),
        why=(
            "In a ring each device sends all partial sums itself, so bus bandwidth cannot exceed the link. An NVSwitch "
            "adds inside the network (SHARP) and halves what a device sends. The wall models rings and trees only."
        ),
        sources=(Link("aiconfigurator", found.url),),
        computations=(ring.link("Collectives: the same message"),),
        figure=switch_figure(found, sizes.sizes, sizes.bus_bandwidths),
    )


def _queue(found: RequestLog, wall: Prediction) -> MeasuredLesson:
    # Beyond its capacity a queue grows by what arrives and is not served.
    unserved = 1 - 1 / wall.number("utilization")
    capacity = wall.number("largest_arrival_rate")
    waiting = found.arrival_rate * unserved * found.duration
    return MeasuredLesson(
        id="request-log",
        title="Above its capacity a queue grows until the load ends",
        lesson=(
            f"{found.requests} requests in {_time(found.duration)} to vLLM on an RTX 4090, which served at most "
            f"{found.slots} at once, each for {_time(found.service_time)} on average."
        ),
        measured=(
            StatedFigure("Waiting when the last request arrived", f"{found.waiting}"),
            StatedFigure("Wait of the last request", _time(found.wait)),
        ),
        predicted=(
            StatedFigure("Utilization", format_value(wall.outputs["utilization"])),
            StatedFigure("Waiting when the last request arrives", f"{waiting:.0f}"),
            StatedFigure("Wait of the last request", _time(waiting / capacity)),
        ),
        why=(
            f"{format_quantity(found.arrival_rate, '1/s', 'requests/s')} arrive and "
            f"{format_quantity(capacity, '1/s', 'requests/s')} can be served: no percentile exists, and the wait grows "
            "with the load's duration. The prediction takes arrival rate, service time and slots from the log. After "
            f"the last arrival the server held {found.busy_after:.0f} requests at once on average, not {found.slots}, "
            "so that the queue lasts longer than predicted. The log does not say why; growing KV caches would do it."
        ),
        sources=(Link("LLMServingSim, log of requests", found.url),),
        computations=(wall.link("Tail latency: the same load"),),
        figure=queue_figure(found, replayed(found), found.slots),
    )


def _keywords(found: KeywordSpotting, board: Prediction, least: Prediction, most: Prediction) -> MeasuredLesson:
    return MeasuredLesson(
        id="keyword-spotting",
        title=f"One network, {_ratio(found.most / found.least)} the energy",
        lesson=(
            f"Keyword spotting of MLPerf Tiny: of {found.entries} entries with a measured energy per inference, the "
            f"most needs {_ratio(found.most / found.least)} the least."
        ),
        measured=(
            StatedFigure(f"Least: {found.least_system}", _energy(found.least)),
            StatedFigure(f"Most: {found.most_system}", _energy(found.most)),
        ),
        predicted=(
            StatedFigure("Roofline, nRF52840", _energy(board.number("energy"))),
            StatedFigure("Battery life at the least", format_value(least.outputs["lifetime"])),
            StatedFigure("Battery life at the most", format_value(most.outputs["lifetime"])),
        ),
        why=(
            "A chip built for neural networks keeps weights beside its multipliers; a microcontroller fetches each "
            "from memory. The battery wall shows what that is worth: one inference every ten seconds from a coin cell."
        ),
        sources=(Link("MLPerf Tiny, least", found.least_url), Link("MLPerf Tiny, most", found.most_url)),
        computations=(
            board.link("Roofline on an nRF52840"),
            least.link("Battery at the least"),
            most.link("Battery at the most"),
        ),
        figure=keywords_figure(found, "nRF52840", board.number("latency"), board.number("energy")),
    )


def _percent(share: float) -> str:
    return format_quantity(share, "1", "percent")


def _change(share: float) -> str:
    return f"+{_percent(share)}" if share > 0 else f"−{_percent(-share)}"


def _rate(value: float) -> str:
    return f"{format_quantity(value, '1/s', 'tokens/s')} per GPU"


def _bandwidth(value: float) -> str:
    return format_quantity(value, "byte/s", "GB/s")


def _time(value: float) -> str:
    return format_quantity(value, "s")


def _energy(value: float) -> str:
    return format_quantity(value, "J")


def _ratio(value: float) -> str:
    return format_quantity(value, "1", "times")
