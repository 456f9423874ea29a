"""How much smaller is a compressed model, and is it faster?

Gholami et al. 2021 for quantization (fewer bits per weight), Han et al. 2015 for pruning (fewer weights), Mishra et al.
2021 for the 2:4 pattern that sparse matrix units compute. The cost in accuracy follows from no formula: it is quoted
from the literature as a range and never computed (Blalock et al. 2020 on why). Not modeled: entropy coding of the
remaining weights, activations, and the time it takes to dequantize.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from solvers import checks, inputs, remarks
from solvers.declare import (
    Array,
    Codes,
    Equation,
    Fallacy,
    Preset,
    Source,
    Truth,
    choice,
    curve,
    number,
    output,
    solver,
    spec,
)
from solvers.errors import InputError
from solvers.laws.compressed_decode import compressed_step, narrowed
from solvers.laws.language_pass import NO_KERNELS, Timing
from solvers.laws.memory import usable_memory
from solvers.laws.phase import generates
from solvers.laws.transformer import cache_bytes
from solvers.laws.transformer_pass import PassTime
from solvers.specs import Accelerator, Model, Precision
from solvers.verdict import State, Verdict


class Method(IntEnum):
    """How weights are compressed: fewer bits per weight, or fewer weights."""

    QUANTIZATION = 0
    PRUNING = 1


class Pattern(IntEnum):
    """Which weights are removed."""

    UNSTRUCTURED = 0
    STRUCTURED = 1
    N_M = 2


class Truthful(IntEnum):
    """True or false, as a choice."""

    NO = 0
    YES = 1
    FALSE = 0
    TRUE = 1


_NO_MODEL = "not available without a model"


def _kernels(label: str, help: str) -> Any:
    """An output for the seconds of one class of kernels."""
    return output("s", label, if_infinite=_NO_MODEL, help=f"{help} One compressed decode step.")


_CACHE_BITS_BEFORE = 16.0
# Of every four weights 2:4 keeps two, each with two bits that say where it was (Mishra et al. 2021).
_SKIPPED = 0.5
_INDEX_BITS = 2.0
# Compute so much faster takes no time.
_UNLIMITED = 1e9


@dataclass(frozen=True, kw_only=True)
class Inputs:
    parameters: Array = number(
        "1",
        "Parameters",
        8.03e9,
        exclusive_min=True,
        high=1e18,
        slider=(1e4, 1e12),
        log=True,
        display_unit="param",
        symbol="N",
        help="Weights of the model before compression.",
    )
    method: Codes = choice(Method, "Method", Method.QUANTIZATION, help="Fewer bits per weight, or fewer weights.")
    baseline_bits: Array = number(
        "1",
        "Baseline bits per weight",
        16,
        low=1,
        high=64,
        slider=(8, 32),
        integer=True,
        symbol="b_0",
    )
    bits: Array = number(
        "1",
        "Compressed bits per weight",
        4,
        low=1,
        high=64,
        slider=(1, 16),
        integer=True,
        symbol="b",
        help="Quantization only.",
    )
    sparsity: Array = number(
        "1",
        "Sparsity",
        0.5,
        high=0.999999,
        slider=(0, 0.95),
        display_unit="percent",
        symbol="s",
        help="Share of weights removed; pruning only.",
    )
    pattern: Codes = choice(
        Pattern,
        "Pruning pattern",
        Pattern.UNSTRUCTURED,
        labels={"n_m": "N:M (2:4)"},
        help="Structured removes whole channels or heads, unstructured any weight, 2:4 two of every four weights.",
    )
    memory_bound: Codes = choice(
        Truthful,
        "Memory-bound",
        Truthful.YES,
        help="Yes: limited by reading weights, as in decode at small batch sizes. No: compute-bound.",
    )
    compute_speedup: Array = number(
        "1",
        "Compute speedup of the narrower format",
        1,
        exclusive_min=True,
        high=1e4,
        slider=(1, 8),
        symbol="g",
        help="Peak FLOP/s in the new format over the old; 1 if weights are dequantized before the GEMM.",
    )
    served_model: Model | None = spec(
        Model,
        "Model",
        optional=True,
        help="A language model whose decode step is timed before and after compression.",
    )
    served_on: Accelerator | None = inputs.served_on()
    batch_size: Array = inputs.batch_size(8, advanced=True)
    context_length: Array = inputs.context_length(2048, advanced=True)
    kv_bits: Array = number(
        "1",
        "Compressed bits of the KV cache",
        16,
        low=1,
        high=64,
        slider=(2, 16),
        integer=True,
        symbol=r"b_\text{kv}",
        advanced=True,
        help="16 before compression; used with a model only.",
    )
    memory_reserve: Array = inputs.memory_reserve()


@dataclass(frozen=True, kw_only=True)
class Outputs:
    original_parameters: Array = output("1", "Baseline parameters", symbol="N_0")
    original_size: Array = output("byte", "Baseline size", symbol="M_0")
    compressed_size: Array = output("byte", "Compressed size", symbol="M", help="Weights only, without indices.")
    compression_ratio: Array = output(
        "1", "Compression ratio", display_unit="times", symbol="r", help="Baseline size over compressed size."
    )
    memory_saving: Array = output("1", "Memory saved", display_unit="percent")
    speedup: Array = output(
        "1",
        "Speedup",
        display_unit="times",
        symbol="S",
        help="Upper bound for the weights; with a model, its whole decode step.",
    )
    step_before: Array = output(
        "s",
        "Baseline decode step time",
        symbol="t_0",
        if_infinite=_NO_MODEL,
        help="One accelerator holds the whole model.",
    )
    step_after: Array = output("s", "Compressed decode step time", symbol="t", if_infinite=_NO_MODEL)
    products_time: Array = _kernels("Compressed GEMM time", "Projections and dense MLPs.")
    attention_time: Array = _kernels("Compressed attention time", "Scores, weighted values and reads of the KV cache.")
    experts_time: Array = _kernels("Compressed expert time (MoE)", "Routed experts and token permutation.")
    small_time: Array = _kernels("Compressed elementwise time", "Normalization, activations, look-ups.")
    head_time: Array = _kernels("Compressed LM-head time", "Projection of the last hidden vector to logits.")
    cache_before: Array = output("byte", "Baseline KV cache size", if_infinite=_NO_MODEL, help="Whole batch.")
    cache_after: Array = output("byte", "Compressed KV cache size", if_infinite=_NO_MODEL)
    memory_before: Array = output(
        "byte", "Baseline memory required", if_infinite=_NO_MODEL, help="Weights and KV cache."
    )
    memory_after: Array = output(
        "byte",
        "Compressed memory required",
        if_infinite=_NO_MODEL,
        help="Weights as the kernels store them and KV cache; dense kernels store zeros, too.",
    )
    memory_room: Array = output(
        "byte",
        "Usable memory",
        if_infinite="unknown, or not available without a model",
        help="Capacity minus headroom.",
    )
    compute_share: Array = output(
        "1",
        "Compute-bound share of the compressed step",
        display_unit="percent",
        if_infinite=_NO_MODEL,
        help="Time that infinitely fast compute would save.",
    )
    index_size: Array = output(
        "byte",
        "Size of indices",
        symbol=r"M_\text{index}",
        help="One bit per weight marks which remain; none if structured.",
    )
    stored_size: Array = output("byte", "Size including indices", symbol=r"M_\text{stored}")
    stored_ratio: Array = output("1", "Compression ratio including indices", display_unit="times")
    unused_ratio: Array = output(
        "1",
        "Compression ratio / speedup",
        display_unit="times",
        help="Above 1, part of the compression saves memory but no time.",
    )


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: fewer bits are fewer than those before."""
    if i.method == Method.QUANTIZATION and i.bits > i.baseline_bits:
        yield InputError("bits", f"must be at most the {i.baseline_bits:g} of the baseline; {i.bits:g} is more.")
    if i.served_model is None:
        return
    if i.served_on is None:
        yield InputError("served_on", f"is needed to run {i.served_model.name}: pick an accelerator.")
    else:
        yield from checks.accelerator_rate(i.served_on, Precision.FP16, ("served_on", "served_on"))
    if not generates(i.served_model):
        yield InputError("served_model", f"does not generate tokens: {i.served_model.name}. Choose a language model.")
    yield from checks.kernel_sizes(i.served_model, Timing.KERNELS, "served_model")


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if o.memory_after > o.memory_room:
        return Verdict(
            State.INFEASIBLE,
            "Does not fit. Compressed weights and KV cache take {memory_after}, the baseline {memory_before}; "
            "{memory_room} of {served_on} is usable. Use fewer bits, a smaller batch or a shorter context.",
        )
    if o.memory_before > o.memory_room:
        return Verdict(
            State.OK,
            "Fits only compressed. It takes {memory_after} instead of {memory_before}, of {memory_room} usable. A "
            "decode step takes {step_after}; the baseline would take {step_before}.",
        )
    speed = _timed if i.served_model is not None else _quantized if i.method == Method.QUANTIZATION else _pruned
    state, words = speed(i, o)
    return Verdict(state, ("{compression_ratio}× smaller" if o.compression_ratio > 1 else "Same weight size") + words)


