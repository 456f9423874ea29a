"""Presenter (stage 5) of the capstone. Does not solve."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson

from mlsysweb.show.charts.designs import DesignPoint, designs
from mlsysweb.show.measurements.confidence import chip_confidence
from mlsysweb.show.results.page import Card, Figure, Link, Table
from mlsysweb.show.results.present import card, embedded
from solvers.grammar import agree
from solvers.quantities import format_quantity
from solvers.result import Value
from solvers.specs import Precision
from solvers.verdict import State

from .design import DesignChange, DesignSpace, Scores, regions, shares
from .page import BriefConstraint, CapstonePage, Design, RegionEmissions
from .question import Inputs, Redundancy, Tenure
from .remedies import conflict, is_bought, redundancy, remedy, requirement_name
from .words import dollars, inside, rate, seconds, tonnes

_MOST_FAINT = 300


@dataclass(frozen=True)
class CapstoneLinks:
    """The path of the page, the typed text, and the chips tried (slug and name) in the order of the space."""

    url: str
    text: Mapping[str, str]
    chips: Sequence[tuple[str, str]]


def capstone_page(
    i: Inputs, score: Scores, ways: Mapping[str, DesignChange], space: DesignSpace | None, around: CapstoneLinks
) -> CapstonePage:
    """Return the page: every constraint of the brief, and the front if the design is submitted."""
    met = {name: bool(each) for name, each in score.meets(i).items()}
    short = [name for name, each in met.items() if not each]
    link = f"{around.url}?{urlencode(around.text)}" if around.text else around.url
    return CapstonePage(
        verdict=_verdict(i, score, met, ways),
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
        figures=tuple(_figures(i, score)),
        regions=tuple(_regions(i, score)),
        survives=tuple(_survives(i, score)),
        prediction_errors=tuple(_errors(i, around)),
    )


def _errors(i: Inputs, around: CapstoneLinks) -> Iterator[str]:
    """Yield how far prefills and decode steps, of which the scores follow, are predicted from measurements."""
    slug = next((slug for slug, name in around.chips if name == i.accelerator.name), "")
    return chip_confidence(("decode", "prefill"), slug, i.accelerator.name, Precision(int(i.precision)).name.lower())


def _brief(i: Inputs) -> str:
    """Return the assignment in a sentence."""
    count = len(regions(i))
    what = {Redundancy.REGION: "region" if count > 1 else "", Redundancy.REPLICA: "replica"}.get(redundancy(i), "")
    lost = f" It must survive the loss of a {what}." if what else ""
    budget, carbon = dollars(float(i.budget)), f"{tonnes(float(i.carbon_limit))} CO₂e"
    limits = f"{budget} to buy and {carbon} per year" if is_bought(i) else f"{budget} and {carbon} per year"
    return (
        f"Serve {i.model.name} to {rate(float(i.requests))}, each of "
        f"{agree(f'{float(i.prompt_length):,.0f}', ' prompt tokens')} and "
        f"{agree(f'{float(i.output_length):,.0f}', ' output tokens')}, with a p99 TTFT of at most "
        f"{seconds(float(i.ttft_target))} from {agree(str(count), ' regions')}, for at most "
        f"{limits}.{lost}"
    )


def _verdict(i: Inputs, found: Scores, met: Mapping[str, bool], ways: Mapping[str, DesignChange]) -> str:
    devices, places = format_quantity(float(found.devices), "1"), agree(str(len(regions(i))), " regions")
    size = f"{agree(devices, ' devices')} in {places}"
    budget = f"The budget is {dollars(float(i.budget))} {'to buy' if is_bought(i) else 'per year'}; {_price(i, found)}."
    missed = ", ".join(inside(requirement_name(i, name)) for name, each in met.items() if not each)
    if not missed:
        return f"All {len(met)} requirements met. {size}, {tonnes(float(found.carbon))} CO₂e per year. {budget}"
    against = f" {said}" if (said := conflict(i, ways)) else ""
    return f"{sum(met.values())} of {len(met)} requirements met. {size}; not met: {missed}. {budget}{against}"


def _price(i: Inputs, found: Scores) -> str:
    """Return what the fleet costs per year and, owned, to buy."""
    yearly = f"the fleet costs {dollars(float(found.cost))} per year"
    return f"{yearly} and {dollars(float(found.purchase))} to buy" if i.tenure == Tenure.OWN else yearly


def _constraints(
    i: Inputs, score: Scores, met: Mapping[str, bool], ways: Mapping[str, DesignChange]
) -> Iterator[BriefConstraint]:
    ttft = seconds(float(i.ttft_target))
    wanted = {
        "fits": f"≤ {format_quantity(float(score.room), 'byte')}",
        "throughput": f"≥ {rate(float(i.requests))}",
        "ttft": f"≤ {ttft}",
        "failure": f"≤ {ttft}",
        "cost": f"≤ {dollars(float(i.budget))} {'to buy' if is_bought(i) else 'per year'}",
        "carbon": f"≤ {tonnes(float(i.carbon_limit))} CO₂e per year",
    }
    for name, has in _has(i, score).items():
        if name not in met:
            continue
        sentence = "" if met[name] else remedy(i, name, ways)
        yield BriefConstraint(requirement_name(i, name), wanted[name], has, met[name], sentence)


def _has(i: Inputs, score: Scores) -> dict[str, Card]:
    """Return the design's value for each constraint of the brief."""
    capacity, ttft = float(score.capacity), float(score.ttft)
    by_region = redundancy(i) == Redundancy.REGION
    left = _ttft_without_region(i, score) if by_region else float(score.ttft_degraded)
    stands_in = "no other region" if by_region and len(regions(i)) < 2 else seconds(left)
    return {
        "fits": card("memory", Value(float(score.memory), "byte", label="Memory per device")),
        "throughput": Card("capacity", "Maximum throughput", rate(capacity), "", "compute", capacity, "1/s"),
        "ttft": Card("ttft", "TTFT (p99)", seconds(ttft), "", "", ttft, "s"),
        "failure": Card(
            "ttft_left" if by_region else "ttft_degraded", requirement_name(i, "failure"), stands_in, "", "", left, "s"
        ),
        "cost": _purchase_card(score) if is_bought(i) else _cost_card(score),
        "carbon": card("carbon", Value(float(score.carbon), "kg", "t", "Emissions per year (CO₂e)")),
    }


