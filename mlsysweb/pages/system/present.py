"""Presenter (stage 5) of the system pages. Does not solve."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mlsysweb.show.measurements.nearest import nearby
from mlsysweb.show.results.page import Link
from mlsysweb.show.results.present import card, result_figures
from solvers.declare import Solver
from solvers.formatting import fill_slots, format_value
from solvers.pipeline.wall_stages import (
    DESCRIPTION,
    FACTORS,
    IRON_LAW,
    WALL_STAGES,
    WallStage,
    factor_owners,
    rests_on,
    utilization,
)
from solvers.quantities import format_quantity
from solvers.result import Result, Value
from solvers.taxonomy import WALLS
from solvers.verdict import State

from .page import FactorRow, IronLawPage, KeyFigure, SystemPage, WallGroup, WallRow

# Key figures, chosen so that a change of chip, batch or site visibly affects several of them; those of the training run
# say so.
_SERVING_KEYS = (("serving", "ttft"), ("serving", "itl"), ("tail_latency", "p99_response"))
_SERVING_COSTS = {
    "tco": "Serving cost per month",
    "cost_per_million_tokens": "Serving cost per 1M output tokens",
}
_TRAINING_KEYS = (
    (IRON_LAW, "training_time"),
    ("parallelism", "mfu"),
    ("reliability", "expected_failures"),
    ("tco", "tco"),
    ("sustainability", "total_carbon"),
)

# The stages that decide whether the system can serve and train: of several that can't run these are named first.
_RUNS = ("serving", "parallelism")
_CANNOT = "can't run"


def system_page(
    results: Mapping[str, Result],
    links: Mapping[str, Link],
    cost: tuple[Result, Link],
    presets: tuple[Link, ...],
    url: str,
) -> SystemPage:
    """Return the page of all walls, highest utilization first; those with an unknown utilization last. `cost` is
    the TCO of serving with its page; the walls of cost and carbon are about the training run."""
    alone = {place: place.one_device and _shares(place, results[DESCRIPTION]) for place in WALL_STAGES}
    cannot = _impossible(results, alone)
    advice = {} if cannot else {"tail_latency": _larger_batch(results)}
    rows = {
        p: replace(_row(p, results[p.stage], links[p.stage], alone[p], cannot), advice=advice.get(p.stage, ""))
        for p in WALL_STAGES
    }
    strains = {p: utilization(p, results[p.stage]) if rows[p].meter else math.nan for p in WALL_STAGES}
    ordered = sorted(
        WALL_STAGES,
        key=lambda p: (rows[p].kind != State.INFEASIBLE, p.stage not in _RUNS, math.isnan(strains[p]), -strains[p]),
    )
    met, supposed = (tuple(rows[p] for p in ordered if p.supposed is each) for each in (False, True))
    described, first = results[DESCRIPTION], met[0]
    reached = f"{first.strain} {first.of}".strip() + "."
    return SystemPage(
        binding=f"{first.name}: {first.verdict}" if cannot else f"{first.name} is the first limit. {reached}",
        description="" if cannot else _layout(described),
        keys=tuple(_keys(results, links, cost, cannot)),
        groups=(WallGroup("What limits this system", met), WallGroup("Other techniques (not in use)", supposed)),
        notes=(*(fill_slots(note, described.values) for note in described.notes), *_power(results)),
        presets=presets,
        url=url,
        query=url[url.index("?") :] if "?" in url else "",
        kind=first.kind,
        prediction_errors=(*_errors(results["serving"]), *_errors(results["parallelism"])),
    )


_LARGER_BATCH = (
    "A larger batch needs no more devices: up to {largest_batch_size} fit, and at that batch size the same replicas "
    "serve {rate}, {largest_batch_latency} end to end (SLO {latency_target})."
)


def _larger_batch(results: Mapping[str, Result]) -> str:
    """Return what the maximum batch size would do for an overloaded fleet; empty where the fleet is not overloaded, or
    where that would not be enough either."""
    served, queue = results["serving"].values, results["tail_latency"].values
    asked, largest = (float(served[name].value) for name in ("decode_requests", "largest_batch_size"))
    rate = float(served["largest_batch_throughput"].value) / float(served["output_length"].value)
    if queue["stable"].value or not asked < largest < math.inf or not rate >= float(queue["arrival_rate"].value):
        return ""
    return fill_slots(_LARGER_BATCH, {**served, **queue, "rate": Value(rate, "1/s", "requests/s")})


_POWER = (
    "Energy, cost and carbon of the training run count the power of memory traffic, {device_power} per device: the "
    "parallelism wall finds {memory_utilization} memory bandwidth utilization, which the linked walls take along. "
    "Where it is unknown they take power as linear in MFU, which gives less."
)


def _power(results: Mapping[str, Result]) -> Iterator[str]:
    """Yield on what the power of the training run rests, where the system knows more than a wall asked alone."""
    energy = results["sustainability"].values
    if energy["memory_utilization"].value:
        yield fill_slots(_POWER, energy)


def _errors(result: Result) -> tuple[str, ...]:
    return nearby(result.solver, result).errors


def _layout(described: Result) -> str:
    """Return the system in words, with its state where it can't run."""
    told = fill_slots(described.verdict, described.values)
    return told.partition(". ")[2] if described.state == State.OK else told


_ONLY_IF = "The factors hold only if the run fitted."
_RUN_MFU = "The run reaches {run_mfu} MFU, before failures."
_LOSSES = {"mfu": "mfu_loss", "scaling_efficiency": "scaling_loss", "goodput": "goodput_loss"}