# A step waits for compute noticeably from this share on.
_NOTICEABLE = 0.1
# Times closer than this read the same.
_VISIBLE = 0.003
_TIMED = ", {speedup}× as fast. A decode step takes {step_after} instead of {step_before}"
_TIMED_THE_SAME = ", not faster. A decode step takes {step_after} as before"
_FASTER = ", up to {speedup}× as fast. {original_size} become {compressed_size}."
_NOT_FASTER = ", not faster. {original_size} become {compressed_size}."


def _timed(i: Inputs, o: Outputs) -> tuple[State, str]:
    timed = _TIMED_THE_SAME if abs(float(o.speedup) - 1) < _VISIBLE else _TIMED
    if o.speedup >= o.compression_ratio * (1 - 1e-9):
        return State.OK, f"{timed}."
    if _runs_as_dense(i):
        return State.COMPUTE, f"{timed}: dense kernels read and multiply the zeros like any weight."
    if o.compute_share > _NOTICEABLE:
        return (
            State.COMPUTE,
            f"{timed}: compute takes {{compute_share}} of it, whatever the bits; KV cache, activations and launches "
            "do not shrink either.",
        )
    return State.MEMORY, f"{timed}: KV cache, activations and launches do not shrink with the weights."


def _runs_as_dense(i: Inputs) -> bool:
    """Return whether kernels gain nothing from pruning: zeros that follow no pattern, or not 2:4."""
    skips = i.pattern == Pattern.STRUCTURED or (i.pattern == Pattern.N_M and i.sparsity == _SKIPPED)
    return bool(i.method == Method.PRUNING and not skips)


