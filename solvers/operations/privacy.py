"""What does it cost in time and data that no single person can be recognized in a model?

Abadi et al. 2016 for training under differential privacy (gradients of each example clipped and noised), Anil et al.
2022 for the batches, and so the time, that takes. The slowdown 1 + k/ε is a calibration, not a law: k depends on the
training code. Not modelled: δ, the number of examples, and what the noise costs in accuracy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Equation, Fallacy, Preset, Source, curve, number, output, solver
from solvers.laws.ratio import ratio_or_inf
from solvers.verdict import State, Verdict

_CALIBRATION = 2.0


@dataclass(frozen=True, kw_only=True)
class Inputs:
    training_time: Array = number(
        "s",
        "Training time",
        7 * 86400.0,
        exclusive_min=True,
        high=1e12,
        slider=(3600, 3e7),
        log=True,
        display_unit="day",
        symbol="T",
        help="Of the same run without privacy.",
    )
    epsilon: Array = number(
        "1",
        "Privacy budget ε",
        3,
        exclusive_min=True,
        high=1e6,
        slider=(0.1, 20),
        log=True,
        symbol=r"\varepsilon",
        help="The smaller, the stronger the promise: 1 is strong, 10 weak.",
    )
    subgroup_prevalence: Array = number(
        "1",
        "Share of the smallest group",
        0.01,
        exclusive_min=True,
        high=1,
        slider=(1e-5, 1),
        log=True,
        display_unit="percent",
        symbol="p",
        help="Of the people in the data, of whom the model should know as much as of all.",
    )
    calibration: Array = number(
        "1",
        "Cost of privacy k",
        _CALIBRATION,
        high=1000,
        slider=(0, 10),
        symbol="k",
        advanced=True,
        help="A calibration, not a constant of nature: measured runs differ widely. Put in what one's own code costs.",
    )
    samples_needed: Array = number(
        "1",
        "Samples of a group",
        10_000,
        high=1e15,
        slider=(100, 1e7),
        log=True,
        advanced=True,
        help="That are enough to learn, or to measure, what is special to it.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    slowdown: Array = output("1", "Slowdown", display_unit="times", symbol="S")
    training_time: Array = output("s", "Training time with privacy", display_unit="day", symbol="T'")
    extra_time: Array = output("s", "Time for privacy", display_unit="day", symbol=r"\Delta T")
    data_multiplier: Array = output(
        "1", "Data for the smallest group", display_unit="times", symbol="m", help="Times as much data in all."
    )
    samples_in_all: Array = output("1", "Samples in all", help="Until the smallest group has enough of its own.")
    epsilon_for_double: Array = output(
        "1",
        "ε at twice the time",
        if_infinite="none: privacy costs no time",
        help="A weaker promise costs less than that.",
    )
    odds_factor: Array = output(
        "1",
        "Odds somebody could gain",
        symbol=r"e^\varepsilon",
        if_infinite="beyond counting",
        help="By which the odds that a person was in the data may change for whoever sees the model.",
    )


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if i.calibration == 0:
        return Verdict(State.OK, "No slowdown. With k = 0 differential privacy costs no time.")
    first = "{slowdown}× the training time. DP at ε = {epsilon} takes {training_time}, {extra_time} of it for privacy."
    if i.epsilon > 8:
        return Verdict(State.OVERHEAD, f"{first} The guarantee is weak: odds may change {{odds_factor}} times.")
    return Verdict(State.OVERHEAD, f"{first} Below ε = {{epsilon_for_double}} it more than doubles.")


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield (
        "The slowdown is a calibration (k = {calibration}), not a law: measured runs differ by their code and batches."
    )
    if i.subgroup_prevalence < 1:
        yield (
            "Covering the smallest subgroup takes {data_multiplier} times the data, {samples_in_all} samples in all, "
            "unless it is oversampled."
        )
    if i.subgroup_prevalence < 0.01 and i.epsilon < 3:
        yield (
            "Privacy and fairness pull apart: noise that hides a person also hides a small group (Bagdasaryan and "
            "Shmatikov 2019)."
        )


FIGURES = (
    curve("epsilon", ("slowdown",), "The stronger the promise", x_marks=("epsilon_for_double",)),
    curve("subgroup_prevalence", ("samples_in_all",), "The smaller the group"),
)

EQUATIONS = (
    Equation("slowdown", r"@slowdown = 1 + \frac{@calibration}{@epsilon}"),
    Equation("extra_time", r"@extra_time = @training_time - \frac{@training_time}{@slowdown}"),
    Equation("data_multiplier", r"@data_multiplier = \frac{1}{@subgroup_prevalence}"),
    Equation("samples_in_all", r"@samples_in_all = @samples_needed \cdot @data_multiplier"),
)

SOURCES = (
    Source("Abadi et al. 2016", "Deep learning with differential privacy", "arXiv:1607.00133"),
    Source("Anil et al. 2022", "Large-scale differentially private BERT", "arXiv:2108.01624"),
    Source(
        "Bagdasaryan, Shmatikov 2019",
        "Differential privacy has disparate impact on model accuracy",
        "arXiv:1905.12101",
    ),
)

ASSUMPTIONS = (
    "A run under privacy takes 1 + k/ε times as long, with k = 2 unless said otherwise: a calibration.",
    "People are drawn at random: a group is as frequent in the data as among the people.",
)

LIMITATIONS = (
    "δ, the clipping norm, and how ε adds up over steps.",
    "What noise costs in accuracy; it costs small groups the most.",
    "Unlearning, filtering and other ways to be safe.",
)

PRESETS = (
    Preset("A week's run at ε = 3", {}),
    Preset("A strong promise: ε = 1", {"epsilon": "1"}),
    Preset("A weak one: ε = 10", {"epsilon": "10"}),
    Preset("A group of one in a thousand", {"subgroup_prevalence": "0.1%"}),
)

FALLACIES = (
    Fallacy(
        "Privacy is a setting: it costs a few percent.",
        "At ε = 8 the run takes {before} times as long, at ε = 0.5 {after} times.",
        "slowdown",
        {"epsilon": "8"},
        {"epsilon": "0.5"},
        lambda before, after: after > 4,
    ),
    Fallacy(
        "A large data set has enough of everybody.",
        "Ten thousand samples of a group of one in a hundred take {before} in all, of one in ten thousand {after}.",
        "samples_in_all",
        {},
        {"subgroup_prevalence": "0.01%"},
        lambda before, after: after > 50 * before,
    ),
)


@solver(
    walls=(20,),
    title="Privacy",
    question="What do privacy and the smallest group cost, in time and in data?",
    version="1",
    factor="Operations",
    verdict=verdict,
    notes=notes,
    headline=("slowdown", "training_time", "extra_time", "data_multiplier"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def privacy(i: Inputs) -> Outputs:
    slowdown = 1 + np.asarray(i.calibration) / i.epsilon
    multiplier = 1 / np.asarray(i.subgroup_prevalence, dtype=float)
    return Outputs(
        slowdown=slowdown,
        training_time=i.training_time * slowdown,
        extra_time=i.training_time * (slowdown - 1),
        data_multiplier=multiplier,
        samples_in_all=i.samples_needed * multiplier,
        epsilon_for_double=ratio_or_inf(i.calibration, np.where(np.asarray(i.calibration) > 0, 1.0, 0.0)),
        odds_factor=np.exp(np.asarray(i.epsilon, dtype=float)),
    )
