"""How large should a model be, and on how many tokens should it be trained, for a compute budget?

Kaplan et al. 2020 for training compute, 6ND; Hoffmann et al. 2022 for the loss as a sum of three terms (equation 2,
constants of equation 10) and its compute-optimal split (equation 4); Besiroglu et al. 2024 for the same terms fitted
again to Hoffmann's data. Not modeled: data quality and repetition, mixtures of experts, and every loss but that of
next-token prediction.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Equation, Fallacy, Preset, Source, curve, number, output, solver
from solvers.errors import InputError
from solvers.laws.network_shape import dense_transformer_shape
from solvers.laws.ratio import ratio_or_inf
from solvers.verdict import State, Verdict

# Within this distance of the rule, a split counts as following it: the optimum is flat.
_CLOSE = 1.5
_SAME = 1e-6
# Within this logarithm of the size of least loss, a model has that size.
_AT_OPTIMUM = 0.1


@dataclass(frozen=True)
class Fit:
    """Constants of loss = E + A/N^α + B/D^β."""

    floor: float
    size: float
    data: float
    alpha: float
    beta: float

    def loss(self, parameters: Array, tokens: Array) -> Array:
        """Return the loss (nat per token) of N `parameters` trained on D `tokens`."""
        return self.floor + self.size / np.power(parameters, self.alpha) + self.data / np.power(tokens, self.beta)

    def best_parameters(self, flop: Array) -> Array:
        """Return the N of least loss for `flop` = 6ND: G·(C/6)^(β/(α+β)) with G = (αA/βB)^(1/(α+β)) (Hoffmann's eq.
        4)."""
        return np.asarray(self._lean * np.power(np.asarray(flop) / 6, self.beta / (self.alpha + self.beta)))

    def least_flop(self, loss: Array) -> Array:
        """Return the least C that reaches `loss`: along the best split, both terms fall as (C/6)^(−αβ/(α+β))."""
        terms = self.size * self._lean**-self.alpha + self.data * self._lean**self.beta
        power = self.alpha * self.beta / (self.alpha + self.beta)
        return np.asarray(6 * np.power(terms / (np.asarray(loss) - self.floor), 1 / power))

    @property
    def _lean(self) -> float:
        return math.pow(self.alpha * self.size / (self.beta * self.data), 1 / (self.alpha + self.beta))


HOFFMANN = Fit(1.69, 406.4, 410.7, 0.34, 0.28)
BESIROGLU = Fit(1.8172, 482.01, 2085.43, 0.3478, 0.3658)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    compute_budget: Array = number(
        "flop",
        "Compute budget",
        5.76e23,
        high=1e40,
        slider=(1e18, 1e27),
        log=True,
        symbol=r"C_\text{budget}",
        help="FLOPs available for training. Not used if both parameters and tokens are given.",
    )
    parameters: Array = number(
        "1",
        "Parameters",
        0,
        high=1e20,
        slider=(0, 1e13),
        log=True,
        display_unit="param",
        symbol="N",
        help="Derived from compute budget, tokens and tokens per parameter where empty.",
        zero_means="derived",
    )
    tokens: Array = number(
        "1",
        "Training tokens",
        0,
        high=1e22,
        slider=(0, 1e15),
        log=True,
        display_unit="token",
        symbol="D",
        help="Derived from compute budget, parameters and tokens per parameter where empty.",
        zero_means="derived",
    )
    tokens_per_parameter: Array = number(
        "1",
        "Tokens per parameter (Chinchilla-optimal)",
        20,
        exclusive_min=True,
        high=1e9,
        slider=(1, 2000),
        log=True,
        help="About 20 by Chinchilla; splits the budget, and defines over-training.",
    )
    resize: Array = number(
        "1",
        "Model size relative to baseline (equal compute)",
        1,
        exclusive_min=True,
        high=1e6,
        slider=(0.01, 100),
        log=True,
        symbol="x",
        advanced=True,
        help="2 means twice the parameters on half the tokens.",
    )


_LARGER = "never: no smaller than the compute-optimal model of equal loss"


@dataclass(frozen=True, kw_only=True)
class Outputs:
    total_ops: Array = output("flop", "Training compute", symbol="C", help="Forward and backward passes.")
    parameters: Array = output("1", "Parameters", display_unit="param", symbol="N")
    tokens: Array = output("1", "Training tokens", display_unit="token", symbol="D")
    layers: Array = output(
        "1", "Layers", symbol="L", help="A dense transformer of this size, with hidden size 128 × layers."
    )
    hidden_size: Array = output("1", "Hidden size", symbol="h")
    attention_heads: Array = output("1", "Attention heads")
    kv_heads: Array = output("1", "KV heads")
    head_dim: Array = output("1", "Head dimension")
    tokens_per_parameter: Array = output("1", "Tokens per parameter", symbol="D/N")
    loss_hoffmann: Array = output(
        "1", "Loss (Hoffmann)", symbol=r"L_\text{H}", help="Nats per token, fit as published."
    )
    loss_besiroglu: Array = output("1", "Loss (Besiroglu)", symbol=r"L_\text{B}", help="Nats per token, corrected fit.")
    rule: Array = output("1", "Chinchilla-optimal tokens per parameter", symbol="r")
    over_training: Array = output(
        "1", "Over-training factor", display_unit="times", help="Tokens per parameter over the Chinchilla-optimal ones."
    )
    optimal_parameters: Array = output(
        "1", "Chinchilla-optimal parameters", display_unit="param", symbol="N^*", help="Compute budget unchanged."
    )
    optimal_tokens: Array = output(
        "1", "Chinchilla-optimal tokens", display_unit="token", symbol="D^*", help="Compute budget unchanged."
    )
    best_parameters_hoffmann: Array = output(
        "1", "Compute-optimal parameters (Hoffmann)", display_unit="param", symbol=r"N_\text{H}"
    )
    best_parameters_besiroglu: Array = output(
        "1", "Compute-optimal parameters (Besiroglu)", display_unit="param", symbol=r"N_\text{B}"
    )
    best_tokens_hoffmann: Array = output(
        "1", "Compute-optimal tokens (Hoffmann)", display_unit="token", symbol=r"D_\text{H}"
    )
    best_tokens_besiroglu: Array = output(
        "1", "Compute-optimal tokens (Besiroglu)", display_unit="token", symbol=r"D_\text{B}"
    )
    best_loss_hoffmann: Array = output("1", "Compute-optimal loss (Hoffmann)", symbol=r"\hat L_\text{H}")
    best_loss_besiroglu: Array = output("1", "Compute-optimal loss (Besiroglu)", symbol=r"\hat L_\text{B}")
    loss_difference_hoffmann: Array = output("1", "Excess loss (Hoffmann)")
    loss_difference_besiroglu: Array = output("1", "Excess loss (Besiroglu)")
    equal_loss_compute_hoffmann: Array = output(
        "flop", "Minimum compute for this loss (Hoffmann)", symbol=r"C_\text{H}"
    )
    equal_loss_compute_besiroglu: Array = output(
        "flop", "Minimum compute for this loss (Besiroglu)", symbol=r"C_\text{B}"
    )
    compute_ratio_hoffmann: Array = output("1", "Compute relative to optimal (Hoffmann)", display_unit="times")
    compute_ratio_besiroglu: Array = output("1", "Compute relative to optimal (Besiroglu)", display_unit="times")
    equal_loss_parameters: Array = output(
        "1",
        "Compute-optimal model of equal loss",
        display_unit="param",
        symbol=r"N_\text{eq}",
        help="Its parameters (Besiroglu).",
    )
    serving_advantage: Array = output(
        "1",
        "Inference cost ratio",
        display_unit="times",
        help="Compute-optimal model of equal loss over this one, per token (Besiroglu).",
    )
    payback_tokens: Array = output(
        "1",
        "Break-even inference tokens",
        display_unit="token",
        if_infinite=_LARGER,
        help="Served tokens after which a smaller, over-trained model needs less compute in total (Besiroglu).",
    )


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: 0 stands for unknown, and at least one must be known."""
    for name in ("parameters", "tokens"):
        if 0 < getattr(i, name) < 1:
            yield InputError(name, "must be at least 1, or 0 to derive it from the other inputs.")
    if i.compute_budget == 0 and i.parameters == 0 and i.tokens == 0:
        yield InputError("compute_budget", "is required, unless parameters or tokens are given: all three are 0.")