def _quantized(i: Inputs, o: Outputs) -> tuple[State, str]:
    if o.speedup == 1:
        return (
            State.COMPUTE,
            f"{_NOT_FASTER} Memory-bound inference needs fewer bits, compute-bound inference faster compute.",
        )
    if i.memory_bound:
        return State.OK, f"{_FASTER} Inference is memory-bound: fewer bytes take less time."
    if o.speedup < o.compression_ratio:
        return State.COMPUTE, f"{_FASTER} Inference is compute-bound: faster compute in the format would help."
    return State.OK, f"{_FASTER} The narrower format computes as much faster as it is smaller."


def _pruned(i: Inputs, o: Outputs) -> tuple[State, str]:
    if i.pattern == Pattern.STRUCTURED:
        return State.OK, f"{_FASTER} Structured pruning leaves a smaller dense model."
    if i.pattern == Pattern.N_M and o.speedup > 1:
        return State.OK, f"{_FASTER} Sparse matrix units skip the zeros; with indices it is {{stored_size}}."
    return State.COMPUTE, _NOT_FASTER + (
        " Sparse matrix units skip exactly 50\u00a0% of the weights; other sparsity runs as dense."
        if i.pattern == Pattern.N_M
        else " Dense kernels still multiply unstructured zeros; with indices it is {stored_size}."
    )


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield f"Accuracy, from the literature: {_literature(i)}"
    if i.served_on is not None and i.served_model is not None:
        yield from remarks.pass_timing(i.served_on, Timing.KERNELS)
    if i.method == Method.PRUNING and i.pattern == Pattern.N_M and o.speedup > 1:
        yield "Only accelerators with sparse matrix units run 2:4 faster, such as NVIDIA's since Ampere."
    if i.method == Method.PRUNING and o.stored_ratio < 1:
        yield "Including indices, the pruned model is larger than the dense one."