def iron_law_page(
    results: Mapping[str, Result],
    links: Mapping[str, str],
    solvers: Mapping[str, Solver[Any, Any]],
    presets: tuple[Link, ...],
    url: str,
) -> IronLawPage:
    """Return the page of the iron law: the factors of the run with the walls that determine them."""
    law, described, run = results[IRON_LAW], results[DESCRIPTION], results["parallelism"]
    figures, cannot = result_figures(law), run.state == State.INFEASIBLE
    told = fill_slots(_RUN_MFU, law.values)
    return IronLawPage(
        verdict=fill_slots(run.verdict, run.values) if cannot else fill_slots(law.verdict, law.values),
        description=f"{_ONLY_IF if cannot else told} {_layout(described)}",
        factors=tuple(_factor(name, results, links, solvers) for name in FACTORS),
        figure=figures[0] if figures else None,
        wall=Link(solvers[IRON_LAW].title, links[IRON_LAW]),
        presets=presets,
        url=url,
        kind=State.INFEASIBLE if cannot else law.state,
        prediction_errors=_errors(results["parallelism"]),
    )


def _factor(
    name: str, results: Mapping[str, Result], links: Mapping[str, str], solvers: Mapping[str, Solver[Any, Any]]
) -> FactorRow:
    """The factor under the label of the figure it is taken from: the MFU is that of a device alone."""
    law, (stage, _, figure) = results[IRON_LAW], FACTORS[name].partition(".")
    return FactorRow(
        card=card(name, replace(law.values[name], label=results[stage].values[figure].label)),
        loss=format_value(law.values[_LOSSES[name]]) if name in _LOSSES else "",
        owners=tuple(_owner(place, links) for place in factor_owners(law.values[name].label, solvers.values())),
    )


def _owner(place: WallStage, links: Mapping[str, str]) -> Link:
    return Link(f"{place.wall} {WALLS[place.wall - 1].name}", links[place.stage])


def _shares(place: WallStage, described: Result) -> bool:
    """Return whether several devices share the model: in the training run, or in a replica that serves."""

    def value(name: str) -> float:
        found = described.values[name].value
        return found if isinstance(found, float) else math.nan

    if place.stage == "efficiency":
        return value("training_devices") > 1
    return value("serving_devices") > value("replicas")


def _impossible(results: Mapping[str, Result], alone: Mapping[WallStage, bool]) -> frozenset[str]:
    """Return the stages whose layout or memory does not allow them, other than those of one device where several share
    the model."""
    asked = (place.stage for place in WALL_STAGES if not place.supposed and not alone[place])
    return frozenset(stage for stage in asked if (fits := results[stage].values.get("feasible")) and not fits.value)


def _row(place: WallStage, result: Result, link: Link, alone: bool, cannot: frozenset[str]) -> WallRow:
    """Return the row of a wall. If it computes one device `alone` where several share the model, its verdict says so,
    and what does not fit there is no verdict on the system. What rests on a stage that `cannot` run is unknown."""
    taken = math.nan if place.stage in cannot or rests_on(place.stage) & cannot else utilization(place, result)
    unknown, verdict = math.isnan(taken), fill_slots(result.verdict, result.values)
    strain = "unknown" if unknown else format_quantity(taken, "1", "percent")
    of, state = place.of, result.state
    if place.stage in cannot:
        strain, of = "Can't run", ""
    elif alone:
        verdict = f"One device alone: {verdict[:1].lower()}{verdict[1:]}"
        state = State.OK if state == State.INFEASIBLE else state
    elif rests_on(place.stage) & cannot:
        verdict, state = f"Only if it could run: {verdict[:1].lower()}{verdict[1:]}", State.OK
    return WallRow(
        number=place.wall,
        name=WALLS[place.wall - 1].name,
        link=link,
        kind=state,
        verdict=verdict,
        meter="" if unknown else f"{min(max(taken, 0.0), 1.0):.4f}",
        strain=strain,
        of=of,
    )


def _keys(
    results: Mapping[str, Result], links: Mapping[str, Link], cost: tuple[Result, Link], cannot: frozenset[str]
) -> Iterator[KeyFigure]:
    """Yield the key figures; those that rest on a stage that `cannot` run are unknown."""

    def known(stage: str, value: Value) -> Value:
        rests = ({stage} | rests_on(stage)) & cannot
        return replace(value, value=math.nan, if_unknown=_CANNOT, if_infinite=_CANNOT) if rests else value

    for stage, name in _SERVING_KEYS:
        yield _key(name, known(stage, results[stage].values[name]), links[stage])
    for name, words in _SERVING_COSTS.items():
        found, wall = cost
        yield _key(f"serving_{name}", known("serving", replace(found.values[name], label=words)), wall)
    for stage, name in _TRAINING_KEYS:
        value = results[stage].values[name]
        words = value.label if value.label.startswith("Training") else f"Training run: {_lower(value.label)}"
        yield _key(name, known(stage, replace(value, label=words)), links[stage])


def _lower(label: str) -> str:
    """Return a label in the middle of a sentence: `total carbon`, but `MFU` and `TCO`."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _key(name: str, value: Value, wall: Link) -> KeyFigure:
    number = f"{value.value:.6g}" if isinstance(value.value, float) and math.isfinite(value.value) else ""
    return KeyFigure(card(name, value), number, wall)