def verdict(i: Inputs, o: Outputs) -> Verdict:
    first = "{parameters} on {tokens} reach a loss of {loss_besiroglu}."
    if o.over_training > _CLOSE:
        advantage = "" if np.isinf(o.payback_tokens) else ", but cost {serving_advantage} times as much to serve"
        return Verdict(
            State.COMPUTE,
            f"Over-trained. {first} {{equal_loss_parameters}} would need {{compute_ratio_besiroglu}} times less compute"
            f"{advantage}.",
        )
    if o.over_training < 1 / _CLOSE:
        cheaper = " and cost less to serve" if o.best_parameters_besiroglu < o.parameters else ""
        return Verdict(
            State.COMPUTE,
            f"Under-trained. {first} With the same compute, {{best_parameters_besiroglu}} on {{best_tokens_besiroglu}} "
            f"reach {{best_loss_besiroglu}}{cheaper}.",
        )
    if abs(np.log(o.best_parameters_besiroglu / o.parameters)) < _AT_OPTIMUM:
        return Verdict(State.OK, f"Compute-optimal. {first} Only more compute or better data would lower it.")
    return Verdict(
        State.OK,
        f"Near compute-optimal. {first} The same compute spent on {{best_parameters_besiroglu}} reaches "
        "{best_loss_besiroglu}.",
    )


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if i.parameters > 0 and i.tokens > 0 and i.compute_budget > 0:
        yield "Parameters and tokens are both given: they set the compute, and the budget is not used."
    if o.over_training > _CLOSE and np.isfinite(o.payback_tokens):
        yield "The smaller model breaks even with the compute-optimal one after serving {payback_tokens}."
    if not 1e18 <= o.total_ops <= 1e24:
        yield "Outside the fitted range: both fits rest on runs of about 10¹⁸ to 6×10²³ FLOPs."
    if o.over_training > 5:
        yield "Outside the fitted range: both fits rest on runs close to compute-optimal."
    if abs(np.log(o.best_parameters_hoffmann / o.best_parameters_besiroglu)) > np.log(1.5):
        yield (
            "The fits disagree on the compute-optimal size: {best_parameters_hoffmann} by Hoffmann's published "
            "constants, {best_parameters_besiroglu} by the corrected ones, which agree with 20 tokens per parameter."
        )


