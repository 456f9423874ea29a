"""How long does a battery last a device that infers now and then and sleeps in between?

Energy per inference times inferences, and the power of sleep for the rest of the day; Banbury et al. 2021 (MLPerf Tiny)
for what an inference of a microcontroller takes. Not modelled: ageing and self-discharge of the battery, its voltage
under load, sensors and radios.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers.declare import (
    Array,
    Codes,
    Equation,
    Fallacy,
    Figure,
    Preset,
    Source,
    Truth,
    curve,
    flagged,
    found,
    given,
    named,
    solver,
)
from solvers.laws.ratio import ratio

_DAY = 86400.0
_YEAR = 365 * _DAY
# A CR2032 coin cell: 225 mAh at 3 V.
_COIN_CELL = 0.225 * 3600 * 3


class Drain(IntEnum):
    """What empties the battery."""

    INFERENCE = 0
    SLEEP = 1


@dataclass(frozen=True, kw_only=True)
class Inputs:
    energy_per_inference: Array = given(
        "J", "Energy of an inference", 50e-6, high=1e6, slider=(1e-7, 10), log=True, shown="uJ", symbol="E",
        help="Of one, as the roofline says or a meter does.",
    )  # fmt: skip
    inferences_per_day: Array = given(
        "1", "Inferences a day", 86400, high=1e12, slider=(1, 1e7), log=True, symbol="n",
        help="By default one a second.",
    )  # fmt: skip
    sleep_power: Array = given(
        "W", "Sleep power", 5e-6, high=1e6, slider=(1e-7, 1e-1), log=True, shown="uW", symbol=r"P_\text{sleep}",
        help="What the device draws between inferences.",
    )  # fmt: skip
    battery_energy: Array = given(
        "J", "Energy of the battery", _COIN_CELL, above=True, high=1e12, slider=(100, 1e6), log=True, symbol="E_b",
        help="By default a CR2032 coin cell: 225 mAh at 3 V.",
    )  # fmt: skip
    active_time: Array = given(
        "s", "Time of an inference", 0.02, high=_DAY, slider=(1e-4, 10), log=True, shown="ms", symbol="t",
        help="During which the device does not sleep.",
    )  # fmt: skip


_NEVER = "for ever: nothing draws from it"
_TOO_MANY = "unknown: the inferences do not fit into a day"


@dataclass(frozen=True, kw_only=True)
class Outputs:
    lifetime: Array = found("s", "Lifetime", symbol="T", never="for ever, or unknown: see the verdict")
    energy_per_day: Array = found("J", "Energy a day", symbol=r"E_\text{day}", never=_TOO_MANY)
    inference_share: Array = found("1", "Share of inference", shown="percent", never="nothing is drawn, or unknown")
    mean_power: Array = found("W", "Mean power", never=_TOO_MANY)
    inference_energy_per_day: Array = found("J", "For inferences a day", symbol=r"E_\text{inf}")
    sleep_energy_per_day: Array = found("J", "For sleep a day", symbol=r"E_\text{rest}", never=_TOO_MANY)
    duty_cycle: Array = found("1", "Duty cycle", shown="percent", symbol="u", help="Share of the day it is awake.")
    feasible: Truth = flagged("Fits into a day")
    drains: Codes = named(Drain, "Larger drain")
    most_inferences: Array = found("1", "Most inferences a day", never="no limit", help="That fit into a day.")
    lifetime_asleep: Array = found("s", "Lifetime asleep", never=_NEVER, help="Without a single inference.")
    inferences_for_a_year: Array = found(
        "1",
        "Inferences a day for a year",
        never="no limit",
        help="The most with which the battery lasts a year; 0: none.",
    )
    equal_interval: Array = found(
        "s", "Sleep that costs as much as an inference", never="never: sleep costs nothing",
        help="Inferring less often than this, sleep is the larger drain.",
    )  # fmt: skip


def verdict(i: Inputs, o: Outputs) -> str:
    if not o.feasible:
        return (
            "Not possible: {inferences_per_day} inferences of {active_time} are {duty_cycle} of a day. "
            "No more than {most_inferences} fit; a faster device, or fewer inferences, would."
        )
    if math.isinf(o.lifetime):
        return "For ever: neither inference nor sleep draws anything."
    first = "The battery lasts {lifetime} at {mean_power} on average. "
    if o.drains == Drain.SLEEP:
        return first + (
            "Sleep drains it: inference takes {inference_share}. A more frugal network would hardly help; less sleep "
            "power would, up to {lifetime_asleep} without any inference for as long as it stays as it is."
        )
    return first + (
        "Inference drains it, {inference_share} of the energy: fewer or cheaper inferences would help, less sleep "
        "power hardly."
    )


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if o.feasible and 10 * _YEAR < o.lifetime < math.inf:
        yield "Beyond ten years a battery's own discharge ends its life, not what is drawn."


@solver(
    walls=(),
    title="Battery",
    question="How long does a battery last, and does inference or sleep drain it?",
    version="1",
    factor="",
    verdict=verdict,
    notes=notes,
    headline=("lifetime", "energy_per_day", "inference_share", "duty_cycle", "inferences_for_a_year"),
    figures=(
        curve("inferences_per_day", ("lifetime", "inference_share"), "The more often, the shorter"),
        curve("sleep_power", ("lifetime",), "What sleep costs"),
        Figure("bars", "A day's energy", (), ("inference_energy_per_day", "sleep_energy_per_day")),
    ),
    equations=(
        Equation("inference_energy_per_day", r"@inference_energy_per_day = @inferences_per_day \cdot @energy_per_inference"),
        Equation("duty_cycle", r"@duty_cycle = \frac{@inferences_per_day \cdot @active_time}{86400}"),
        Equation(
            "sleep_energy_per_day",
            r"@sleep_energy_per_day = @sleep_power \cdot (86400 - @inferences_per_day \cdot @active_time)",
            where=lambda i, o: bool(o.feasible),
        ),
        Equation(
            "energy_per_day", r"@energy_per_day = @inference_energy_per_day + @sleep_energy_per_day",
            where=lambda i, o: bool(o.feasible),
        ),
        Equation(
            "lifetime", r"@lifetime = 86400 \cdot \frac{@battery_energy}{@energy_per_day}",
            where=lambda i, o: math.isfinite(o.lifetime),
        ),
    ),
    sources=(
        Source("Banbury et al. 2021", "MLPerf Tiny benchmark", "arXiv:2106.07597"),
        Source("Energizer 2018", "CR2032 product datasheet", "https://data.energizer.com/pdfs/cr2032.pdf"),
    ),
    assumptions=(
        "The battery gives all its energy, at any load and at any age.",
        "The energy of an inference holds all that is drawn while it lasts; in between the device only sleeps.",
    ),
    excludes=(
        "Self-discharge, about 1% a year of a coin cell, and its voltage falling under load.",
        "Sensors, radios, and waking up.",
    ),
    presets=(
        Preset("Keyword spotting, once a second", {}, part="Exercise 7"),
        Preset("Once a minute", {"inferences_per_day": "1440"}, part="Exercise 7"),
        Preset("Poor sleep: 100 µW", {"inferences_per_day": "1440", "sleep_power": "100 uW"}, part="Exercise 7"),
        Preset("A doorbell that looks for persons", {"energy_per_inference": "12 mJ", "active_time": "800 ms", "inferences_per_day": "8640", "battery_energy": "30 kJ"}),
        Preset("A phone's assistant, 50 answers a day", {"energy_per_inference": "30 J", "active_time": "10 s", "inferences_per_day": "50", "sleep_power": "50 mW", "battery_energy": "60 kJ"}),
    ),
    fallacies=(
        Fallacy(
            "A network that takes half the energy makes the battery last twice as long.",
            "Once a minute the battery lasts {before}; with half the energy per inference {after}: sleep drains it.",
            "lifetime", {"inferences_per_day": "1440"}, {"inferences_per_day": "1440", "energy_per_inference": "25 uJ"},
            lambda before, after: after < 1.1 * before,
        ),
        Fallacy(
            "What matters on a battery is the power of the chip at work.",
            "Sleeping at 5 µW instead of 100 µW takes a device that infers once a minute from {before} to {after}.",
            "lifetime", {"inferences_per_day": "1440", "sleep_power": "100 uW"}, {"inferences_per_day": "1440"},
            lambda before, after: after > 10 * before,
        ),
    ),
)  # fmt: skip
def battery(i: Inputs) -> Outputs:
    awake = np.asarray(i.inferences_per_day, dtype=float) * i.active_time
    fits = awake <= _DAY
    working = np.asarray(i.inferences_per_day, dtype=float) * i.energy_per_inference
    resting = np.where(fits, i.sleep_power * (_DAY - awake), np.nan)
    daily = working + resting
    # Each further inference costs its energy and saves the sleep it takes the place of.
    further = np.asarray(i.energy_per_inference) - np.asarray(i.sleep_power) * i.active_time
    spare = i.battery_energy * _DAY / _YEAR - np.asarray(i.sleep_power) * _DAY
    most = np.floor(ratio(_DAY, i.active_time))
    return Outputs(
        lifetime=_DAY * ratio(i.battery_energy, daily),
        energy_per_day=daily,
        inference_share=ratio(working, daily),
        mean_power=daily / _DAY,
        inference_energy_per_day=working,
        sleep_energy_per_day=resting,
        duty_cycle=awake / _DAY,
        feasible=fits,
        drains=np.where(working >= np.where(fits, resting, 0), Drain.INFERENCE, Drain.SLEEP),
        most_inferences=most,
        lifetime_asleep=ratio(i.battery_energy, np.asarray(i.sleep_power, dtype=float)),
        inferences_for_a_year=np.where(
            spare <= 0, 0, np.where(further <= 0, most, np.minimum(np.floor(spare / np.maximum(further, 1e-300)), most))
        ),
        equal_interval=i.active_time + ratio(i.energy_per_inference, np.asarray(i.sleep_power, dtype=float)),
    )
