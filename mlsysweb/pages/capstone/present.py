"""Presenter (stage 5) of the capstone. Does not solve."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson

from mlsysweb.show.charts.designs import DesignPoint, designs
from mlsysweb.show.results.page import Card, Figure, Link, Table
from mlsysweb.show.results.present import card, embedded
from solvers.grammar import agree
from solvers.quantities import format_quantity
from solvers.result import Value
from solvers.specs import Precision
from solvers.verdict import State

from .design import DesignSpace, Scores, regions
from .page import BriefConstraint, CapstonePage, Design
from .question import Inputs

_MOST_FAINT = 300


@dataclass(frozen=True)
class CapstoneLinks:
    """The path of the page, the typed text, and the chips tried (slug and name) in the order of the space."""

    url: str
    text: Mapping[str, str]
    chips: Sequence[tuple[str, str]]


def capstone_page(
    i: Inputs, score: Scores, ways: Mapping[str, tuple[str, float]], space: DesignSpace | None, around: CapstoneLinks
) -> CapstonePage:
    """Return the page: every constraint of the brief, and the front if the design is submitted."""
    met = {name: bool(each) for name, each in score.meets(i).items()}
    short = [name for name, each in met.items() if not each]
    link = f"{around.url}?{urlencode(around.text)}" if around.text else around.url
    return CapstonePage(
        verdict=_verdict(i, score, short),
        kind=State.MISSED if short else State.OK,
        constraints=tuple(_constraints(i, score, met, ways)),
        facts=tuple(_facts(i, score)),
        figure=_figure(i, score, space, around) if space is not None and len(space.front) else None,
        designs=tuple(_designs(i, space, around)) if space is not None else (),
        compared=_compared(score, short, space) if space is not None else "",
        submit=f"{around.url}?{urlencode({**around.text, 'submitted': 'yes'})}",
        submitted=space is not None,
        url=link,
    )


_NAMES = {
    "fits": "Fits in memory",
    "throughput": "Keeps up with the requests",
    "ttft": "First token in time",
    "failure": "Survives the loss of a region",
    "cost": "Within the budget",
    "carbon": "Within the carbon",
}


_MISSED = {
    "fits": "memory capacity",
    "throughput": "throughput",
    "ttft": "time to first token",
    "failure": "region failover",
    "cost": "budget",
    "carbon": "carbon limit",
}


def _verdict(i: Inputs, found: Scores, short: list[str]) -> str:
    devices, places = format_quantity(float(found.devices), "1"), agree(str(len(regions(i))), " regions")
    size = f"{agree(devices, ' devices')} in {places}"
    if not short:
        yearly = f"{_dollars(float(found.cost))} and {_tonnes(float(found.carbon))} CO₂e per year"
        return f"All {len(_MISSED)} requirements met. {size}: {yearly}."
    missed = ", ".join(_MISSED[name] for name in short)
    return f"{len(_MISSED) - len(short)} of {len(_MISSED)} requirements met. {size}; not met: {missed}."


def _dollars(value: float) -> str:
    return format_quantity(value, "USD")


def _tonnes(value: float) -> str:
    return format_quantity(value, "kg", "t")


def _seconds(value: float) -> str:
    return format_quantity(value, "s") if math.isfinite(value) else "never: the queue grows"


def _rate(value: float) -> str:
    return f"{format_quantity(value, '1')} a second"


def _constraints(
    i: Inputs, score: Scores, met: Mapping[str, bool], ways: Mapping[str, tuple[str, float]]
) -> Iterator[BriefConstraint]:
    ttft = _seconds(float(i.ttft_target))
    wanted = {
        "fits": f"{format_quantity(float(score.room), 'byte')} a device",
        "throughput": _rate(float(i.requests)),
        "ttft": ttft,
        "failure": ttft,
        "cost": f"{_dollars(float(i.budget))} a year",
        "carbon": f"{_tonnes(float(i.carbon_limit))} a year",
    }
    for name, has in _has(i, score).items():
        limit = _LIMITS[name].format(wanted[name])
        sentence = "" if met[name] else _remedy(i, name, ways)
        yield BriefConstraint(_NAMES[name], wanted[name], has, met[name], sentence, limit)


# The words after a figure of the design: the target or limit it is compared with.
_LIMITS = {
    "fits": " of {}",
    "throughput": "; target {}",
    "ttft": "; target {}",
    "failure": "; target {}",
    "cost": " of a budget of {}",
    "carbon": " of a limit of {}",
}


def _has(i: Inputs, score: Scores) -> dict[str, Card]:
    """Return the design's value for each constraint of the brief."""
    capacity, ttft = float(score.capacity), float(score.ttft)
    left = float(score.ttft_left) if len(regions(i)) > 1 else math.nan
    stands_in = _seconds(left) if len(regions(i)) > 1 else "there is no other region"
    return {
        "fits": card("memory", Value(float(score.memory), "byte", label="Memory a device")),
        "throughput": Card("capacity", "Requests it keeps up with", _rate(capacity), "", "compute", capacity, "1/s"),
        "ttft": Card("ttft", "First token", _seconds(ttft), "", "", ttft, "s"),
        "failure": Card("ttft_left", "First token, a region lost", stands_in, "", "", left, "s"),
        "cost": card("cost", Value(float(score.cost), "USD", label="Cost a year")),
        "carbon": card("carbon", Value(float(score.carbon), "kg", "t", "Carbon a year")),
    }


