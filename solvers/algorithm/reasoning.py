"""What do reasoning and repeated sampling add to the latency and cost of a query?

Wei et al. 2022 for chain-of-thought, whose tokens come one after the other. Wang et al. 2023 (self-consistency) and
Snell et al. 2024 (best of n) for samples that run in parallel: each on its share of a machine at a given speed, or,
if a model and an accelerator are picked, all as one batch that prefills the prompt once, as in the serving wall. Not
modeled: whether the answer gets better, and judges that read the samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

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
from solvers.laws.language_pass import NO_KERNELS, LanguagePass, ModelServer, Timing, price_decode, price_prefill
from solvers.laws.phase import generates
from solvers.laws.power import power_constants
from solvers.laws.ratio import ratio_or_inf
from solvers.laws.serving_power import PhaseWork, ServingPower, serving_power
from solvers.laws.transformer_pass import PassTime
from solvers.specs import Accelerator, Model, Precision, peak_rate
from solvers.verdict import State, Verdict

_HOUR = 3600.0


@dataclass(frozen=True, kw_only=True)
class Inputs:
    reasoning_steps: Array = number(
        "1",
        "Reasoning steps",
        10,
        high=1e6,
        slider=(0, 200),
        integer=True,
        symbol="k",
        help="Before the answer; 0 = direct answer.",
    )
    tokens_per_step: Array = number(
        "1", "Tokens per reasoning step", 150, high=1e6, slider=(0, 1000), integer=True, symbol="t"
    )
    answer_tokens: Array = number(
        "1", "Answer tokens", 250, low=1, high=1e6, slider=(1, 2000), integer=True, symbol="a"
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
        help="Answers generated in parallel, of which one is used: self-consistency, best of n.",
    )
    ttft: Array = number(
        "s",
        "Time to first token (TTFT)",
        0.1,
        high=1e5,
        slider=(0, 5),
        display_unit="ms",
        symbol=r"\text{TTFT}",
        help="Take it from the serving wall or a measurement; not used if a model is picked.",
    )
    itl: Array = number(
        "s",
        "Inter-token latency (ITL)",
        0.01,
        exclusive_min=True,
        high=1e4,
        slider=(1e-3, 0.2),
        log=True,
        display_unit="ms",
        symbol=r"\text{ITL}",
        help="Take it from the serving wall or a measurement; not used if a model is picked.",
    )
    served_model: Model | None = spec(
        Model,
        "Model",
        optional=True,
        help="Computes TTFT and ITL, with all samples of a query in one batch.",
    )
    served_on: Accelerator | None = inputs.served_on()
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
        help="Shared by all samples; used with a model only.",
    )
    precision: Codes = inputs.precision(Precision.FP16, advanced=True)
    kv_precision: Codes = inputs.kv_precision(
        help="Format of the keys and values in the cache; used with a model only."
    )
    tensor_parallel: Array = inputs.tensor_parallel(1, advanced=True)
    interconnect_bandwidth: Array = number(
        "byte/s",
        "Interconnect bandwidth",
        default_from="served_on.interconnect_bandwidth",
        exclusive_min=True,
        high=1e15,
        slider=(1e9, 2e12),
        log=True,
        display_unit="GB/s",
        advanced=True,
        help="Bandwidth between tensor-parallel devices in one direction; used with a model only.",
    )
    power: Array = number(
        "W",
        "Power",
        600,
        high=1e9,
        slider=(0, 10000),
        symbol="P",
        default_from="served_on.tdp",
        strict=True,
        may_be_unknown=True,
        help="Power of the machine per sample; an accelerator's is its TDP, an upper bound. With a model, the "
        "power of each device follows its activity unless this is changed.",
    )
    price_per_hour: Array = number(
        "USD/hour",
        "Price per hour",
        2.5,
        high=1e9,
        slider=(0, 100),
        symbol="c",
        default_from="served_on.hourly_price",
        strict=True,
        may_be_unknown=True,
        help="Price of the hardware that draws the power above. An accelerator's is its on-demand price.",
    )


_NO_POWER = "unknown: the accelerator has no TDP"
_NO_PRICE = "unknown: no on-demand price is known"


_NO_MODEL = "not available without a model"


def _kernels(label: str, help: str) -> Any:
    """An output for the seconds of one class of kernels."""
    return output("s", label, if_infinite=_NO_MODEL, help=f"{help} One step of all samples.")


@dataclass(frozen=True, kw_only=True)
class Outputs:
    latency: Array = output("s", "Latency", symbol="T", help="Whole query; samples run in parallel.")
    tokens_per_query: Array = output("1", "Tokens per query", symbol="N", help="All samples.")
    energy_per_query: Array = output("J", "Energy per query", symbol="E", if_infinite=_NO_POWER)
    cost_per_query: Array = output("USD", "Cost per query", symbol="C", if_infinite=_NO_PRICE)
    slowdown: Array = output("1", "Latency relative to a direct answer", display_unit="times", symbol="S")
    tokens_per_sample: Array = output("1", "Tokens per sample", symbol="N_1")
    first_token_time: Array = output(
        "s", "TTFT in use", symbol=r"t_1", help="The value given, or the one computed from the model."
    )
    token_time: Array = output(
        "s",
        "Time per token in use",
        symbol=r"t_\text{token}",
        help="ITL as given, or a decode step of all samples at the mean context length.",
    )
    direct_token_time: Array = output(
        "s", "Time per token of a direct answer", symbol=r"t_0", help="ITL as given, or a decode step of one sequence."
    )
    machines: Array = output(
        "1", "Machines", symbol="m", help="One per sample; with a model, the devices that hold it, for the whole batch."
    )
    reasoning_tokens: Array = output("1", "Reasoning tokens per sample")
    reasoning_time: Array = output("s", "Reasoning time")
    direct_latency: Array = output("s", "Direct-answer latency", symbol="T_0")
    direct_cost: Array = output("USD", "Direct-answer cost", symbol="C_0", if_infinite=_NO_PRICE)
    direct_energy: Array = output("J", "Direct-answer energy", if_infinite=_NO_POWER)
    cost_multiple: Array = output(
        "1", "Cost relative to a direct answer", display_unit="times", if_infinite="none (price is zero)"
    )
    extra_cost: Array = output("USD", "Reasoning overhead (cost)", if_infinite=_NO_PRICE)
    queries_per_dollar: Array = output(
        "1", "Queries per dollar", if_infinite="unlimited (price is zero)", if_unknown=_NO_PRICE
    )
    queries_per_kwh: Array = output(
        "1", "Queries per kWh", if_infinite="unlimited (power is zero)", if_unknown=_NO_POWER
    )
    cost_per_million_queries: Array = output("USD", "Cost per million queries", if_infinite=_NO_PRICE)
    device_power: Array = output(
        "W", "Power in use", if_infinite=_NO_POWER, help="Mean of each machine or device while it answers."
    )
    prefill_power: Array = output("W", "Power per device in prefill", if_infinite=_NO_MODEL)
    decode_power: Array = output("W", "Power per device in decode", if_infinite=_NO_MODEL)
    products_time: Array = _kernels("Decode GEMM time", "Projections and dense MLPs.")
    attention_time: Array = _kernels("Decode attention time", "Scores, weighted values and reads of the KV cache.")
    experts_time: Array = _kernels("Decode expert time (MoE)", "Routed experts and token permutation.")
    small_time: Array = _kernels("Decode elementwise time", "Normalization, activations, look-ups.")
    head_time: Array = _kernels("Decode LM-head time", "Projection of the last hidden vector to logits.")
    network_time: Array = _kernels("Decode all-reduce time", "Sums between tensor-parallel devices.")


def check(i: Inputs) -> Iterator[InputError]:
    """Yield errors that concern several fields: a model that makes tokens, on a chip that can run it."""
    if i.served_model is None:
        return
    if i.served_on is None:
        yield InputError("served_on", f"is needed to run {i.served_model.name}: pick an accelerator.")
    else:
        yield from checks.accelerator_rate(i.served_on, i.precision, ("served_on", "precision"))
        yield from checks.link_bandwidth(
            i.served_on, i.interconnect_bandwidth, i.tensor_parallel, "interconnect_bandwidth"
        )
    if not generates(i.served_model):
        yield InputError("served_model", f"does not generate tokens: {i.served_model.name}. Choose a language model.")
    yield from checks.kernel_sizes(i.served_model, Timing.KERNELS, "served_model")


def verdict(i: Inputs, o: Outputs) -> Verdict:
    paid = (("{cost_per_query}", o.cost_per_query), ("{energy_per_query}", o.energy_per_query))
    known = ["{tokens_per_query} tokens", "{latency}", *(slot for slot, value in paid if not np.isnan(value))]
    query = f"{', '.join(known[:-1])} and {known[-1]} per query."
    if o.reasoning_tokens == 0 and i.samples == 1:
        return Verdict(State.OK, f"Direct answer. {query} Fewer answer tokens or a lower ITL would help.")
    cost = "{cost_multiple}× the cost" if np.isfinite(o.cost_multiple) else ""
    if i.samples > 1 and i.served_model is None and o.reasoning_tokens == 0:
        return Verdict(
            State.COST,
            f"Same latency as a direct answer{', ' * bool(cost)}{cost}. {query} Parallel samples add cost and energy.",
        )
    first = f"{{slowdown}}× the latency{' and ' * bool(cost)}{cost}. {query} "
    if i.samples > 1 and i.served_model is not None:
        return Verdict(State.COST, first + "Samples are one batch: they share each read of the weights.")
    if i.samples > 1:
        return Verdict(State.COST, first + "Parallel samples add cost and energy, not latency.")
    return Verdict(State.COST, first + "Fewer reasoning tokens or a lower ITL would help.")


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield "Multiples compare with a direct answer: no reasoning tokens, one sample."
    yield "The gain in quality is not computed: it depends on model and task (Snell et al. 2024)."
    if i.served_on is not None and i.served_model is not None:
        yield from remarks.pass_timing(i.served_on, Timing.KERNELS)
        if np.isfinite(o.decode_power):
            own = power_constants(i.served_on)
            yield from remarks.assumed_power(i.served_on, own.arithmetic, own.memory)
    elif o.tokens_per_sample > 8192:
        yield "At this length the ITL grows with the context; pick a model, or see the serving wall."


FIGURES = (
    curve("reasoning_steps", ("latency", "cost_per_query"), "Latency and cost vs. reasoning steps", logy=False),
    curve("samples", ("cost_per_query", "latency"), "Cost and latency vs. samples", logy=False),
    curve("samples", ("token_time",), "Time per token vs. samples"),
    Chart("bars", "Direct-answer latency vs. reasoning time", (), ("direct_latency", "reasoning_time")),
)

EQUATIONS = (
    Equation("reasoning_tokens", r"@reasoning_tokens = @reasoning_steps \cdot @tokens_per_step"),
    Equation("tokens_per_sample", r"@tokens_per_sample = @reasoning_tokens + @answer_tokens"),
    Equation("tokens_per_query", r"@tokens_per_query = @samples \cdot @tokens_per_sample"),
    Equation("latency", r"@latency = @first_token_time + @tokens_per_sample \cdot @token_time"),
    Equation("direct_latency", r"@direct_latency = @first_token_time + @answer_tokens \cdot @direct_token_time"),
    Equation("slowdown", r"@slowdown = \frac{@latency}{@direct_latency}"),
    Equation(
        "token_time",
        r"@token_time = @products_time + @attention_time + @experts_time + @small_time + @head_time + @network_time",
        where=lambda i, o: i.served_model is not None,
    ),
    Equation(
        "device_power",
        r"@device_power = \frac{@first_token_time \cdot @prefill_power + (@latency - @first_token_time) \cdot "
        r"@decode_power}{@latency}",
        where=lambda i, o: bool(np.isfinite(o.decode_power)),
    ),
    Equation("energy_per_query", r"@energy_per_query = @machines \cdot @device_power \cdot @latency"),
    Equation("cost_per_query", r"@cost_per_query = @machines \cdot @price_per_hour \cdot \frac{@latency}{\text{1 h}}"),
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
    "Reasoning and answer tokens have the same inter-token latency.",
    "Samples run in parallel, each on its own share of a machine with its own power and price. With a model they are "
    "one batch on one machine, its tensor-parallel devices: the prompt is prefilled once, and each step reads the "
    "weights once.",
    "With a model, a token takes one decode step at the mean context length: the prompt plus half of the output.",
    "The machine is paid for while it answers.",
    "With a model, power follows the FLOPs and memory traffic of prefill and decode, as in the serving wall.",
)

LIMITATIONS = (
    "Answer quality, which is the purpose of reasoning.",
    "Early stopping of samples.",
    "Queueing: see the tail-latency wall.",
)

PRESETS = (
    Preset("Ten reasoning steps", {}),
    Preset("A direct answer", {"reasoning_steps": "0"}),
    Preset("40 samples (self-consistency)", {"samples": "40"}),
    Preset("Deep reasoning: 10,000 tokens", {"reasoning_steps": "50", "tokens_per_step": "200"}),
    Preset("Best of 8 direct answers", {"reasoning_steps": "0", "samples": "8"}),
    Preset(
        "40 samples in one batch, Llama-3.1-8B on an H100",
        {"samples": "40", "served_model": "llama-3.1-8b", "served_on": "h100-sxm5-80gb"},
    ),
)

FALLACIES = (
    Fallacy(
        "Forty samples take forty times as long.",
        "One sample takes {before} and forty take {after}: they run in parallel.",
        "latency",
        {},
        {"samples": "40"},
        lambda before, after: after == before,
    ),
    Fallacy(
        "Reasoning tokens cost only time.",
        "A direct answer costs {before}, one with ten reasoning steps {after}: every token uses machine time.",
        "cost_per_query",
        {"reasoning_steps": "0"},
        {},
        lambda before, after: after > 4 * before,
    ),
    Fallacy(
        "Forty samples cost forty times as much.",
        "In one batch, a query costs {before} with one sample and {after} with forty: they share each read of the "
        "weights.",
        "cost_per_query",
        {"served_model": "llama-3.1-8b", "served_on": "h100-sxm5-80gb"},
        {"served_model": "llama-3.1-8b", "served_on": "h100-sxm5-80gb", "samples": "40"},
        lambda before, after: after < 4 * before,
    ),
)


@solver(
    walls=(12,),
    title="Reasoning",
    question="What do reasoning and repeated sampling add to the latency and cost of a query?",
    version="6",
    factor="Total FLOPs",
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
    machine_time, direct_time = pace.machines * latency, pace.machines_alone * direct
    price = np.asarray(i.price_per_hour, dtype=float) / _HOUR
    power, cost = _power(i, pace, latency), machine_time * price
    energy = machine_time * power.mean
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
        direct_cost=direct_time * price,
        direct_energy=direct_time * _direct_power(i, pace, direct),
        cost_multiple=np.where(price == 0, np.inf, machine_time / direct_time),
        extra_cost=cost - direct_time * price,
        queries_per_dollar=ratio_or_inf(1.0, cost),
        queries_per_kwh=ratio_or_inf(3.6e6, energy),
        cost_per_million_queries=cost * 1e6,
        device_power=power.mean,
        prefill_power=power.prefill,
        decode_power=power.decode,
        products_time=pace.kernels.products,
        attention_time=pace.kernels.attention,
        experts_time=pace.kernels.experts,
        small_time=pace.kernels.small,
        head_time=pace.kernels.head,
        network_time=pace.kernels.all_reduce,
    )


class _Pace(NamedTuple):
    """Seconds of the first token, of each token of all samples and of a direct answer; machines that are kept, for all
    samples and for a direct answer; the passes behind these times, None without a model."""

    first: Array
    token: Array
    direct_token: Array
    machines: Array
    machines_alone: Array
    prefill: LanguagePass | None = None
    step: LanguagePass | None = None
    direct_step: LanguagePass | None = None

    @property
    def kernels(self) -> PassTime:
        """Seconds of a step of all samples by class of kernels, unknown without a model."""
        return NO_KERNELS if self.step is None else self.step.kernels


def _pace(i: Inputs, tokens: Array, answer: Array) -> _Pace:
    """As given for each share of a machine, or of one batch of samples that share their prompt."""
    samples = np.asarray(i.samples, dtype=float)
    if i.served_model is None or i.served_on is None:
        given = np.asarray(i.itl, dtype=float)
        return _Pace(np.asarray(i.ttft, dtype=float), given, given, samples, np.float64(1))
    server = ModelServer(
        chip=i.served_on,
        precision=i.precision,
        cache_precision=i.kv_precision,
        devices=i.tensor_parallel,
        link=NetworkLink(i.interconnect_bandwidth, 0.0),
    )
    first = price_prefill(i.served_model, server, 1.0, i.prompt_length)
    together = price_decode(i.served_model, server, samples, i.prompt_length + tokens / 2)
    alone = price_decode(i.served_model, server, 1.0, i.prompt_length + answer / 2)
    devices = np.asarray(i.tensor_parallel, dtype=float)
    return _Pace(
        first=first.time.total,
        token=together.time.total,
        direct_token=alone.time.total,
        machines=devices,
        machines_alone=devices,
        prefill=first,
        step=together,
        direct_step=alone,
    )


def _power(i: Inputs, pace: _Pace, latency: Array) -> ServingPower:
    """Watts of each machine while it answers with all samples."""
    return _power_of(i, pace, pace.step, latency)


def _direct_power(i: Inputs, pace: _Pace, latency: Array) -> Array:
    """Watts of each machine while it answers directly."""
    return _power_of(i, pace, pace.direct_step, latency).mean


def _power_of(i: Inputs, pace: _Pace, step: LanguagePass | None, latency: Array) -> ServingPower:
    """Watts in prefill, in decode with this `step`, and their mean: by activity where a model runs on an accelerator
    whose power was not changed from its TDP, else the power given."""
    given = np.asarray(i.power, dtype=float)
    if i.served_on is None or pace.prefill is None or step is None:
        return ServingPower(np.float64(np.nan), np.float64(np.nan), given)
    chip = i.served_on
    by_activity = serving_power(
        chip.tdp,
        power_constants(chip),
        (_work(pace.prefill), _work(step)),
        pace.first / latency,
        peak_rate(chip, i.precision),
        chip.memory_bandwidth,
    )
    changed = ~np.equal(given, chip.tdp) & ~np.isnan(given)
    return ServingPower(
        prefill=np.where(changed, np.nan, by_activity.prefill),
        decode=np.where(changed, np.nan, by_activity.decode),
        mean=np.where(changed, given, by_activity.mean),
    )


def _work(run: LanguagePass) -> PhaseWork:
    return PhaseWork(run.flop, run.moved, run.time.total)
