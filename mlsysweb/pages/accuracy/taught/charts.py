"""The figures of the lessons of measurements. Do not solve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import orjson

from mlsysweb.show.charts.measured_series import PlottedSeries, measured_series
from mlsysweb.show.results.page import Figure, Table
from mlsysweb.show.results.present import embedded
from solvers.quantities import format_quantity
from solvers.result import Value

from .figures import KeywordSpotting, PowerCapping, ReducingSwitch, RequestLog, Round

_MOST_ROWS = 60
# Between two results of a round, of the distance between two rounds.
_BESIDE = 0.035


def capping_figure(found: PowerCapping) -> Figure:
    """Return energy and time of an epoch against the power limit."""
    limits, energy, time = zip(*found.by_limit, strict=True)
    series = (
        PlottedSeries("Energy per epoch", limits, energy),
        PlottedSeries("Time per epoch", limits, time, color=1),
    )
    least = limits[energy.index(min(energy))]
    across, up = Value(0.0, "W", "W", "Power limit"), Value(0.0, "1", "times", f"Relative to {limits[-1]:g} W")
    rows = tuple((_text(limit, "W"), _times(joules), _times(seconds)) for limit, joules, seconds in found.by_limit)
    return Figure(
        id="power-capping-chart",
        title="Energy and time of an epoch vs. power limit",
        description=f"Medians of {found.workloads} workloads. Energy is lowest at {_text(least, 'W')}.",
        plot=_plot(measured_series(series, across, up, near=True, view="capping")),
        table=Table(("Power limit", "Energy per epoch", "Time per epoch"), rows),
    )


def rounds_figure(found: Sequence[Round], predicted: float) -> Figure:
    """Return all results by round, and the one prediction for every round."""
    names = list(dict.fromkeys(each.name for each in found))
    places = [names.index(each.name) + _BESIDE * beside for each, beside in zip(found, _places(found), strict=True)]
    series = (
        PlottedSeries(
            "Measured",
            places,
            [each.rate for each in found],
            points=True,
            texts=[f"{each.submitter}, {each.devices} GPUs, {each.name}" for each in found],
            urls=[each.url for each in found],
        ),
        PlottedSeries("Predicted", [-0.4, len(names) - 0.6], [predicted] * 2, predicted=True, color=1),
    )
    across, up = Value(0.0, "1", "1", "Round of MLPerf Inference"), Value(0.0, "1/s", "1/s", "Tokens/s per GPU")
    plot = measured_series(series, across, up, view="rounds")
    plot["layout"]["xaxis"] |= {"tickvals": list(range(len(names))), "ticktext": names}
    worst = min(each.rate for each in found)
    return Figure(
        id="mlperf-rounds-chart",
        title="Throughput of one GPU by round",
        description=f"{len(found)} results. Even within a round the same chip differs by {_times(_spread(found))}.",
        plot=_plot(plot),
        table=Table(
            ("Round", "Submitter", "GPUs", "Tokens/s per GPU", "Relative to the lowest"),
            tuple(
                (each.name, each.submitter, str(each.devices), f"{each.rate:,.0f}", _times(each.rate / worst))
                for each in found
            ),
        ),
    )


def _places(found: Sequence[Round]) -> list[float]:
    """Return the place of each result beside the others of its round, the middle at 0, so that none hides another."""
    sizes = Counter(each.name for each in found)
    return [
        sum(other.name == each.name for other in found[:at]) - (sizes[each.name] - 1) / 2
        for at, each in enumerate(found)
    ]


def _spread(found: Sequence[Round]) -> float:
    """Return the largest ratio of two rates of one round."""
    rounds = {each.name: [other.rate for other in found if other.name == each.name] for each in found}
    return max(max(rates) / min(rates) for rates in rounds.values())


def switch_figure(found: ReducingSwitch, sizes: Sequence[float], ring: Sequence[float]) -> Figure:
    """Return bus bandwidth against the size of the message: measured, of a ring, and the link."""
    sources = list(dict.fromkeys(source for *_, source, _ in found.by_size))
    measured = []
    for place, source in enumerate(sources):
        own = [row for row in found.by_size if row[2] == source]
        measured.append(
            PlottedSeries(
                source,
                [size for size, *_ in own],
                [rate for _, rate, *_ in own],
                points=True,
                color=2 * place,
                texts=[source] * len(own),
                urls=[url for *_, url in own],
            )
        )
    ends = [min(sizes), max(sizes)]
    series = (
        *measured,
        PlottedSeries("Ring, predicted", sizes, ring, predicted=True, color=1),
        PlottedSeries("Link, one way", ends, [found.link] * 2, color=6),
    )
    above = sum(rate > found.link for _, rate, *_ in found.by_size)
    across, up = (
        Value(0.0, "byte", "MB", "Message per device"),
        Value(0.0, "byte/s", "GB/s", "Bus bandwidth"),
    )
    return Figure(
        id="reducing-switch-chart",
        title="Bus bandwidth of an all-reduce vs. message size",
        description=f"{above} of {len(found.by_size)} measured all-reduces exceed the link.",
        plot=_plot(measured_series(series, across, up, logx=True, view="switch")),
        table=Table(
            ("Message", "Bus bandwidth", "Source"),
            tuple(
                (_text(size, "byte", "MB"), _text(rate, "byte/s", "GB/s"), source)
                for size, rate, source, _ in found.by_size
            ),
        ),
    )


def queue_figure(found: RequestLog, begins: Sequence[float], slots: int) -> Figure:
    """Return how many requests wait over time: by the log, and with its arrivals replayed against a queue of as many
    slots, where service `begins`."""
    measured, replayed = _waiting(found.arrivals, found.begins), _waiting(found.arrivals, begins)
    series = (
        PlottedSeries("Measured", *_columns(measured), stepped=True),
        PlottedSeries(f"Replayed, {slots} slots", *_columns(replayed), predicted=True, stepped=True, color=1),
    )
    across, up = Value(0.0, "s", "s", "Time"), Value(0.0, "1", "1", "Waiting requests")
    rows = measured[:: max(1, len(measured) // _MOST_ROWS)]
    return Figure(
        id="request-log-chart",
        title="Waiting requests vs. time",
        description=(
            f"Both rise alike while requests arrive. The queue is empty after {_text(found.begins[-1], 's')}; "
            f"replayed, after {_text(max(begins), 's')}."
        ),
        plot=_plot(measured_series(series, across, up, view="queue")),
        table=Table(("Time", "Waiting requests"), tuple((_text(time, "s"), f"{number:.0f}") for time, number in rows)),
    )


def _columns(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _waiting(arrivals: Sequence[float], begins: Sequence[float]) -> list[tuple[float, float]]:
    """Return the number of requests that have arrived and are not served yet, after each change."""
    changes = sorted(chain(((time, 1) for time in arrivals), ((time, -1) for time in begins)), key=lambda each: each[0])
    number, found = 0, []
    for time, change in changes:
        number += change
        found.append((time, float(max(number, 0))))
    return found


def keywords_figure(found: KeywordSpotting, board: str, latency: float, energy: float) -> Figure:
    """Return the energy of each entry against its latency, and the prediction for a board."""
    submitters = list(dict.fromkeys(each[0] for each in found.systems))
    series = []
    for place, submitter in enumerate(submitters):
        own = [each for each in found.systems if each[0] == submitter]
        series.append(
            PlottedSeries(
                submitter,
                [each[2] for each in own],
                [each[3] for each in own],
                points=True,
                color=place,
                texts=[each[1] for each in own],
                urls=[each[4] for each in own],
            )
        )
    series.append(PlottedSeries(f"{board}, predicted", [latency], [energy], predicted=True, points=True, color=7))
    across, up = Value(0.0, "s", "ms", "Latency"), Value(0.0, "J", "J", "Energy per inference")
    return Figure(
        id="keyword-spotting-chart",
        title="Energy vs. latency of one inference",
        description="Microcontrollers lie together; the chip built for neural networks is far below them.",
        plot=_plot(measured_series(series, across, up, logx=True, logy=True, view="keywords")),
        table=Table(
            ("Submitter", "System", "Latency", "Energy"),
            tuple(
                (who, system, _text(time, "s"), _text(joules, "J")) for who, system, time, joules, _ in found.systems
            ),
        ),
    )


def _plot(figure: Mapping[str, Any]) -> str:
    return embedded(orjson.dumps(figure).decode())


def _text(value: float, unit: str, shown: str = "") -> str:
    return format_quantity(value, unit, shown) if shown else format_quantity(value, unit)


def _times(ratio: float) -> str:
    return format_quantity(ratio, "1", "times")