_INPUT_WORDS = {
    "replicas": "replicas a region",
    "tensor_parallel": "devices a replica",
    "batch_size": "requests a batch",
}


def _remedy(i: Inputs, name: str, ways: Mapping[str, tuple[str, float]]) -> str:
    if name == "failure" and len(regions(i)) < 2:
        return "A second region would have to stand in."
    if name not in ways:
        return "No number of replicas, devices or requests a batch alone would do: another chip, format or place might."
    knob, value = ways[name]
    return f"{agree(f'{value:g}', f' {_INPUT_WORDS[knob]}')} would do, instead of {float(getattr(i, knob)):g}."


def _facts(i: Inputs, score: Scores) -> Iterator[str]:
    yield (
        "A region is a queue before as many places as its replicas have in their batches; prefills interrupt decoding."
    )
    if math.isnan(float(i.accelerator.embodied_carbon)):
        yield f"The embodied carbon of {i.accelerator.name} is not known, so neither is the carbon of a year."
    yield "The loss of a region sends its requests to the others, which have to answer as fast."
    yield (
        "The year's cost is that of owning at 2.5 times the price of the chips over four years, or of renting on "
        "demand."
    )
    yield "Stages of a pipeline are no choice here: the serving wall splits layers over devices, not between them."


def _compared(score: Scores, short: list[str], space: DesignSpace) -> str:
    if not len(space.front):
        return f"None of {len(space.met):,} designs tried meets this brief: it asks too much of any of the chips."
    cheapest = float(space.scores.cost[space.front[0]])
    told = (
        f"{agree(f'{int(space.met.sum()):,}', f' of {len(space.met):,} designs tried meet the brief')}; the cheapest "
        f"costs {_dollars(cheapest)} a year. "
    )
    if short:
        return told + "Yours does not meet it yet."
    return told + f"Yours costs {agree(format_quantity(float(score.cost) / cheapest, '1'), ' times as much')}."


def _named(space: DesignSpace, row: int, around: CapstoneLinks) -> str:
    get = {name: column[row] for name, column in space.settings.items()}
    form = Precision(int(get["precision"])).name.lower()
    chip = around.chips[int(space.chip[row])][1]
    return f"{chip}, {form}, {get['tensor_parallel']:g} × {get['replicas']:g} a region, batch {get['batch_size']:g}"


def _link(space: DesignSpace, row: int, around: CapstoneLinks) -> str:
    get = {name: column[row] for name, column in space.settings.items()}
    text = {
        **around.text,
        "accelerator": around.chips[int(space.chip[row])][0],
        "precision": Precision(int(get["precision"])).name.lower(),
        **{name: f"{get[name]:g}" for name in ("tensor_parallel", "batch_size", "replicas")},
    }
    return f"{around.url}?{urlencode(text)}"


def _designs(i: Inputs, space: DesignSpace, around: CapstoneLinks) -> Iterator[Design]:
    for row in space.front.tolist():
        yield Design(
            Link(_named(space, row, around), _link(space, row, around)),
            _dollars(float(space.scores.cost[row])),
            _tonnes(float(space.scores.carbon[row])),
            "where the front bends" if row == space.knee else "",
        )


def _figure(i: Inputs, score: Scores, space: DesignSpace, around: CapstoneLinks) -> Figure:
    def dot(row: int) -> DesignPoint:
        url = _link(space, row, around) if row in best else ""
        return DesignPoint(
            _named(space, row, around), float(space.scores.cost[row]), float(space.scores.carbon[row]) / 1e3, url
        )

    best = set(space.front.tolist())
    rows = [row for row in space.met.nonzero()[0].tolist() if row not in best]
    faint = rows[:: max(1, len(rows) // _MOST_FAINT)]
    own = [DesignPoint("your design", float(score.cost), float(score.carbon) / 1e3)]
    front = [dot(row) for row in space.front.tolist()]
    drawn = designs([dot(row) for row in faint], front, [dot(space.knee)] if space.knee >= 0 else [], own)
    title = "Your design beside those nobody beats"
    table = Table(
        ("Design", "Cost (USD a year)", "CO2e (t a year)"),
        tuple((d.name, f"{d.dollars:,.0f}", f"{d.tonnes:,.4g}") for d in (*own, *front)),
    )
    return Figure(
        "designs-0",
        title,
        f"{len(front)} designs on the front; the lower and the further left, the better.",
        embedded(orjson.dumps(drawn).decode()),
        table,
    )
