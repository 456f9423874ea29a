"""What do differential privacy and the smallest subgroup cost, in training time and data?

Abadi et al. 2016 for training under differential privacy (gradients of each example clipped and noised), Anil et al.
2022 for the batches, and so the time, that takes. The slowdown 1 + k/ε is a calibration, not a law: k depends on the
training code. Not modeled: δ, the number of examples, and what the noise costs in accuracy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Equation, Fallacy, Preset, Source, curve, number, output, solver
from solvers.laws.ratio import ratio_or_inf
from solvers.verdict import State, Verdict

_DAY = 86400.0
_CALIBRATION = 2.0


@dataclass(frozen=True, kw_only=True)
class Inputs:
    training_time: Array = number(
        "s",
        "Training time",
        7 * _DAY,
        exclusive_min=True,
        high=1e8 * _DAY,
        slider=(3600, 3e7),
        log=True,
        display_unit="day",
        symbol="T",
        help="Training time of the same run without differential privacy (DP).",
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
        help="Bound on the privacy loss: 1 is strong privacy, 10 is weak.",
    )
    subgroup_prevalence: Array = number(
        "1",
        "Smallest subgroup prevalence",
        0.01,
        exclusive_min=True,
        high=1,
        slider=(1e-5, 1),
        log=True,
        display_unit="percent",
        symbol="p",
        help="Share of the data that comes from the smallest subgroup.",
    )
    calibration: Array = number(
        "1",
        "DP slowdown coefficient k",
        _CALIBRATION,
        high=1000,
        slider=(0, 10),
        symbol="k",
        advanced=True,
        help="Slowdown = 1 + k/ε. A calibration: measured runs differ widely, so enter your own if known.",
    )
    samples_needed: Array = number(
        "1",
        "Samples needed per subgroup",
        10_000,
        high=1e15,
        slider=(100, 1e7),
        log=True,
        advanced=True,
        help="Samples that suffice to learn or evaluate what is specific to a subgroup.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    slowdown: Array = output("1", "Slowdown", display_unit="times", symbol="S")
    training_time: Array = output("s", "Training time with DP", display_unit="day", symbol="T'")
    extra_time: Array = output(
        "s",
        "DP overhead",
        display_unit="day",
        symbol=r"\Delta T",
        help="Additional training time due to differential privacy.",
    )
    data_multiplier: Array = output(
        "1",
        "Data multiplier",
        display_unit="times",
        symbol="m",
        help="Size of the whole data set relative to the samples needed per subgroup.",
    )
    samples_in_all: Array = output(
        "1", "Total samples", help="Size of the whole data set at which the smallest subgroup has enough samples."
    )
    epsilon_for_double: Array = output(
        "1",
        "ε at 2× training time",
        if_infinite="none: DP costs no time",
        help="Privacy budget at which training takes twice as long; a larger ε costs less.",
    )
    odds_factor: Array = output(
        "1",
        "e^ε (max. odds ratio)",
        symbol=r"e^\varepsilon",
        if_infinite="over 10³⁰⁸",
        help="Largest factor by which the model changes the odds that a person's data were used.",
    )


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if i.calibration == 0:
        return Verdict(State.OK, "No slowdown. With k = 0 differential privacy costs no time.")
    first = "{slowdown}× the training time. DP at ε = {epsilon} takes {training_time}, {extra_time} of it overhead."
    if i.epsilon > 8:
        return Verdict(State.OVERHEAD, f"{first} The guarantee is weak: odds may change {{odds_factor}} times.")
    return Verdict(State.OVERHEAD, f"{first} Below ε = {{epsilon_for_double}} it more than doubles.")


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield ("The slowdown is a calibration (k = {calibration}), not a law: measured runs differ by code and batch size.")
    if i.subgroup_prevalence < 1:
        yield (
            "Covering the smallest subgroup takes {data_multiplier} times the data, {samples_in_all} samples in total, "
            "unless it is oversampled."
        )
    if i.subgroup_prevalence < 0.01 and i.epsilon < 3:
        yield (
            "Privacy and fairness conflict: noise that hides a person also hides a small subgroup (Bagdasaryan and "
            "Shmatikov 2019)."
        )


FIGURES = (
    curve("epsilon", ("slowdown",), "Slowdown vs. ε", x_marks=("epsilon_for_double",)),
    curve("subgroup_prevalence", ("samples_in_all",), "Total samples vs. smallest subgroup prevalence"),
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
    "A run with DP takes 1 + k/ε times as long, with k = 2 by default: a calibration.",
    "People are sampled at random: a subgroup is as frequent in the data as in the population.",
)

LIMITATIONS = (
    "δ, the clipping norm, and how ε accumulates over steps.",
    "The accuracy lost to noise; small subgroups lose the most.",
    "Unlearning, filtering and other safety techniques.",
)

PRESETS = (
    Preset("One-week run at ε = 3", {}),
    Preset("Strong privacy: ε = 1", {"epsilon": "1"}),
    Preset("Weak privacy: ε = 10", {"epsilon": "10"}),
    Preset("Subgroup of 0.1 %", {"subgroup_prevalence": "0.1%"}),
)

FALLACIES = (
    Fallacy(
        "Differential privacy costs a few percent of training time.",
        "Training takes {before} times as long at ε = 8 and {after} times as long at ε = 0.5.",
        "slowdown",
        {"epsilon": "8"},
        {"epsilon": "0.5"},
        lambda before, after: after > 4,
    ),
    Fallacy(
        "A large data set covers every subgroup.",
        "Ten thousand samples of a 1 % subgroup take {before} samples in total; of a 0.01 % subgroup, {after}.",
        "samples_in_all",
        {},
        {"subgroup_prevalence": "0.01%"},
        lambda before, after: after > 50 * before,
    ),
)


@solver(
    walls=(20,),
    title="Privacy",
    question="What do differential privacy and the smallest subgroup cost, in training time and data?",
    version="1",
    factor="Total FLOPs",
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