def _literature(i: Inputs) -> str:
    if i.method == Method.PRUNING:
        return _ACCURACY_AFTER_PRUNING[Pattern(int(i.pattern))]
    return next(words for most, words in _ACCURACY_AFTER_QUANTIZATION if i.bits <= most)


# Published ranges of the loss in accuracy, with their sources. Quoted only; no formula here uses them.
_ACCURACY_AFTER_QUANTIZATION = (
    (
        2,
        "2 bits and fewer lose far more than 3 or 4, often even with quantization-aware training "
        "(Gholami et al. 2021 on extreme quantization; Frantar et al. 2022 call it reasonable with small groups).",
    ),
    (
        3,
        "3-bit weights raised the WikiText-2 perplexity of OPT models by 4\u00a0% (175B parameters) to 95\u00a0% "
        "(125M) without retraining (Frantar et al. 2022).",
    ),
    (
        4,
        "4-bit weights raised the WikiText-2 perplexity of OPT models by 0.4\u00a0% (175B parameters) to 13\u00a0% "
        "(125M) without retraining (Frantar et al. 2022).",
    ),
    (
        7,
        "between what 4 bits and 8 bits lose: 0.4 to 13\u00a0% of perplexity (OPT, Frantar et al. 2022), "
        "and at most 1\u00a0% of accuracy (Wu et al. 2020).",
    ),
    (
        64,
        "8-bit models stayed within 1\u00a0% of the accuracy before, in vision, speech and language, some after "
        "fine-tuning (Wu et al. 2020); more bits lose no more.",
    ),
)
_ACCURACY_AFTER_PRUNING = {
    Pattern.UNSTRUCTURED: (
        "from no loss to an unusable model, by method. AlexNet kept its accuracy without 89\u00a0% of its weights "
        "after retraining (Han et al. 2015). At 50\u00a0% sparsity without retraining, OPT-175B went from 43.9 to 41.3 "
        "or to 25.6 points on ARC-Challenge (Frantar and Alistarh 2023). Papers measure too differently to rank "
        "(Blalock et al. 2020)."
    ),
    Pattern.STRUCTURED: (
        "VGG-16 with 34\u00a0% and ResNet-110 with 38\u00a0% fewer FLOPs came close to their accuracy after "
        "retraining (Li et al. 2017); beyond that published losses differ widely (Blalock et al. 2020)."
    ),
    Pattern.N_M: (
        "2:4 kept the accuracy of common networks after retraining (Mishra et al. 2021); without it OPT-175B went from "
        "43.9 to 39.0 points on ARC-Challenge (Frantar and Alistarh 2023)."
    ),
}


FIGURES = (
    curve(
        "bits",
        ("compressed_size", "speedup"),
        "Model size and speedup vs. bits per weight",
        only_for=("method", Method.QUANTIZATION),
    ),
    curve(
        "sparsity",
        ("stored_size", "speedup"),
        "Model size and speedup vs. sparsity",
        only_for=("method", Method.PRUNING),
    ),
)

