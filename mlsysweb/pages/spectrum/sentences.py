"""The sentences about a survey: the smallest device that meets the target, the comparison with another, and why the
rest do not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from solvers.grammar import agree
from solvers.laws.memory import Tier
from solvers.laws.phase import Phase
from solvers.laws.step_time import Bound
from solvers.numerals import format_number
from solvers.quantities import format_quantity
from solvers.specs import Accelerator, Precision, arithmetic_format

from .question import Smallest
from .survey import Fate, Survey

BINDS = {Bound.COMPUTE: "compute", Bound.MEMORY: "memory", Bound.OVERHEAD: "overhead"}
HOLDS = {Tier.MEMORY: "memory", Tier.SRAM: "SRAM", Tier.FLASH: "flash"}
_SAYS = {
    Bound.COMPUTE: "it is compute-bound",
    Bound.MEMORY: "it is memory-bound",
    Bound.OVERHEAD: "it is overhead-bound",
}
_UNITS = {Phase.DECODE: "token", Phase.PREFILL: "prompt", Phase.TRAINING: "sample"}


def answer_unit(s: Survey) -> str:
    """Return the name of one unit of output of the model, such as a token."""
    return _UNITS.get(s.phase, "inference")


def latency(s: Survey, place: int) -> str:
    """Return the latency of the accelerator at index `place`, as text."""
    return format_quantity(s.of("latency", place), "s")


def verdict(s: Survey) -> str:
    """Return the sentence on the smallest device that meets the target, or why there is none."""
    if s.smallest is None:
        return _none_found(s)
    name, count = s.devices[s.smallest].name, len(s.where(Fate.MEETS))
    return f"Target met. {name}: {_among(s, count)}. It takes {_takes(s, s.smallest)}; {_says(s, s.smallest)}."


def _among(s: Survey, count: int) -> str:
    what, size = ("power", "W") if s.point.smallest == Smallest.POWER else ("price", "USD")
    figure = format_quantity(float(s.size[s.smallest]), size)
    if count == 1:
        return f"{what} {figure}, the only device that runs {s.point.model.name} within {_limits(s)}"
    return f"lowest {what} ({figure}) of the {count} devices that run {s.point.model.name} within {_limits(s)}"


def _limits(s: Survey) -> str:
    """Return the target and the limits as text."""
    limits = [format_quantity(float(s.point.target_latency), "s")]
    limits += [format_quantity(float(v), unit) for v, unit in _bounded(s)]
    return _listed(limits)


def _bounded(s: Survey) -> Iterator[tuple[float, str]]:
    for value, unit in ((s.point.power_limit, "W"), (s.point.price_limit, "USD")):
        if math.isfinite(value):
            yield float(value), unit


def _takes(s: Survey, place: int) -> str:
    energy = s.of("energy_per_sample", place)
    spent = f" and {format_quantity(energy, 'J')} per {answer_unit(s)}" if math.isfinite(energy) else ""
    return latency(s, place) + spent


def _says(s: Survey, place: int) -> str:
    return _SAYS[s.binding[place]]


def _none_found(s: Survey) -> str:
    model, limits = s.point.model.name, _limits(s)
    first = s.order[0]
    name = s.devices[first].name
    fate = s.fate[first]
    if fate == Fate.MEETS:
        what = "power" if s.point.smallest == Smallest.POWER else "price"
        runs = agree(str(len(s.where(Fate.MEETS))), f" devices run {model} within {limits}")
        return f"Target met. {runs}, but their {what} is unknown."
    if fate == Fate.LIMITED:
        near = f"{name} is fast enough, {latency(s, first)}; {why(s, first)}."
        return f"Target missed. No device runs {model} within {limits}. {near}"
    if fate == Fate.SLOW:
        return (
            f"Target missed. No device runs {model} within {limits}. The fastest, {name}, takes {latency(s, first)}; "
            f"{_says(s, first)}. A smaller model, a lower precision or a longer target would help."
        )
    return f"Cannot run. No device can run {model}. {name} comes closest: {why(s, first)}."


def beside(s: Survey) -> str:
    """Return the comparison of the chosen device with the smallest."""
    name = s.devices[s.held].name
    if s.held == s.smallest:
        return f"{name} is also the device to compare with."
    if not s.runs(s.held):
        return f"{name} {why(s, s.held)}."
    first = f"{name} takes {latency(s, s.held)}{', too long' if s.fate[s.held] == Fate.SLOW else ''}"
    if s.smallest is None:
        return f"{first}; {_says(s, s.held)}."
    faster = s.of("latency", s.smallest) / s.of("latency", s.held)
    times = _times_as(faster, "fast") if faster >= 1 else _times_as(1 / faster, "slow")
    others = list(_times(s, s.held, s.smallest))
    return f"{first}: {times}{', with ' if others else ''}{_listed(others)}."


def _times(s: Survey, one: int, other: int) -> Iterator[str]:
    """Yield the ratios of power, price and energy between two devices, as far as they are known."""
    for figure, words in (
        (s.power, "power"),
        (s.price, "price"),
        (lambda place: s.of("energy_per_sample", place), f"energy per {answer_unit(s)}"),
    ):
        ratio = figure(one) / figure(other)
        if math.isfinite(ratio):
            yield agree(format_number(ratio, 2), f" times the {words}")


def _times_as(ratio: float, what: str) -> str:
    return agree(format_number(ratio, 2), f" times as {what}")


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def why(s: Survey, place: int) -> str:
    """Return why this device does not meet the requirements; an empty string where it does."""
    match s.fate[place]:
        case Fate.MEETS:
            return ""
        case Fate.LIMITED:
            return _over(s, place)
        case Fate.SLOW:
            return f"{format_number(s.of('latency', place) / float(s.point.target_latency), 2)} times too slow"
        case Fate.TOO_LARGE:
            return _short(s, place)
        case Fate.UNKNOWN:
            return _unknown(s, place)


def _over(s: Survey, place: int) -> str:
    over = []
    for figure, limit, unit, what, does in (
        (s.power(place), s.point.power_limit, "W", "power", "draws"),
        (s.price(place), s.point.price_limit, "USD", "price", "costs"),
    ):
        if math.isfinite(limit) and not figure <= limit:
            over.append(
                f"its {what} is unknown" if math.isnan(figure) else f"it {does} {format_quantity(figure, unit)}"
            )
    return _listed(over)


def _short(s: Survey, place: int) -> str:
    where = "usable memory" if s.tier[place] == Tier.MEMORY else HOLDS[s.tier[place]]
    room, short = s.of("memory_room", place), s.of("memory_shortfall", place)
    return f"out of memory: {format_quantity(room, 'byte')} of {where}, {format_quantity(short, 'byte')} short"


def _unknown(s: Survey, place: int) -> str:
    """Return which figure the catalog lacks for an answer."""
    spec, code = s.devices[place].spec, s.point.precision
    own = _formats(spec)
    if not own:
        return "unknown: the catalog has no peak FLOP/s"
    if arithmetic_format(spec, code) < 0:
        return f"can't compute in {Precision(int(code)).name}: it has {', '.join(own)}"
    where = HOLDS[s.tier[place]]
    return f"unknown: the catalog has no bandwidth of its {where}"


@lru_cache(1024)
def _formats(spec: Accelerator) -> tuple[str, ...]:
    """Return the number formats in which the rate of a chip is known."""
    return tuple(p.name for p in Precision if not np.isnan(spec.peak[p]))