def _ttft_without_region(i: Inputs, score: Scores) -> float:
    return float(score.ttft_left) if len(regions(i)) > 1 else math.nan


def _cost_card(score: Scores) -> Card:
    return card("cost", Value(float(score.cost), "USD", label="Cost per year"))


def _purchase_card(score: Scores) -> Card:
    return card("purchase", Value(float(score.purchase), "USD", label="Purchase price"))


def _figures(i: Inputs, score: Scores) -> Iterator[Card]:
    """Yield figures of the design that the brief does not limit."""
    if is_bought(i):
        yield _cost_card(score)
    elif i.tenure == Tenure.OWN:
        yield _purchase_card(score)
    yield card("devices", Value(float(score.devices), "1", label="Devices"))
    yield card("replicas", Value(float(i.replicas) * len(regions(i)), "1", label="Replicas of all regions"))


def _regions(i: Inputs, score: Scores) -> Iterator[RegionEmissions]:
    for place, share, carbon in zip(regions(i), shares(i), score.carbon_by_region, strict=True):
        yield RegionEmissions(str(place.name), format_quantity(float(share), "1", "percent"), tonnes(float(carbon)))


def _survives(i: Inputs, score: Scores) -> Iterator[str]:
    """Yield whether the TTFT target is met after the loss of a replica, and of a region."""
    yield _survival("replica of the busiest region", float(score.ttft_degraded), i)
    if len(regions(i)) > 1:
        yield _survival("region, the worst to lose", float(score.ttft_left), i)
    else:
        yield "Loss of the only region: no other serves its requests."


