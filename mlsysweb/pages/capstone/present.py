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
        brief=_brief(i),
    )


def _brief(i: Inputs) -> str:
    """Return the assignment in a sentence."""
    count = len(regions(i))
    lost = " It must survive the loss of a region." if count > 1 else ""
    return (
        f"Serve {i.model.name} to {_rate(float(i.requests))} with a p99 TTFT of at most "
        f"{_seconds(float(i.ttft_target))} from {agree(str(count), ' regions')}, for at most "
        f"{_dollars(float(i.budget))} and {_tonnes(float(i.carbon_limit))} CO₂e per year.{lost}"
    )


_NAMES = {
    "fits": "Memory per device",
    "throughput": "Throughput",
    "ttft": "TTFT (p99)",
    "failure": "TTFT (p99) after loss of a region",
    "cost": "Budget",
    "carbon": "Carbon budget",
}


def _verdict(i: Inputs, found: Scores, short: list[str]) -> str:
    devices, places = format_quantity(float(found.devices), "1"), agree(str(len(regions(i))), " regions")
    size = f"{agree(devices, ' devices')} in {places}"
    if not short:
        yearly = f"{_dollars(float(found.cost))} and {_tonnes(float(found.carbon))} CO₂e per year"
        return f"All {len(_NAMES)} requirements met. {size}: {yearly}."
    missed = ", ".join(_inside(_NAMES[name]) for name in short)
    return f"{len(_NAMES) - len(short)} of {len(_NAMES)} requirements met. {size}; not met: {missed}."


def _inside(label: str) -> str:
    """Return a label as it reads inside a sentence: an abbreviation keeps its capitals."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _dollars(value: float) -> str:
    return format_quantity(value, "USD")


def _tonnes(value: float) -> str:
    return format_quantity(value, "kg", "t")


def _seconds(value: float) -> str:
    return format_quantity(value, "s") if math.isfinite(value) else "unbounded: the queue is unstable"


def _rate(value: float) -> str:
    return f"{format_quantity(value, '1')} requests/s"


def _constraints(
    i: Inputs, score: Scores, met: Mapping[str, bool], ways: Mapping[str, tuple[str, float]]
) -> Iterator[BriefConstraint]:
    ttft = _seconds(float(i.ttft_target))
    wanted = {
        "fits": f"≤ {format_quantity(float(score.room), 'byte')}",
        "throughput": f"≥ {_rate(float(i.requests))}",
        "ttft": f"≤ {ttft}",
        "failure": f"≤ {ttft}",
        "cost": f"≤ {_dollars(float(i.budget))} per year",
        "carbon": f"≤ {_tonnes(float(i.carbon_limit))} CO₂e per year",
    }
    for name, has in _has(i, score).items():
        sentence = "" if met[name] else _remedy(i, name, ways)
        yield BriefConstraint(_NAMES[name], wanted[name], has, met[name], sentence)


def _has(i: Inputs, score: Scores) -> dict[str, Card]:
    """Return the design's value for each constraint of the brief."""
    capacity, ttft = float(score.capacity), float(score.ttft)
    left = float(score.ttft_left) if len(regions(i)) > 1 else math.nan
    stands_in = _seconds(left) if len(regions(i)) > 1 else "no other region"
    return {
        "fits": card("memory", Value(float(score.memory), "byte", label="Memory per device")),
        "throughput": Card("capacity", "Maximum throughput", _rate(capacity), "", "compute", capacity, "1/s"),
        "ttft": Card("ttft", "TTFT (p99)", _seconds(ttft), "", "", ttft, "s"),
        "failure": Card("ttft_left", "TTFT (p99) after loss of a region", stands_in, "", "", left, "s"),
        "cost": card("cost", Value(float(score.cost), "USD", label="Cost per year")),
        "carbon": card("carbon", Value(float(score.carbon), "kg", "t", "Emissions per year (CO₂e)")),
    }


_INPUT_WORDS = {
    "replicas": "replicas per region",
    "tensor_parallel": "tensor-parallel devices",
    "batch_size": "requests per batch",
}


def _remedy(i: Inputs, name: str, ways: Mapping[str, tuple[str, float]]) -> str:
    if name == "failure" and len(regions(i)) < 2:
        return "Add a second region."
    if name not in ways:
        return (
            "No single change of replicas, tensor-parallel size or batch size is enough. Try another accelerator, "
            "precision or region."
        )
    knob, value = ways[name]
    return f"{agree(f'{value:g}', f' {_INPUT_WORDS[knob]}')} would meet it (now {float(getattr(i, knob)):g})."


def _facts(i: Inputs, score: Scores) -> Iterator[str]:
    yield ("Each region is modeled as a queue with one server per batch slot (M/M/c). Prefills interrupt decoding.")
    if math.isnan(float(i.accelerator.embodied_carbon)):
        yield f"The embodied carbon of {i.accelerator.name} is unknown, so the emissions per year are unknown."
    yield "When a region is lost, the others take its requests and must still meet the TTFT target."
    yield (
        "Cost per year: owned hardware at 2.5 times the price of the accelerators, depreciated over four years, or "
        "on-demand cloud prices."
    )
    yield "Pipeline parallelism is not offered: the serving model splits each layer over devices (tensor parallelism)."


def _compared(score: Scores, short: list[str], space: DesignSpace) -> str:
    if not len(space.front):
        return f"None of {len(space.met):,} designs tried meets this brief: no accelerator here can meet it."
    cheapest = float(space.scores.cost[space.front[0]])
    told = (
        f"{agree(f'{int(space.met.sum()):,}', f' of {len(space.met):,} designs tried meet the brief')}; the cheapest "
        f"costs {_dollars(cheapest)} per year. "
    )
    if short:
        return told + "Yours does not meet it yet."
    return told + f"Yours costs {agree(format_quantity(float(score.cost) / cheapest, '1'), ' times as much')}."


def _named(space: DesignSpace, row: int, around: CapstoneLinks) -> str:
    get = {name: column[row] for name, column in space.settings.items()}
    form = Precision(int(get["precision"])).name
    chip = around.chips[int(space.chip[row])][1]
    return (
        f"{chip} · {form} · TP {get['tensor_parallel']:g} · {get['replicas']:g} replicas/region · "
        f"batch {get['batch_size']:g}"
    )


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
            f"{_dollars(float(space.scores.cost[row]))}/year",
            f"{_tonnes(float(space.scores.carbon[row]))} CO₂e/year",
            "knee" if row == space.knee else "",
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
    own = [DesignPoint("Your design", float(score.cost), float(score.carbon) / 1e3)]
    front = [dot(row) for row in space.front.tolist()]
    drawn = designs([dot(row) for row in faint], front, [dot(space.knee)] if space.knee >= 0 else [], own)
    title = "Your design vs. the Pareto front"
    table = Table(
        ("Design", "Cost per year", "CO₂e per year"),
        tuple((d.name, _dollars(d.dollars), _tonnes(d.tonnes * 1e3)) for d in (*own, *front)),
    )
    return Figure(
        "designs-0",
        title,
        f"{agree(str(len(front)), ' designs are Pareto-optimal')}. Lower and further left is better.",
        embedded(orjson.dumps(drawn).decode()),
        table,
    )
