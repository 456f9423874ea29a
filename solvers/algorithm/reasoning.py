"""What does it cost to let a model think before it answers, and to ask it several times?

Wei et al. 2022 for chains of thought, whose tokens come one after the other; Wang et al. 2023 (self-consistency) and
Snell et al. 2024 (best of n) for samples that run side by side: each on a share of a machine, whose pace is given, or,
where a model and a chip are picked, all as one batch that reads the prompt once, priced as the serving wall prices it.
Not modelled: whether any of it makes the answer better, and judges that read the samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from solvers import checks, inputs, remarks
from solvers.declare import (
    Array,
    Chart,
    Codes,
    Equation,
    Fallacy,
    Preset,
    Source,
    curve,
    number,
    output,
    solver,
    spec,
)
from solvers.errors import InputError
from solvers.laws.collectives import NetworkLink
from solvers.laws.language_pass import ModelServer, Timing, price_decode, price_prefill
from solvers.laws.phase import generates
from solvers.laws.ratio import ratio_or_inf
from solvers.specs import Accelerator, Model, Precision

_HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class Inputs:
    reasoning_steps: Array = number(
        "1",
        "Steps of thought",
        10,
        high=1e6,
        slider=(0, 200),
        integer=True,
        symbol="k",
        help="Before the answer; 0: none.",
    )
    tokens_per_step: Array = number(
        "1", "Tokens a step", 150, high=1e6, slider=(0, 1000), integer=True, symbol="t", help="On average."
    )
    answer_tokens: Array = number(
        "1", "Tokens of the answer", 250, low=1, high=1e6, slider=(1, 2000), integer=True, symbol="a"
    )
    samples: Array = number(
        "1",
        "Samples",
        1,
        low=1,
        high=1e5,
        slider=(1, 64),
        integer=True,
        symbol="n",
        help="Answers asked for side by side, of which one is taken: self-consistency, best of n.",
    )
    ttft: Array = number(
        "s",
        "Time to first token",
        0.1,
        high=1e5,
        slider=(0, 5),
        display_unit="ms",
        symbol=r"\text{TTFT}",
        help="See serving; not used with a model.",
    )
    itl: Array = number(
        "s",
        "Inter-token latency",
        0.01,
        exclusive_min=True,
        high=1e4,
        slider=(1e-3, 0.2),
        log=True,
        display_unit="ms",
        symbol=r"\text{ITL}",
        help="See serving; not used with a model.",
    )
    served_model: Model | None = spec(
        Model,
        "Model",
        optional=True,
        help="Times its passes: the samples of a query are one batch. Without one, the times above are taken.",
    )
    served_on: Accelerator | None = spec(
        Accelerator, "Accelerator", optional=True, help="What the model runs on; needed where one is picked."
    )
    prompt_length: Array = number(
        "1",
        "Prompt length",
        1024,
        low=1,
        high=1e8,
        slider=(1, 131072),
        log=True,
        integer=True,
        symbol="S",
        advanced=True,
        help="Tokens of the prompt, which all samples share; with a model.",
    )
    precision: Codes = inputs.precision(Precision.FP16, advanced=True)
    tensor_parallel: Array = inputs.tensor_parallel(1, advanced=True)
    power: Array = number(
        "W",
        "Power",
        600,
        high=1e9,
        slider=(0, 10000),
        symbol="P",
        help="Of what serves one sample, or its share of what serves many; with a model, of the machine.",
    )
    price_per_hour: Array = number("USD/hour", "Price", 2.5, high=1e9, slider=(0, 100), symbol="c", help="Of the same.")


@dataclass(frozen=True, kw_only=True)
class Outputs:
    latency: Array = output("s", "Latency", symbol="T", help="Samples run side by side.")
    tokens_per_query: Array = output("1", "Tokens a query", symbol="N", help="Of all samples.")
    energy_per_query: Array = output("J", "Energy a query", symbol="E")
    cost_per_query: Array = output("USD", "Cost a query", symbol="C")
    slowdown: Array = output("1", "Slowdown", symbol="S", help="Against answering directly.")
    tokens_per_sample: Array = output("1", "Tokens a sample", symbol="N_1")
    first_token_time: Array = output(
        "s", "First token", symbol=r"t_1", help="As given, or the prefill of the one prompt of all samples."
    )
    token_time: Array = output(
        "s",
        "Each further token",
        symbol=r"t_\text{token}",
        help="As given, or a decode step of all samples at the mean context.",
    )
    direct_token_time: Array = output(
        "s", "Each token of a direct answer", symbol=r"t_0", help="As given, or a decode step of one sequence."
    )
    machines: Array = output(
        "1", "Machines", symbol="m", help="One for each sample, or one for the batch of all of them."
    )
    reasoning_tokens: Array = output("1", "Tokens of thought", help="Of one sample.")
    reasoning_time: Array = output("s", "Time of thought")
    direct_latency: Array = output("s", "Latency of a direct answer", symbol="T_0")
    direct_cost: Array = output("USD", "Cost of a direct answer", symbol="C_0")
    direct_energy: Array = output("J", "Energy of a direct answer")
    cost_multiple: Array = output("1", "Cost over a direct answer's", if_infinite="none: nothing costs anything")
    extra_cost: Array = output("USD", "Cost of thinking and asking again")
    queries_per_dollar: Array = output("1", "Queries a dollar", if_infinite="no limit: nothing costs anything")
    queries_per_kwh: Array = output("1", "Queries a kilowatt-hour", if_infinite="no limit: nothing draws power")
    cost_per_million_queries: Array = output("USD", "Cost of a million queries")


def check(i: Inputs) -> Iterator[InputError]:
    """Yield errors that concern several fields: a model that makes tokens, on a chip that can run it."""
    if i.served_model is None:
        return
    if i.served_on is None:
        yield InputError("served_on", f"is needed to run {i.served_model.name}: pick an accelerator.")
    else:
        yield from checks.accelerator_rate(i.served_on, i.precision, ("served_on", "precision"))
    if not generates(i.served_model):
        yield InputError("served_model", f"does not generate: {i.served_model.name}. Choose a language model.")
    yield from checks.kernel_sizes(i.served_model, Timing.KERNELS, "served_model")


def verdict(i: Inputs, o: Outputs) -> str:
    first = "{tokens_per_query} tokens, {latency}, {cost_per_query} and {energy_per_query} a query: "
    if o.reasoning_tokens == 0 and i.samples == 1:
        return first + "a direct answer. The first token and the answer's length are all there is to wait for."
    dearer = " and {cost_multiple} times as dear" if np.isfinite(o.cost_multiple) else ""
    waited = f"{{slowdown}} times as long as answering directly{dearer}. "
    if i.samples > 1 and i.served_model is not None:
        return first + waited + "Samples are one batch: they share the prompt and each reading of the weights."
    if i.samples > 1 and o.reasoning_tokens == 0:
        return first + waited + "Samples run side by side: they multiply tokens, energy and cost, not the wait."
    if i.samples > 1:
        return (
            first
            + waited
            + ("Thinking costs time, token after token; samples run side by side and cost money and energy, not time.")
        )
    return first + waited + "Tokens of thought come one after the other: fewer of them, or a lower ITL, would help."


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield "How much better the answer gets is measured, not computed: it depends on model and task (Snell et al. 2024)."
    if i.served_on is not None and i.served_model is not None:
        yield from remarks.pass_timing(i.served_on, Timing.KERNELS)
    elif o.tokens_per_sample > 8192:
        yield "So long a thought fills the context: the ITL itself grows with it, see serving."


FIGURES = (
    curve("reasoning_steps", ("latency", "cost_per_query"), "Thinking longer", logy=False),
    curve("samples", ("cost_per_query", "latency"), "Asking more often", logy=False),
    Chart("bars", "Latency", (), ("direct_latency", "reasoning_time")),
)

EQUATIONS = (
    Equation("reasoning_tokens", r"@reasoning_tokens = @reasoning_steps \cdot @tokens_per_step"),
    Equation("tokens_per_sample", r"@tokens_per_sample = @reasoning_tokens + @answer_tokens"),
    Equation("tokens_per_query", r"@tokens_per_query = @samples \cdot @tokens_per_sample"),
    Equation("latency", r"@latency = @first_token_time + @tokens_per_sample \cdot @token_time"),
    Equation("direct_latency", r"@direct_latency = @first_token_time + @answer_tokens \cdot @direct_token_time"),
    Equation("slowdown", r"@slowdown = \frac{@latency}{@direct_latency}"),
    Equation("energy_per_query", r"@energy_per_query = @machines \cdot @power \cdot @latency"),
    Equation("cost_per_query", r"@cost_per_query = @machines \cdot @price_per_hour \cdot \frac{@latency}{3600}"),
)

SOURCES = (
    Source(
        "Wei et al. 2022",
        "Chain-of-thought prompting elicits reasoning in large language models",
        "arXiv:2201.11903",
    ),
    Source(
        "Wang et al. 2023",
        "Self-consistency improves chain of thought reasoning in language models",
        "arXiv:2203.11171",
    ),
    Source(
        "Snell et al. 2024",
        "Scaling LLM test-time compute optimally can be more effective than scaling model parameters",
        "arXiv:2408.03314",
    ),
)

ASSUMPTIONS = (
    "Tokens of thought and of the answer come at one and the same inter-token latency.",
    "Samples run side by side on as many shares of the machine, each with its power and price. With a model they are "
    "one batch on one machine: the prompt is read once, and each step reads the weights once.",
    "With a model, a token takes as long as a decode step at the mean context: the prompt and half of what is made.",
    "The machine is paid for while it answers.",
)

LIMITATIONS = (
    "Quality: what the thinking is for.",
    "Samples that stop early or vote before all are done.",
    "The wait in the queue: see tail latency.",
)

PRESETS = (
    Preset("Ten steps of thought", {}),
    Preset("A direct answer", {"reasoning_steps": "0"}),
    Preset("Forty samples vote", {"samples": "40"}),
    Preset("Deep reasoning: 10,000 tokens", {"reasoning_steps": "50", "tokens_per_step": "200"}),
    Preset("Eight direct answers, the best is taken", {"reasoning_steps": "0", "samples": "8"}),
    Preset(
        "Forty samples as one batch of Llama-3.1-8B on an H100",
        {"samples": "40", "served_model": "llama-3.1-8b", "served_on": "h100-sxm5-80gb"},
    ),
)

FALLACIES = (
    Fallacy(
        "Asking forty times takes forty times as long.",
        "One sample takes {before}, forty take {after}: they run side by side.",
        "latency",
        {},
        {"samples": "40"},
        lambda before, after: after == before,
    ),
    Fallacy(
        "Thinking is free for whoever can wait.",
        "A direct answer costs {before}, one with ten steps of thought {after}: every token keeps the machine.",
        "cost_per_query",
        {"reasoning_steps": "0"},
        {},
        lambda before, after: after > 4 * before,
    ),
    Fallacy(
        "Forty samples cost forty times as much.",
        "As one batch of one model a query of one sample costs {before}, of forty {after}: they share the weights.",
        "cost_per_query",
        {"served_model": "llama-3.1-8b", "served_on": "h100-sxm5-80gb"},
        {"served_model": "llama-3.1-8b", "served_on": "h100-sxm5-80gb", "samples": "40"},
        lambda before, after: after < 4 * before,
    ),
)


@solver(
    walls=(12,),
    title="Reasoning",
    question="What does it cost to think before answering, and to ask several times?",
    version="2",
    factor="Operations",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=("latency", "cost_per_query", "energy_per_query", "tokens_per_query", "slowdown"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def reasoning(i: Inputs) -> Outputs:
    thought = np.asarray(i.reasoning_steps, dtype=float) * i.tokens_per_step
    tokens, answer = thought + i.answer_tokens, np.asarray(i.answer_tokens, dtype=float)
    pace = _pace(i, tokens, answer)
    latency, direct = pace.first + tokens * pace.token, pace.first + answer * pace.direct_token
    machine_time = pace.machines * latency
    price = np.asarray(i.price_per_hour, dtype=float) / _HOUR
    energy, cost = machine_time * i.power, machine_time * price
    return Outputs(
        latency=latency,
        tokens_per_query=i.samples * tokens,
        energy_per_query=energy,
        cost_per_query=cost,
        slowdown=latency / direct,
        tokens_per_sample=tokens,
        first_token_time=pace.first,
        token_time=pace.token,
        direct_token_time=pace.direct_token,
        machines=pace.machines,
        reasoning_tokens=thought,
        reasoning_time=thought * pace.token,
        direct_latency=direct,
        direct_cost=direct * price,
        direct_energy=direct * i.power,
        cost_multiple=ratio_or_inf(machine_time * price, direct * price),
        extra_cost=cost - direct * price,
        queries_per_dollar=ratio_or_inf(1.0, cost),
        queries_per_kwh=ratio_or_inf(3.6e6, energy),
        cost_per_million_queries=cost * 1e6,
    )


class _Pace(NamedTuple):
    """Seconds of the first token, of each token of all samples and of a direct answer; machines that are kept."""

    first: Array
    token: Array
    direct_token: Array
    machines: Array


def _pace(i: Inputs, tokens: Array, answer: Array) -> _Pace:
    """As given for each share of a machine, or of one batch of samples that share their prompt."""
    samples = np.asarray(i.samples, dtype=float)
    if i.served_model is None or i.served_on is None:
        given = np.asarray(i.itl, dtype=float)
        return _Pace(np.asarray(i.ttft, dtype=float), given, given, samples)
    server = ModelServer(
        chip=i.served_on,
        precision=i.precision,
        cache_precision=i.precision,
        devices=i.tensor_parallel,
        link=NetworkLink(i.served_on.interconnect_bandwidth, 0.0),
    )
    first = price_prefill(i.served_model, server, 1.0, i.prompt_length)
    together = price_decode(i.served_model, server, samples, i.prompt_length + tokens / 2)
    alone = price_decode(i.served_model, server, 1.0, i.prompt_length + answer / 2)
    return _Pace(first.time.total, together.time.total, alone.time.total, np.ones_like(samples))