EQUATIONS = (
    Equation("original_size", r"@original_size = @original_parameters \cdot \frac{@baseline_bits}{8}"),
    Equation("speedup", r"@speedup = \frac{@step_before}{@step_after}", where=lambda i, o: i.served_model is not None),
    Equation(
        "step_after",
        r"@step_after = @products_time + @attention_time + @experts_time + @small_time + @head_time",
        where=lambda i, o: i.served_model is not None,
    ),
    Equation(
        "compression_ratio",
        r"@compression_ratio = \frac{@baseline_bits}{@bits}",
        where=lambda i, o: i.method == Method.QUANTIZATION,
    ),
    Equation(
        "compression_ratio",
        r"@compression_ratio = \frac{1}{1 - @sparsity}",
        where=lambda i, o: i.method == Method.PRUNING,
    ),
    Equation("compressed_size", r"@compressed_size = \frac{@original_size}{@compression_ratio}"),
    Equation("memory_saving", r"@memory_saving = 1 - \frac{1}{@compression_ratio}"),
    Equation(
        "speedup",
        r"@speedup = \min(@compute_speedup, @compression_ratio)",
        where=lambda i, o: i.method == Method.QUANTIZATION and not i.memory_bound and i.served_model is None,
    ),
    Equation(
        "index_size",
        r"@index_size = \frac{@original_parameters}{8}",
        where=lambda i, o: i.method == Method.PRUNING and i.pattern != Pattern.STRUCTURED and i.served_model is None,
    ),
    Equation("stored_size", r"@stored_size = @compressed_size + @index_size"),
)

SOURCES = (
    Source(
        "Han et al. 2015", "Learning both weights and connections for efficient neural networks", "arXiv:1506.02626"
    ),
    Source(
        "Gholami et al. 2021",
        "A survey of quantization methods for efficient neural network inference",
        "arXiv:2103.13630",
    ),
    Source("Blalock et al. 2020", "What is the state of neural network pruning?", "arXiv:2003.03033"),
    Source("Mishra et al. 2021", "Accelerating sparse deep neural networks", "arXiv:2104.08378"),
    Source("Wu et al. 2020", "Integer quantization for deep learning inference", "arXiv:2004.09602"),
    Source(
        "Frantar et al. 2022",
        "GPTQ: accurate post-training quantization for generative pre-trained transformers",
        "arXiv:2210.17323",
    ),
    Source(
        "Frantar, Alistarh 2023",
        "SparseGPT: massive language models can be accurately pruned in one-shot",
        "arXiv:2301.00774",
    ),
    Source("Li et al. 2017", "Pruning filters for efficient ConvNets", "arXiv:1608.08710"),
)

ASSUMPTIONS = (
    "All weights are compressed alike; scales and zero points of quantization take no memory.",
    "Memory-bound time is proportional to the bytes of the weights, compute-bound time to the inverse of FLOP/s.",
    "A picked model is timed instead: one decode step before and after, as a sum of kernels on one accelerator, with "
    "16-bit FLOP/s times the compute speedup.",
    "Structured pruning of a picked model narrows its MLPs and experts; attention keeps its size.",
    "Dense kernels multiply unstructured zeros; sparse matrix units skip 2 of every 4 weights and nothing else.",
    "One bit per original weight marks which remain; 2:4 indices take as much.",
)

LIMITATIONS = (
    "Accuracy: it must be measured; published results are quoted beside the verdict.",
    "Activations, which are compressed separately from the weights.",
    "Kernels for very sparse models on CPUs and special accelerators.",
)