FIGURES = (
    curve("resize", ("loss_besiroglu", "loss_hoffmann"), "IsoFLOP curve: loss vs. model size"),
    curve(
        "resize", ("compute_ratio_besiroglu", "compute_ratio_hoffmann"), "Compute relative to optimal vs. model size"
    ),
)

EQUATIONS = (
    Equation("total_ops", r"@total_ops = 6 \cdot @parameters \cdot @tokens"),
    Equation("tokens_per_parameter", r"@tokens_per_parameter = \frac{@tokens}{@parameters}"),
    Equation("optimal_parameters", r"@optimal_parameters = \sqrt{\frac{@total_ops}{6 \cdot @rule}}"),
    Equation("optimal_tokens", r"@optimal_tokens = \frac{@total_ops}{6 \cdot @optimal_parameters}"),
    Equation(
        "loss_hoffmann", r"@loss_hoffmann = 1.69 + \frac{406.4}{@parameters^{0.34}} + \frac{410.7}{@tokens^{0.28}}"
    ),
    Equation(
        "loss_besiroglu",
        r"@loss_besiroglu = 1.8172 + \frac{482.01}{@parameters^{0.3478}} + \frac{2085.43}{@tokens^{0.3658}}",
    ),
    Equation(
        "best_parameters_besiroglu",
        r"@best_parameters_besiroglu = (\frac{0.3478 \cdot 482.01}{0.3658 \cdot 2085.43})^{\frac{1}{0.3478 + 0.3658}} "
        r"\cdot (\frac{@total_ops}{6})^{\frac{0.3658}{0.3478 + 0.3658}}",
    ),
    Equation(
        "best_loss_besiroglu",
        r"@best_loss_besiroglu = 1.8172 + \frac{482.01}{@best_parameters_besiroglu^{0.3478}} "
        r"+ \frac{2085.43}{@best_tokens_besiroglu^{0.3658}}",
    ),
    Equation("compute_ratio_besiroglu", r"@compute_ratio_besiroglu = \frac{@total_ops}{@equal_loss_compute_besiroglu}"),
    Equation("serving_advantage", r"@serving_advantage = \frac{@equal_loss_parameters}{@parameters}"),
    Equation(
        "payback_tokens",
        r"@payback_tokens = \frac{@total_ops - @equal_loss_compute_besiroglu}{2 \cdot (@equal_loss_parameters - "
        r"@parameters)}",
        where=lambda i, o: bool(np.isfinite(o.payback_tokens)),
    ),
)

