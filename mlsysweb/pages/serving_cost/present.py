"""Presenter (stage 5) of the serving cost. Does not solve."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
import orjson

from mlsysweb.show.charts.serving_cost import CostBar, cut_at, is_cut, serving_cost
from mlsysweb.show.measurements.confidence import chip_confidence
from mlsysweb.show.results.page import Card, Figure, Link, Table
from mlsysweb.show.results.present import card, embedded
from solvers.grammar import agree
from solvers.quantities import format_quantity
from solvers.result import Value
from solvers.specs import Accelerator, Precision
from solvers.verdict import State

from .page import COLUMNS, AcceleratorCost, ServingCostPage
from .question import Inputs, Purchase
from .sizing import CONCURRENCIES, DEGREES, Options, PricedFleets, missing_rate, within_slo

_WAYS = {Purchase.OWN: "owned", Purchase.ON_DEMAND: "on demand", Purchase.SPOT: "on spot machines"}


@dataclass(frozen=True)
class ServingCostLinks:
    """The paths of the page, of its CSV and of the serving wall, the typed text, and the slugs of the accelerators."""

    url: str
    csv: str
    wall: str
    text: Mapping[str, str]
    slugs: Sequence[str]


def serving_cost_page(
    i: Inputs, chips: Sequence[Accelerator], of: Options, fleet: PricedFleets, around: ServingCostLinks
) -> ServingCostPage:
    """Return the page: the cheapest accelerator, and a row for each, cheapest first."""
    cost = fleet.monthly[_way(i)]
    order = sorted(
        range(len(chips)), key=lambda k: (not fleet.met[k], math.isnan(cost[k]), float(np.nan_to_num(cost[k])))
    )
    best = order[0] if fleet.met[order[0]] and math.isfinite(cost[order[0]]) else None
    query = f"?{urlencode(around.text)}" if around.text else ""
    missed = {k: "" if fleet.met[k] else _missed(i, chips[k], of, k) for k in order}
    return ServingCostPage(
        verdict=_verdict(i, chips, fleet, best),
        kind=State.OK if fleet.met.any() else State.MISSED,
        cards=tuple(_cards(i, fleet, best)) if best is not None else (),
        figure=_figure(i, chips, of, fleet, order, None if best is None else (best, _way(i)))
        if fleet.met.any()
        else None,
        columns=COLUMNS,
        note=(f"Weights and KV cache are in {_format(i)}. In brackets: the limit that more concurrency would miss."),
        rows=tuple(_row(i, chips[k], of, fleet, k, missed[k], k == best, around) for k in order),
        assumptions=tuple(_assumptions(i)),
        csv=f"{around.csv}{query}",
        url=f"{around.url}{query}",
        prediction_errors=() if best is None else tuple(_errors(i, chips[best], around.slugs[best])),
    )


def _errors(i: Inputs, chip: Accelerator, slug: str) -> Iterator[str]:
    """Yield how far prefills and decode steps, of which TTFT and the fleet follow, are predicted from measurements."""
    return chip_confidence(("decode", "prefill"), slug, chip.name, Precision(int(i.precision)).name.lower())


def _way(i: Inputs) -> str:
    return Purchase(int(i.purchase)).name.lower()


def _format(i: Inputs) -> str:
    """Return the number format of weights and KV cache as a page shows it: `FP8`."""
    return Precision(int(i.precision)).name


def _text(value: float, unit: str, display: str = "") -> str:
    return format_quantity(float(value), unit, display or unit) if math.isfinite(value) else "unknown"


def _verdict(i: Inputs, chips: Sequence[Accelerator], fleet: PricedFleets, best: int | None) -> str:
    way = _WAYS[Purchase(int(i.purchase))]
    if best is not None:
        devices = format_quantity(float(fleet.replicas[best] * fleet.tensor_parallel[best]), "1")
        monthly = _text(fleet.monthly[_way(i)][best], "USD")
        return (
            f"SLO met. Cheapest: {devices} × {chips[best].name}, {monthly}/month {way}, "
            f"p99 TTFT {_text(fleet.ttft[best], 's')}. Weights and KV cache are in {_format(i)}."
        )
    if fleet.met.any():
        met = int(fleet.met.sum())
        return f"SLO met. {met} of {len(chips)} accelerators meet it, but none has a known {way} price."
    return f"SLO missed. None of {len(chips)} accelerators meets it with up to {DEGREES[-1]:g} devices per replica."


def _cards(i: Inputs, fleet: PricedFleets, best: int) -> Iterator[Card]:
    yield card("cost", Value(float(fleet.monthly[_way(i)][best]), "USD", label="Cost per month"))
    million = float(fleet.per_million[_way(i)][best])
    yield card("cost_per_million_tokens", Value(million, "USD", label="Cost per 1M output tokens"))
    yield card("ttft", Value(float(fleet.ttft[best]), "s", label="p99 TTFT"))
    yield card("replicas", Value(float(fleet.replicas[best]), "1", label="Replicas"))
    yield card("carbon", Value(float(fleet.carbon[best]), "kg", "t", "Operational CO₂e per month"))


def _row(
    i: Inputs,
    chip: Accelerator,
    of: Options,
    fleet: PricedFleets,
    k: int,
    missed: str,
    best: bool,
    around: ServingCostLinks,
) -> AcceleratorCost:
    same = {name: around.text[name] for name in ("model", "prompt_length", "output_length") if name in around.text}
    form = Precision(int(i.precision)).name.lower()
    asked = {
        "model": "llama-3-70b",
        **same,
        "accelerator": around.slugs[k],
        "precision": form,
        "kv_precision": form,
        **({} if missed else _settings(fleet, k)),
    }
    link = Link(chip.name, f"{around.wall}?{urlencode(asked)}")
    return AcceleratorCost(link, () if missed else tuple(_cells(i, of, fleet, k)), missed, best)


def _settings(fleet: PricedFleets, k: int) -> dict[str, str]:
    columns = {name: getattr(fleet, name) for name in ("tensor_parallel", "concurrency", "replicas")}
    return {name: f"{column[k]:g}" for name, column in columns.items()}


def _cells(i: Inputs, of: Options, fleet: PricedFleets, k: int) -> Iterator[str]:
    yield _text(fleet.replicas[k], "1")
    yield _text(fleet.ttft[k], "s")
    for way in ("own", "on_demand", "spot"):
        yield _text(fleet.monthly[way][k], "USD")
    yield _text(fleet.per_million[_way(i)][k], "USD")
    yield _text(fleet.carbon[k], "kg", "t")
    yield _text(fleet.itl[k], "s")
    yield _text(fleet.replicas[k] * fleet.tensor_parallel[k], "1")
    limit = _concurrency_limit(i, of, fleet, k)
    yield f"TP {fleet.tensor_parallel[k]:g}, {fleet.concurrency[k]:g} concurrent{f' ({limit})' if limit else ''}"


def _concurrency_limit(i: Inputs, of: Options, fleet: PricedFleets, k: int) -> str:
    """Return which limit the next larger concurrency of a replica misses: memory, TTFT, ITL or, in the queue, p99 TTFT;
    empty where none."""
    place = CONCURRENCIES.index(fleet.concurrency[k]) + 1
    if place == len(CONCURRENCIES):
        return ""
    at = k, DEGREES.index(fleet.tensor_parallel[k]), place
    missed = {
        "memory": not of.fits[at],
        "TTFT": of.ttft[at] > i.ttft_target,
        "ITL": of.itl[at] > i.itl_target,
        "p99 TTFT": not fleet.meets_more[k],
    }
    return next((name for name, is_missed in missed.items() if is_missed), "")


def _missed(i: Inputs, chip: Accelerator, of: Options, k: int) -> str:
    """Return which limit the accelerator misses, and by how much."""
    if missing_rate(i, chip):
        return f"Its {Precision(int(i.precision)).name} rate is unknown."
    if math.isnan(chip.memory_capacity):
        return "Its memory capacity is unknown."
    fits = of.fits[k]
    known = fits & ~np.isnan(of.ttft[k])
    largest = f"{DEGREES[-1]:g} devices"
    if not fits.any() and math.isnan(chip.interconnect_bandwidth):
        return "Does not fit on one device, and the bandwidth of its link is unknown."
    if not fits.any():
        return f"Does not fit: {_text(of.shortfall[k, -1, 0], 'byte')} per device short on {largest}."
    if not known.any():
        return "A figure that its latency follows from is unknown."
    for name, values, target in (("TTFT", of.ttft[k], i.ttft_target), ("ITL", of.itl[k], i.itl_target)):
        lowest = float(values[known].min())
        if lowest > target:
            over = f"{_text(lowest - float(target), 's')} over {_text(float(target), 's')}"
            return f"{name} is at least {_text(lowest, 's')}, {over}."
    if within_slo(i, of)[k].any():
        return f"The queue keeps p99 TTFT over {_text(float(i.ttft_target), 's')}, also with 64 more replicas."
    return "No configuration meets the TTFT and ITL limits together."


def _figure(
    i: Inputs,
    chips: Sequence[Accelerator],
    of: Options,
    fleet: PricedFleets,
    order: Sequence[int],
    cheapest: tuple[int, str] | None,
) -> Figure:
    """Return the chart of costs in `order`; `cheapest` is the accelerator and the way to pay that the ranking begins
    with. Its text says what makes an accelerator so dear that its bars are cut."""
    ways = ("own", "on_demand", "spot")

    def bar(k: int) -> CostBar:
        costs = [float(fleet.monthly[way][k]) for way in ways]
        texts = tuple(_text(cost, "USD") if math.isfinite(cost) else "" for cost in costs)
        dollars = tuple(cost if math.isfinite(cost) else None for cost in costs)
        best = ways.index(cheapest[1]) if cheapest and cheapest[0] == k else None
        return CostBar(chips[k].name, dollars, texts, not fleet.met[k], best)

    drawn = [bar(k) for k in order]
    rows = tuple((b.name, *(text or ("misses the SLO" if b.missed else "unknown") for text in b.texts)) for b in drawn)
    limit = cut_at(drawn)
    cut = [_why_cut(i, chips, of, fleet, k) for k, b in zip(order, drawn, strict=True) if is_cut(b, limit)]
    table = Table(("Accelerator", "Owned per month", "On demand per month", "Spot per month"), rows)
    return Figure(
        "serving-cost-0",
        "Cost per month by accelerator",
        " ".join([f"{int(fleet.met.sum())} of {len(chips)} accelerators meet the SLO.", *cut]),
        embedded(orjson.dumps(serving_cost(drawn)).decode()),
        table,
    )


def _why_cut(i: Inputs, chips: Sequence[Accelerator], of: Options, fleet: PricedFleets, k: int) -> str:
    held = agree(f"{fleet.concurrency[k]:g}", " concurrent requests")
    limit = _concurrency_limit(i, of, fleet, k)
    if not limit:
        return f"Bars of {chips[k].name} are cut."
    target = {"TTFT": i.ttft_target, "p99 TTFT": i.ttft_target, "ITL": i.itl_target}.get(limit)
    of_slo = "" if target is None else f" SLO of {_text(float(target), 's')}"
    return f"Bars of {chips[k].name} are cut: {limit}{of_slo} limits a replica to {held}."


def _assumptions(i: Inputs) -> Iterator[str]:
    yield (
        "Tensor-parallel degree (1, 2, 4 or 8) and concurrency per replica are those that need the fewest devices and "
        "meet TTFT and ITL."
    )
    yield (
        "p99 TTFT is the prefill time of one prompt, plus the p99 wait in an M/G/c queue with one server for each "
        "concurrent request, plus the p99 wait behind the prefills of other prompts (M/D/1). Arrivals are Poisson. "
        "The sum of both waits is an upper bound."
    )
    yield "A month is a twelfth of 365 days. Cost per 1M tokens counts output tokens only, at the cost ranked by."
    yield "Owned devices draw idle power when idle. Rented devices are paid for all month, also when idle."
    yield "Spot replicas fail independently, are replaced after the recovery time, and write no checkpoints."
    yield "CO₂e is operational only: the embodied carbon of most accelerators is unknown, so it is left out of all."
    yield "Unknown: the catalog has no such price or figure for that accelerator. None is borrowed from another."