PRESETS = (
    Preset("Llama-3-8B in 4 bits", {}),
    Preset("Llama-3-8B in 8 bits, compute-bound", {"memory_bound": "no", "bits": "8", "compute_speedup": "2"}),
    Preset("4 bits without 4-bit compute", {"memory_bound": "no", "compute_speedup": "1"}),
    Preset(
        "Llama-3.1-8B in 4 bits, timed on an H100",
        {"served_model": "llama-3.1-8b", "served_on": "h100-sxm5-80gb", "batch_size": "1"},
    ),
    Preset(
        "8-bit KV cache, 64 long contexts",
        {
            "served_model": "llama-3.1-8b",
            "served_on": "h100-sxm5-80gb",
            "bits": "16",
            "kv_bits": "8",
            "batch_size": "64",
            "context_length": "8192",
        },
    ),
    Preset("Unstructured pruning, 50 %", {"method": "pruning"}),
    Preset("2:4 pruning, 50 %", {"method": "pruning", "pattern": "n_m"}),
    Preset("Structured pruning, 50 %", {"method": "pruning", "pattern": "structured"}),
    Preset(
        "Keyword spotting, float32 to int8",
        {"parameters": "38600", "baseline_bits": "32", "bits": "8", "memory_bound": "no", "compute_speedup": "2"},
    ),
)

FALLACIES = (
    Fallacy(
        "A model with 90 % of its weights pruned runs ten times as fast.",
        "The speedup is {before} at 50 % sparsity and {after} at 90 %: dense kernels multiply the zeros, too.",
        "speedup",
        {"method": "pruning"},
        {"method": "pruning", "sparsity": "0.9"},
        lambda before, after: before == after == 1,
    ),
    Fallacy(
        "More sparsity never reduces the speedup.",
        "With the 2:4 pattern the speedup is {before} at 50 % sparsity and {after} at 60 %: hardware supports one "
        "pattern.",
        "speedup",
        {"method": "pruning", "pattern": "n_m"},
        {"method": "pruning", "pattern": "n_m", "sparsity": "0.6"},
        lambda before, after: after < before,
    ),
    Fallacy(
        "4-bit weights make inference four times as fast as 16-bit weights.",
        "The speedup is {before} if memory-bound and {after} if compute-bound on a chip without 4-bit FLOP/s.",
        "speedup",
        {},
        {"memory_bound": "no"},
        lambda before, after: after < before,
    ),
    Fallacy(
        "Memory-bound decode is four times as fast with a quarter of the bits.",
        "The decode speedup is {before} for one sequence and {after} for 64 with long contexts: the KV cache is "
        "not smaller.",
        "speedup",
        {"served_model": "llama-3.1-8b", "served_on": "h100-sxm5-80gb", "batch_size": "1"},
        {
            "served_model": "llama-3.1-8b",
            "served_on": "h100-sxm5-80gb",
            "batch_size": "64",
            "context_length": "8192",
        },
        lambda before, after: after < before < 4,
    ),
)


