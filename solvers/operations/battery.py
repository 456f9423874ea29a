"""How long does a battery last in a device that runs an inference from time to time and sleeps in between?

Energy per inference times inferences, and the power of sleep for the rest of the day (Banbury et al. 2021 on
measuring the first). Not modeled: aging and self-discharge of the battery, its voltage under load, sensors and
radios.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers.declare import (
    Array,
    Chart,
    Codes,
    Equation,
    Fallacy,
    Preset,
    Source,
    Truth,
    curve,
    flag,
    label,
    number,
    output,
    solver,
)
from solvers.laws.ratio import ratio_or_inf
from solvers.verdict import State, Verdict

_DAY = 86400.0
_YEAR = 365 * _DAY
# A CR2032 coin cell: 225 mAh at 3 V.
_COIN_CELL = 0.225 * 3600 * 3

# The tutorial's slides on keyword spotting and on the doorbell: person detection once a minute on 1.5 Wh. Energy and
# time are those of the roofline at 30% of the peak; sleep power is that of the data sheets.
_SLIDE = {"energy_per_inference": "50 uJ", "active_time": "10 ms"}
_DOORBELL = {"inferences_per_day": "1440", "battery_energy": "1.5 Wh"}
_NRF52840 = {"energy_per_inference": "5 mJ", "active_time": "650 ms", "sleep_power": "4.5 uW"}
_ESP32 = {"energy_per_inference": "7.2 mJ", "active_time": "36 ms", "sleep_power": "23 uW"}


class Drain(IntEnum):
    """The causes of battery drain."""

    INFERENCE = 0
    SLEEP = 1


@dataclass(frozen=True, kw_only=True)
class Inputs:
    energy_per_inference: Array = number(
        "J",
        "Energy per inference",
        1.06e-3,
        high=1e6,
        slider=(1e-7, 10),
        log=True,
        display_unit="uJ",
        symbol="E",
        help="Measured energy, or that of the roofline. Default: keyword spotting on an nRF52840 at 30 % of its peak.",
    )
    inferences_per_day: Array = number(
        "1",
        "Inferences per day",
        8640,
        high=1e12,
        slider=(0, 1e7),
        log=True,
        symbol="n",
        help="Default: one every ten seconds.",
    )
    sleep_power: Array = number(
        "W",
        "Sleep power",
        4.5e-6,
        high=1e6,
        slider=(1e-7, 1e-1),
        log=True,
        display_unit="uW",
        symbol=r"P_\text{sleep}",
        help="Power drawn between inferences. Default: 1.5 µA at 3 V (nRF52840).",
    )
    battery_energy: Array = number(
        "J",
        "Battery capacity",
        _COIN_CELL,
        exclusive_min=True,
        high=1e12,
        slider=(100, 1e6),
        log=True,
        symbol="E_b",
        help="Default: a CR2032 coin cell, 225 mAh at 3 V.",
    )
    active_time: Array = number(
        "s",
        "Inference time",
        0.139,
        high=_DAY,
        slider=(1e-4, 10),
        log=True,
        display_unit="ms",
        symbol="t",
        help="Time the device is awake per inference.",
    )


_NEVER = "unlimited (no power is drawn)"
_TOO_MANY = "none: the inferences do not fit into a day"


@dataclass(frozen=True, kw_only=True)
class Outputs:
    lifetime: Array = output(
        "s",
        "Battery life",
        display_unit="year",
        symbol="T",
        if_infinite=_NEVER,
        if_unknown="none: the inferences do not fit into a day",
    )
    energy_per_day: Array = output("J", "Energy per day", symbol=r"E_\text{day}", if_infinite=_TOO_MANY)
    inference_share: Array = output(
        "1",
        "Inference share of energy",
        display_unit="percent",
        if_infinite="none, or the inferences do not fit",
    )
    mean_power: Array = output("W", "Mean power", symbol="P", if_infinite=_TOO_MANY)
    active_power: Array = output(
        "W",
        "Active power",
        if_infinite="unknown: an inference takes no time",
        help="Energy per inference over inference time.",
    )
    inference_energy_per_day: Array = output("J", "Inference energy per day", symbol=r"E_\text{inf}")
    sleep_energy_per_day: Array = output("J", "Sleep energy per day", symbol=r"E_\text{rest}", if_infinite=_TOO_MANY)
    duty_cycle: Array = output(
        "1", "Duty cycle", display_unit="percent", symbol="u", help="Share of the day the device is awake."
    )
    feasible: Truth = flag("Feasible", help="The inferences fit into a day.")
    drains: Codes = label(Drain, "Largest energy share")
    most_inferences: Array = output(
        "1",
        "Maximum inferences per day",
        if_infinite="no limit",
        help="Number that fits into a day at this inference time.",
    )
    longest_inference: Array = output(
        "s",
        "Maximum inference time",
        if_infinite="no limit (no inferences)",
        help="Inference time at which this number of inferences still fits into a day.",
    )
    lifetime_asleep: Array = output(
        "s",
        "Battery life in sleep only",
        display_unit="year",
        if_infinite=_NEVER,
        help="Battery life without any inference.",
    )
    inferences_for_a_year: Array = output(
        "1",
        "Maximum inferences per day for a 1-year life",
        if_infinite="no limit",
        help="0 if sleep alone drains the battery within a year.",
    )
    equal_interval: Array = output(
        "s",
        "Break-even inference interval",
        if_infinite="never (no sleep power)",
        help="Interval between inferences beyond which sleep uses more energy than inference.",
    )


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if not o.feasible:
        return Verdict(
            State.INFEASIBLE,
            f"Too many inferences. {{inferences_per_day}} per day of {{active_time}} each need {_time_needed(o)}.",
        )
    if math.isinf(o.lifetime):
        return Verdict(State.OK, "No battery drain. Neither inference nor sleep draws power.")
    first = "{lifetime} at {mean_power} on average; inference uses {inference_share} of the energy."
    if o.drains == Drain.SLEEP:
        return Verdict(State.OVERHEAD, f"Limited by sleep power. {first} Less sleep power would help most.")
    return Verdict(State.COMPUTE, f"Limited by inference. {first} {_what_helps(o)}")


def _time_needed(o: Outputs) -> str:
    if o.duty_cycle < 1.01:  # reads 100 %, and the longest inference that fits like the one asked about
        return "more than the whole day. At most {most_inferences} fit"
    return "{duty_cycle} of the day. At most {most_inferences} of them fit, or as many of {longest_inference}"


def _what_helps(o: Outputs) -> str:
    if o.lifetime >= _YEAR:
        return "Up to {inferences_for_a_year} per day would last a year."
    if o.inferences_for_a_year > 0:
        return "A year needs at most {inferences_for_a_year} per day."
    return "Without inference it would last {lifetime_asleep}."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if o.feasible and 10 * _YEAR < o.lifetime < math.inf:
        yield "Beyond ten years self-discharge, not the load, ends a battery's life."
    if 0 < o.active_power < i.sleep_power:
        yield "Active power is below sleep power: check the energy per inference, inference time and sleep power."


FIGURES = (
    curve("inferences_per_day", ("lifetime", "inference_share"), "Battery life vs. inferences per day"),
    curve("sleep_power", ("lifetime",), "Battery life vs. sleep power"),
    Chart("bars", "Energy per day: inference and sleep", (), ("inference_energy_per_day", "sleep_energy_per_day")),
)

EQUATIONS = (
    Equation(
        "inference_energy_per_day", r"@inference_energy_per_day = @inferences_per_day \cdot @energy_per_inference"
    ),
    Equation("duty_cycle", r"@duty_cycle = \frac{@inferences_per_day \cdot @active_time}{\text{24 h}}"),
    Equation(
        "sleep_energy_per_day",
        r"@sleep_energy_per_day = @sleep_power \cdot (\text{24 h} - @inferences_per_day \cdot @active_time)",
        where=lambda i, o: bool(o.feasible),
    ),
    Equation(
        "inference_share",
        r"@inference_share = \frac{@inference_energy_per_day}{@energy_per_day}",
        where=lambda i, o: o.energy_per_day > 0,
    ),
    Equation("mean_power", r"@mean_power = \frac{@energy_per_day}{\text{24 h}}", where=lambda i, o: bool(o.feasible)),
    Equation(
        "energy_per_day",
        r"@energy_per_day = @inference_energy_per_day + @sleep_energy_per_day",
        where=lambda i, o: bool(o.feasible),
    ),
    Equation(
        "lifetime",
        r"@lifetime = \text{24 h} \cdot \frac{@battery_energy}{@energy_per_day}",
        where=lambda i, o: math.isfinite(o.lifetime),
    ),
)

SOURCES = (
    Source("Banbury et al. 2021", "MLPerf Tiny benchmark", "arXiv:2106.07597"),
    Source("Nordic Semiconductor", "nRF52840", "https://www.nordicsemi.com/Products/nRF52840"),
    Source("Wikipedia", "CR2032 battery", "https://en.wikipedia.org/wiki/CR2032_battery"),
)

ASSUMPTIONS = (
    "The battery delivers its full capacity at any load and age.",
    "The energy per inference includes everything drawn while it runs; otherwise the device sleeps.",
)

LIMITATIONS = (
    "Self-discharge (about 1 % per year for a coin cell) and the voltage drop under load.",
    "Sensors, radios and wake-up energy.",
)

PRESETS = (
    Preset("Keyword spotting on a coin cell", {}, part="Part 7"),
    Preset("50 µJ per inference (course), every second", {**_SLIDE, "inferences_per_day": "86400"}, part="Part 7"),
    Preset("50 µJ per inference (course), every minute", {**_SLIDE, "inferences_per_day": "1440"}, part="Part 7"),
    Preset("Exercise 7: doorbell, nRF52840", {**_DOORBELL, **_NRF52840}, part="Part 7"),
    Preset("Exercise 7: doorbell, ESP32-S3, sleep between inferences", {**_DOORBELL, **_ESP32}, part="Part 7"),
    Preset(
        "Exercise 7: doorbell, ESP32-S3, idle between inferences",
        {**_DOORBELL, **_ESP32, "sleep_power": "790 uW"},
        part="Part 7",
    ),
    Preset("Too many inferences per day", {**_DOORBELL, **_NRF52840, "inferences_per_day": "172800"}),
    Preset(
        "Phone assistant, 50 answers per day",
        {
            "energy_per_inference": "30 J",
            "active_time": "10 s",
            "inferences_per_day": "50",
            "sleep_power": "50 mW",
            "battery_energy": "15 Wh",
        },
    ),
)

FALLACIES = (
    Fallacy(
        "A model that uses half the energy per inference doubles the battery life.",
        "At one inference per hour the battery lasts {before}; with half the energy per inference, {after}. Sleep "
        "power dominates.",
        "lifetime",
        {"inferences_per_day": "24"},
        {"inferences_per_day": "24", "energy_per_inference": "0.53 mJ"},
        lambda before, after: after < 1.1 * before,
    ),
    Fallacy(
        "Battery life depends on the chip's active power.",
        "At one inference per minute the battery lasts {before} if the chip idles between inferences and {after} "
        "if it sleeps.",
        "lifetime",
        {**_DOORBELL, **_ESP32, "sleep_power": "790 uW"},
        {**_DOORBELL, **_ESP32},
        lambda before, after: after > 5 * before,
    ),
    Fallacy(
        "A 400 mW chip drains a battery in weeks; a 15 mW chip lasts for years.",
        "At one inference per minute the 15 mW chip lasts {before} and the 400 mW chip {after}: it finishes "
        "sooner, then sleeps.",
        "lifetime",
        {**_DOORBELL, **_NRF52840},
        {**_DOORBELL, **_ESP32},
        lambda before, after: after > before / 2 and after > _YEAR,
    ),
)


@solver(
    walls=(),
    title="Battery",
    question="How long does a battery last, and does inference or sleep drain it?",
    version="1",
    factor="",
    verdict=verdict,
    notes=notes,
    headline=("lifetime", "energy_per_day", "inference_share", "duty_cycle", "inferences_for_a_year"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def battery(i: Inputs) -> Outputs:
    awake = np.asarray(i.inferences_per_day, dtype=float) * i.active_time
    fits = awake <= _DAY
    working = np.asarray(i.inferences_per_day, dtype=float) * i.energy_per_inference
    resting = np.where(fits, i.sleep_power * (_DAY - awake), np.nan)
    daily = working + resting
    # Each further inference costs its energy and saves that of the sleep it replaces.
    further = np.asarray(i.energy_per_inference) - np.asarray(i.sleep_power) * i.active_time
    spare = i.battery_energy * _DAY / _YEAR - np.asarray(i.sleep_power) * _DAY
    most = np.floor(ratio_or_inf(_DAY, i.active_time))
    return Outputs(
        lifetime=_DAY * ratio_or_inf(i.battery_energy, daily),
        energy_per_day=daily,
        inference_share=np.where(daily == 0, np.nan, working / np.where(daily == 0, 1, daily)),
        mean_power=daily / _DAY,
        active_power=ratio_or_inf(i.energy_per_inference, i.active_time),
        inference_energy_per_day=working,
        sleep_energy_per_day=resting,
        duty_cycle=awake / _DAY,
        feasible=fits,
        drains=np.where(working >= np.where(fits, resting, 0), Drain.INFERENCE, Drain.SLEEP),
        most_inferences=most,
        longest_inference=ratio_or_inf(_DAY, i.inferences_per_day),
        lifetime_asleep=ratio_or_inf(i.battery_energy, np.asarray(i.sleep_power, dtype=float)),
        inferences_for_a_year=np.where(
            spare <= 0, 0, np.where(further <= 0, most, np.minimum(np.floor(spare / np.maximum(further, 1e-300)), most))
        ),
        equal_interval=i.active_time + ratio_or_inf(i.energy_per_inference, np.asarray(i.sleep_power, dtype=float)),
    )