SOURCES = (
    Source("Kaplan et al. 2020", "Scaling laws for neural language models", "arXiv:2001.08361"),
    Source("Hoffmann et al. 2022", "Training compute-optimal large language models", "arXiv:2203.15556"),
    Source("Besiroglu et al. 2024", "Chinchilla scaling: a replication attempt", "arXiv:2404.10102"),
    Source(
        "Sardana et al. 2023",
        "Beyond Chinchilla-optimal: accounting for inference in language model scaling laws",
        "arXiv:2401.00448",
    ),
)

ASSUMPTIONS = (
    "Training takes 6 FLOPs per parameter and token: 2 forward, 4 backward. Attention over the context is not counted.",
    "Dense decoder-only models: every token uses every parameter, and each token is seen once.",
    "The loss is that of the text the fits were made on; other text shifts it.",
    "Inference takes 2 FLOPs per parameter and token.",
)

LIMITATIONS = (
    "Data quality and repeated data.",
    "Mixtures of experts and encoder-decoders, whose tokens use only part of the parameters.",
    "The value of a lower loss on a task.",
)

PRESETS = (
    Preset("Chinchilla's compute budget", {}, part="Part 8"),
    Preset("Budget of 10²¹ FLOPs", {"compute_budget": "1e21 FLOP"}, part="Part 8"),
    Preset("Llama-3-8B at 15T tokens", {"parameters": "8.03e9", "tokens": "15e12"}),
    Preset("GPT-3", {"parameters": "174.6e9", "tokens": "300e9"}),
    Preset("Llama 3.1 405B", {"parameters": "405e9", "tokens": "15.6e12"}),
    Preset("3B parameters, budget of 10²³ FLOPs", {"compute_budget": "1e23 FLOP", "parameters": "3e9"}),
    Preset("Model size for 300B tokens", {"compute_budget": "0 FLOP", "tokens": "300e9"}),
)

FALLACIES = (
    Fallacy(
        "More parameters always make a better model.",
        "Ten times the parameters at equal compute raise the loss from {before} to {after}: too few tokens are left.",
        "loss_besiroglu",
        {},
        {"resize": "10"},
        lambda before, after: after > before,
    ),
    Fallacy(
        "Training on more than 20 tokens per parameter is a mistake.",
        "The compute-optimal model of equal loss costs {before} as much per served token for a Chinchilla-optimal "
        "model, "
        "and {after} as much for Llama-3-8B: over-training pays back with every token served.",
        "serving_advantage",
        {},
        {"parameters": "8.03e9", "tokens": "15e12"},
        lambda before, after: before < 1.1 and after > 2,
    ),
    Fallacy(
        "Ten times the compute lowers the loss tenfold.",
        "The loss falls from {before} to {after}: ten times the compute saves a few percent.",
        "best_loss_besiroglu",
        {},
        {"compute_budget": "5.76e24 FLOP"},
        lambda before, after: 1 < before / after < 1.1,
    ),
)


