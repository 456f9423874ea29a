"""The sentences of the page: the verdict, and notes on what was left out and how far the figures are known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from solvers.quantities import format_quantity
from solvers.uncertainty.bands import OutputBand, PairRanking, SystemUncertainty, Uncertainty
from solvers.verdict import State

# An index known less well than this is not enough to say which input matters.
_COARSE = 0.1
_WORDS = {
    State.OK: "no target missed",
    State.MISSED: "target missed",
    State.INFEASIBLE: "infeasible",
    State.COMPUTE: "compute-bound",
    State.MEMORY: "memory-bound",
    State.NETWORK: "network-bound",
    State.STORAGE: "storage-bound",
    State.HOST: "host-bound",
    State.OVERHEAD: "overhead-bound",
    State.COST: "limited by cost",
    State.CARBON: "limited by carbon",
}


def words_of(state: State) -> str:
    """Return a state in words."""
    return _WORDS[state]


def in_sentence(label: str) -> str:
    """Return a label for the middle of a sentence, in lower case unless it begins with an abbreviation."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def share_text(share: float) -> str:
    """Return a share as a percentage."""
    return format_quantity(share, "1", "percent")


def verdict(found: Uncertainty, shown: OutputBand) -> str:
    """Return whether the verdict flips within the ranges, the band of the output shown, and the input that makes most
    of it."""
    own = found.systems[0]
    sentences = [_states(own), _band(shown)]
    if shown.indices is not None and len(found.ranges) > 1:
        place = max(range(len(found.ranges)), key=lambda k: shown.indices.total[k])  # type: ignore[union-attr]
        share = share_text(min(float(shown.indices.total[place]), 1.0))
        sentences.append(f"{found.labels[place]} explains {share} of the variance, more than any other input.")
    sentences += [ranking(pair, shown) for pair in found.rankings if pair.output == shown.name]
    return " ".join(sentences)


def _states(own: SystemUncertainty) -> str:
    shares, judged = list(own.states.items()), f"{own.judged:,} samples"
    if len(shares) == 1:
        return f"Stable verdict: {words_of(shares[0][0])} in {judged}."
    listed = ", ".join(f"{words_of(state)} in {share_text(share)}" for state, share in shares)
    return f"The verdict flips. It is {listed} of {judged}."


def judged_text(judged: int, drawn: int) -> str:
    """Return for which of the samples drawn the verdict is determined: the first ones, or all."""
    return f"the first {judged:,} of {drawn:,} samples" if judged < drawn else f"all {drawn:,} samples"


def _band(shown: OutputBand) -> str:
    declared = shown.declared
    if not shown.known:
        return f"{declared.label} has no finite value in any sample."
    low, median, high, point = (
        format_quantity(each, declared.unit, declared.display_unit)
        for each in (shown.low, shown.median, shown.high, shown.point)
    )
    if shown.constant:
        return f"{declared.label} is {median} throughout."
    words = replace(declared, value=shown.point).if_not_finite
    now = words if words and not math.isfinite(shown.point) else point
    return f"{declared.label} is {low} to {high} in nine of ten samples, {now} without ranges."


def ranking(pair: PairRanking, band: OutputBand) -> str:
    """Return which of two systems has the lower value of an output, in how many samples, and whether that flips."""
    declared = band.declared
    if pair.equal > 1 - 1e-12:
        return f"{declared.label}: equal on {pair.first} and {pair.second}."
    lower, higher = pair.lower, 1 - pair.lower - pair.equal
    first, other, share = (pair.first, pair.second, lower) if lower >= higher else (pair.second, pair.first, higher)
    word = "cheaper" if declared.unit.startswith("USD") else "lower"
    if min(lower, higher) < 1e-12 and pair.equal < 1e-12:
        return f"{declared.label}: {word} on {first} than on {other} in every sample."
    flips = " The ranking flips." if min(lower, higher) > 1e-12 else ""
    return f"{declared.label}: {word} on {first} than on {other} in {share_text(share)} of samples.{flips}"


def notes(found: Uncertainty, shown: OutputBand) -> Iterator[str]:
    """Yield what was left out, how well the figures are known, and how the samples were drawn."""
    for system in found.systems:
        yield from _left_out(found, system, f" on {system.name}" if len(found.systems) > 1 else "")
    yield from found.left_out
    yield from _convergence(found, shown)
    yield (
        f"{found.samples:,} samples from a scrambled Sobol sequence with a fixed seed, {found.rows:,} evaluations in "
        "all: the same question gives the same figures."
    )
    yield "Inputs vary independently of each other, within the ranges given. The error of the model adds to it."


def _left_out(found: Uncertainty, system: SystemUncertainty, where: str) -> Iterator[str]:
    if system.infeasible:
        share = share_text(system.infeasible / found.samples)
        counted = f"{system.infeasible:,} of {found.samples:,} samples ({share})"
        yield f"{counted} are infeasible{where}: no band counts them."
    if system.unknown:
        reason = f" For one of them: {system.reason}" if system.reason else ""
        yield f"{system.unknown:,} of {found.samples:,} samples have no answer{where}: no band counts them.{reason}"
    for band in system.bands:
        if band.infinite:
            yield f"{band.declared.label} is infinite in {band.infinite:,} samples{where}, which its band leaves out."
        partly = band.missing - band.infinite - system.infeasible - system.unknown
        if partly > 0:
            yield f"{band.declared.label} is unknown in {partly:,} samples{where}, which its band leaves out."


def _convergence(found: Uncertainty, shown: OutputBand) -> Iterator[str]:
    label, indices = shown.declared.label, shown.indices
    if shown.constant or not shown.known:
        return
    if indices is None:
        yield (
            f"Sobol indices of {label} are not given: too few samples are feasible, and without the others the inputs "
            "are no longer independent. Narrow the ranges."
        )
        return
    error = float(max(indices.first_error.max(), indices.total_error.max()))
    if not math.isfinite(error) or error > _COARSE:
        yield f"Too few samples: the Sobol indices of {label} are known to ±{error:.2f} only. Draw more."
    else:
        yield f"The Sobol indices of {label} are known to ±{max(error, 0.001):.2g} (95 % interval over 8 scrambles)."
    if indices.samples < found.samples // 2:
        yield (
            f"Indices use the {indices.samples:,} of {found.samples // 2:,} base samples all of whose evaluations are "
            "feasible."
        )