def _survival(what: str, ttft: float, i: Inputs) -> str:
    if not math.isfinite(ttft):
        return (
            f"Loss of a {what}: does not survive, {'unknown' if math.isnan(ttft) else 'the queue grows without bound'}."
        )
    word = "survives" if ttft <= float(i.ttft_target) else "does not survive"
    return f"Loss of a {what}: {word}, TTFT (p99) {seconds(ttft)} of {seconds(float(i.ttft_target))}."


def _facts(i: Inputs, score: Scores) -> Iterator[str]:
    yield (
        "Each region is a queue with one server per batch slot (M/M/c), and each replica one of prefills (M/D/1). "
        "TTFT (p99) adds the p99 of both waits, an upper bound. Prefills interrupt decoding."
    )
    if math.isnan(float(i.accelerator.embodied_carbon)):
        yield f"The embodied carbon of {i.accelerator.name} is unknown, so the emissions per year are unknown."
    yield "A lost region's requests go in equal parts to the others. The busiest region sets TTFT and throughput."
    yield (
        "Cost per year: owned hardware at 2.5 times the price of the accelerators, depreciated over four years, or "
        "on-demand cloud prices."
    )
    yield (
        "Purchase price: 2.5 times the price of the accelerators, for network, power, cooling, facility and staff. A "
        "year costs a quarter of it, electricity and maintenance."
    )
    if i.pipeline_parallel > 1:
        yield (
            "Pipeline stages serve as many groups of requests, each in another stage. The stage with the most layers "
            "sets the pace; transfers between stages use the link between devices, without start-up times."
        )


def _compared(score: Scores, short: list[str], space: DesignSpace) -> str:
    if not len(space.front):
        return f"None of {len(space.met):,} designs tried meets this brief: no accelerator here can meet it."
    cheapest = float(space.scores.cost[space.front[0]])
    told = (
        f"{agree(f'{int(space.met.sum()):,}', f' of {len(space.met):,} designs tried meet the brief')}; the cheapest "
        f"costs {dollars(cheapest)} per year. "
    )
    if short:
        return told + "Yours does not meet it yet."
    return told + f"Yours costs {agree(format_quantity(float(score.cost) / cheapest, '1'), ' times as much')}."


def _named(space: DesignSpace, row: int, around: CapstoneLinks) -> str:
    get = {name: column[row] for name, column in space.settings.items()}
    form = Precision(int(get["precision"])).name
    chip = around.chips[int(space.chip[row])][1]
    stages = f" × PP {get['pipeline_parallel']:g}" if get["pipeline_parallel"] > 1 else ""
    return (
        f"{chip} · {form} · TP {get['tensor_parallel']:g}{stages} · {get['replicas']:g} replicas/region · "
        f"batch {get['batch_size']:g}"
    )


def _link(space: DesignSpace, row: int, around: CapstoneLinks) -> str:
    get = {name: column[row] for name, column in space.settings.items()}
    text = {
        **around.text,
        "accelerator": around.chips[int(space.chip[row])][0],
        "precision": Precision(int(get["precision"])).name.lower(),
        **{name: f"{get[name]:g}" for name in ("tensor_parallel", "pipeline_parallel", "batch_size", "replicas")},
    }
    return f"{around.url}?{urlencode(text)}"


def _designs(i: Inputs, space: DesignSpace, around: CapstoneLinks) -> Iterator[Design]:
    for row in space.front.tolist():
        yield Design(
            Link(_named(space, row, around), _link(space, row, around)),
            f"{dollars(float(space.scores.cost[row]))}/year",
            f"{tonnes(float(space.scores.carbon[row]))} CO₂e/year",
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
        tuple((d.name, dollars(d.dollars), tonnes(d.tonnes * 1e3)) for d in (*own, *front)),
    )
    return Figure(
        "designs-0",
        title,
        f"{agree(str(len(front)), ' designs are Pareto-optimal')}. Lower and further left is better.",
        embedded(orjson.dumps(drawn).decode()),
        table,
    )