@solver(
    walls=(11,),
    title="Scaling laws",
    question="How large should a model be, and on how many tokens, for a compute budget?",
    version="2",
    factor="Total FLOPs",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=("parameters", "tokens", "loss_besiroglu", "tokens_per_parameter", "compute_ratio_besiroglu"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def scaling_laws(i: Inputs) -> Outputs:
    given_parameters, given_tokens = _split(i)
    parameters, tokens = given_parameters * i.resize, given_tokens / i.resize
    flop, shape = 6 * parameters * tokens, dense_transformer_shape(parameters)
    with np.errstate(divide="ignore", invalid="ignore"):
        hoffmann, besiroglu = HOFFMANN.loss(parameters, tokens), BESIROGLU.loss(parameters, tokens)
        best_h, best_b = HOFFMANN.best_parameters(flop), BESIROGLU.best_parameters(flop)
        least_h, least_b = HOFFMANN.least_flop(hoffmann), BESIROGLU.least_flop(besiroglu)
        equal = BESIROGLU.best_parameters(least_b)
        best_loss_h, best_loss_b = HOFFMANN.loss(best_h, flop / 6 / best_h), BESIROGLU.loss(best_b, flop / 6 / best_b)
        optimal = np.sqrt(flop / 6 / i.tokens_per_parameter)
        saved = 2 * (equal - parameters)
        # At the best split both differences are rounding errors, and so would be their ratio.
        smaller = equal > parameters * (1 + _SAME)
        return Outputs(
            total_ops=flop,
            parameters=parameters,
            tokens=tokens,
            layers=shape.layers,
            hidden_size=shape.hidden_size,
            attention_heads=shape.attention_heads,
            kv_heads=shape.attention_heads,
            head_dim=shape.head_dim,
            tokens_per_parameter=tokens / parameters,
            loss_hoffmann=hoffmann,
            loss_besiroglu=besiroglu,
            rule=np.asarray(i.tokens_per_parameter, dtype=float),
            over_training=tokens / parameters / i.tokens_per_parameter,
            optimal_parameters=optimal,
            optimal_tokens=flop / 6 / optimal,
            best_parameters_hoffmann=best_h,
            best_parameters_besiroglu=best_b,
            best_tokens_hoffmann=flop / 6 / best_h,
            best_tokens_besiroglu=flop / 6 / best_b,
            best_loss_hoffmann=best_loss_h,
            best_loss_besiroglu=best_loss_b,
            loss_difference_hoffmann=hoffmann - best_loss_h,
            loss_difference_besiroglu=besiroglu - best_loss_b,
            equal_loss_compute_hoffmann=least_h,
            equal_loss_compute_besiroglu=least_b,
            compute_ratio_hoffmann=flop / least_h,
            compute_ratio_besiroglu=flop / least_b,
            equal_loss_parameters=equal,
            serving_advantage=equal / parameters,
            payback_tokens=np.where(smaller, ratio_or_inf(flop - least_b, np.where(smaller, saved, 0)), np.inf),
        )


def _split(i: Inputs) -> tuple[Array, Array]:
    """Return parameters and tokens: as given, else what the budget leaves, else by the rule. NaN where nothing is
    given, which a sweep may do."""
    budget, size, data = (np.asarray(x, dtype=float) for x in (i.compute_budget, i.parameters, i.tokens))
    rule = np.asarray(i.tokens_per_parameter, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_data = np.where(budget > 0, budget / 6 / data, data / rule)
        parameters = np.where(size > 0, size, np.where(data > 0, by_data, np.sqrt(budget / 6 / rule)))
        by_size = np.where(budget > 0, budget / 6 / parameters, parameters * rule)
        tokens = np.where(data > 0, data, by_size)
    nothing = (budget == 0) & (size == 0) & (data == 0)
    return np.where(nothing, np.nan, parameters), np.where(nothing, np.nan, tokens)
