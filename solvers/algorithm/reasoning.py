"""What does it cost to let a model think before it answers, and to ask it several times?

Wei et al. 2022 for chains of thought, whose tokens come one after the other; Wang et al. 2023 (self-consistency) and
Snell et al. 2024 (best of n) for samples that run side by side. Not modelled: whether any of it makes the answer
better, contexts that grow while it thinks, and judges that read the samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solvers.declare import Array, Chart, Equation, Fallacy, Preset, Source, curve, number, output, solver
from solvers.laws.ratio import ratio_or_inf

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
        help="See serving.",
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
        help="See serving.",
    )
    power: Array = number(
        "W",
        "Power",
        600,
        high=1e9,
        slider=(0, 10000),
        symbol="P",
        help="Of what serves one sample, or its share of what serves many.",
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


def verdict(i: Inputs, o: Outputs) -> str:
    first = "{tokens_per_query} tokens, {latency}, {cost_per_query} and {energy_per_query} a query: "
    if o.reasoning_tokens == 0 and i.samples == 1:
        return first + "a direct answer. The first token and the answer's length are all there is to wait for."
    dearer = " and {cost_multiple} times as dear" if np.isfinite(o.cost_multiple) else ""
    waited = f"{{slowdown}} times as long as answering directly{dearer}. "
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
    if o.tokens_per_sample > 8192:
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
    Equation("latency", r"@latency = @ttft + @tokens_per_sample \cdot @itl"),
    Equation("direct_latency", r"@direct_latency = @ttft + @answer_tokens \cdot @itl"),
    Equation("slowdown", r"@slowdown = \frac{@latency}{@direct_latency}"),
    Equation("energy_per_query", r"@energy_per_query = @samples \cdot @power \cdot @latency"),
    Equation("cost_per_query", r"@cost_per_query = @samples \cdot @price_per_hour \cdot \frac{@latency}{3600}"),
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
    "Samples run side by side on as many shares of the machine, each with its power and price.",
    "The machine is paid for while it answers.",
)

LIMITATIONS = (
    "Quality: what the thinking is for.",
    "Samples that share a prefix, stop early or vote before all are done.",
    "The wait in the queue: see tail latency.",
)

PRESETS = (
    Preset("Ten steps of thought", {}),
    Preset("A direct answer", {"reasoning_steps": "0"}),
    Preset("Forty samples vote", {"samples": "40"}),
    Preset("Deep reasoning: 10,000 tokens", {"reasoning_steps": "50", "tokens_per_step": "200"}),
    Preset("Eight direct answers, the best is taken", {"reasoning_steps": "0", "samples": "8"}),
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
)


@solver(
    walls=(12,),
    title="Reasoning",
    question="What does it cost to think before answering, and to ask several times?",
    version="1",
    factor="Operations",
    verdict=verdict,
    notes=notes,
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
    tokens = thought + i.answer_tokens
    latency, direct = i.ttft + tokens * i.itl, i.ttft + np.asarray(i.answer_tokens, dtype=float) * i.itl
    machine_time = np.asarray(i.samples, dtype=float) * latency
    price = np.asarray(i.price_per_hour, dtype=float) / _HOUR
    energy, cost = machine_time * i.power, machine_time * price
    return Outputs(
        latency=latency,
        tokens_per_query=i.samples * tokens,
        energy_per_query=energy,
        cost_per_query=cost,
        slowdown=latency / direct,
        tokens_per_sample=tokens,
        reasoning_tokens=thought,
        reasoning_time=thought * i.itl,
        direct_latency=direct,
        direct_cost=direct * price,
        direct_energy=direct * i.power,
        cost_multiple=ratio_or_inf(machine_time * price, direct * price),
        extra_cost=cost - direct * price,
        queries_per_dollar=ratio_or_inf(1.0, cost),
        queries_per_kwh=ratio_or_inf(3.6e6, energy),
        cost_per_million_queries=cost * 1e6,
    )