@solver(
    walls=(13,),
    title="Compression",
    question="How much smaller is the compressed model, and is it faster?",
    version="5",
    factor="Total FLOPs",
    verdict=verdict,
    notes=notes,
    check=check,
    headline=("compression_ratio", "compressed_size", "memory_saving", "speedup"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def compression(i: Inputs) -> Outputs:
    prunes = np.asarray(i.method) == Method.PRUNING
    bits_before = np.asarray(i.baseline_bits, dtype=float)
    ratio = np.where(prunes, 1 / (1 - np.asarray(i.sparsity)), bits_before / i.bits)
    parameters = np.asarray(i.parameters if i.served_model is None else i.served_model.parameters, dtype=float)
    original = parameters * bits_before / 8
    compressed = original / ratio
    indexed = prunes & (np.asarray(i.pattern) != Pattern.STRUCTURED)
    index = np.where(indexed, parameters / 8, 0.0)
    timed = _timed_steps(i, prunes, ratio)
    untimed = np.where(prunes, _pruned_speedup(i, ratio), _quantized_speedup(i, ratio))
    speedup = untimed if i.served_model is None else timed.before / timed.after
    return Outputs(
        original_parameters=parameters,
        original_size=original,
        compressed_size=compressed,
        compression_ratio=ratio,
        memory_saving=1 - 1 / ratio,
        speedup=speedup,
        step_before=timed.before,
        step_after=timed.after,
        products_time=timed.kernels.products,
        attention_time=timed.kernels.attention,
        experts_time=timed.kernels.experts,
        small_time=timed.kernels.small,
        head_time=timed.kernels.head,
        cache_before=timed.cache_before,
        cache_after=timed.cache_after,
        memory_before=original + timed.cache_before,
        memory_after=timed.weights_after + timed.cache_after,
        memory_room=np.asarray(
            np.nan if i.served_on is None else usable_memory(i.served_on.memory_capacity, i.memory_reserve)
        ),
        compute_share=timed.compute_share,
        index_size=index,
        stored_size=compressed + index,
        stored_ratio=original / (compressed + index),
        unused_ratio=ratio / speedup,
    )


def _quantized_speedup(i: Inputs, ratio: Array) -> Array:
    return np.where(np.asarray(i.memory_bound) == Truthful.YES, ratio, np.minimum(i.compute_speedup, ratio))


def _pruned_speedup(i: Inputs, ratio: Array) -> Array:
    """Return the speedup of pruning: dense kernels gain from structured pruning only, sparse units from exactly 2 of 4
    weights."""
    patterned = np.where((np.asarray(i.pattern) == Pattern.N_M) & (np.asarray(i.sparsity) == 0.5), 2.0, 1.0)
    return np.where(np.asarray(i.pattern) == Pattern.STRUCTURED, ratio, patterned)


class _TimedSteps(NamedTuple):
    """Seconds of a decode step and bytes of the KV cache, before and after, bytes of the weights after, the share of
    the step after that waits for compute, and its seconds by class of kernels; unknown without a model."""

    before: Array = np.float64(np.nan)
    after: Array = np.float64(np.nan)
    cache_before: Array = np.float64(np.nan)
    cache_after: Array = np.float64(np.nan)
    weights_after: Array = np.float64(np.nan)
    compute_share: Array = np.float64(np.nan)
    kernels: PassTime = NO_KERNELS


def _timed_steps(i: Inputs, prunes: Truth, ratio: Array) -> _TimedSteps:
    """Return the times of a decode step of the model by the law of kernels, with weights and cache before and after."""
    if i.served_model is None or i.served_on is None:
        return _TimedSteps()
    chip, model = i.served_on, i.served_model
    pattern = np.asarray(i.pattern)
    structured = prunes & (pattern == Pattern.STRUCTURED)
    skipped = prunes & (pattern == Pattern.N_M) & (np.asarray(i.sparsity) == _SKIPPED)
    bits = np.where(prunes, i.baseline_bits, i.bits)
    gain = np.where(prunes, np.where(skipped, 1 / _SKIPPED, 1.0), i.compute_speedup)
    stored = np.where(skipped, bits * _SKIPPED + _INDEX_BITS * _SKIPPED, bits) / 8
    pruned = narrowed(model, np.where(structured, 1 / ratio, 1.0))
    held = cache_bytes(model, i.context_length, Precision.FP16) * i.batch_size
    after = held * i.kv_bits / _CACHE_BITS_BEFORE
    run = i.batch_size, i.context_length
    kernels = compressed_step(pruned, chip, stored, gain, i.kv_bits, *run)
    unlimited = compressed_step(pruned, chip, stored, np.asarray(gain) * _UNLIMITED, i.kv_bits, *run)
    return _TimedSteps(
        before=compressed_step(model, chip, np.asarray(i.baseline_bits) / 8, 1.0, _CACHE_BITS_BEFORE, *run).total,
        after=kernels.total,
        cache_before=held,
        cache_after=after,
        weights_after=pruned.parameters * stored,
        compute_share=1 - unlimited.total / kernels.total,
        kernels=kernels,
    )
