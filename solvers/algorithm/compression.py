"""How much smaller does a compressed network get, and does smaller also mean faster?

Gholami et al. 2021 for quantization (fewer bits a weight), Han et al. 2015 for pruning (fewer weights), Mishra et al.
2021 for the 2:4 pattern that sparse matrix units compute. What it costs in accuracy follows from no formula: it is
quoted from the literature as a range and never computed (Blalock et al. 2020 on why). Not modelled: entropy coding of
what is left, activations and KV cache, and the time it takes to widen narrow weights again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers.declare import (
    Array,
    Codes,
    Equation,
    Fallacy,
    Preset,
    Source,
    choice,
    curve,
    number,
    output,
    solver,
)
from solvers.errors import InputError


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
        help="Weights of the network before it is compressed.",
    )
    method: Codes = choice(Method, "Method", Method.QUANTIZATION, help="Fewer bits a weight, or fewer weights.")
    baseline_bits: Array = number(
        "1",
        "Bits before",
        16,
        low=1,
        high=64,
        slider=(8, 32),
        integer=True,
        symbol="b_0",
        help="Of one weight.",
    )
    bits: Array = number(
        "1",
        "Bits after",
        4,
        low=1,
        high=64,
        slider=(1, 16),
        integer=True,
        symbol="b",
        help="Of one weight, quantization only.",
    )
    sparsity: Array = number(
        "1",
        "Sparsity",
        0.5,
        high=0.999999,
        slider=(0, 0.95),
        display_unit="percent",
        symbol="s",
        help="Share of the weights taken away, pruning only.",
    )
    pattern: Codes = choice(
        Pattern,
        "Pattern",
        Pattern.UNSTRUCTURED,
        labels={"n_m": "n of m (2:4)"},
        help="Pruning only. Structured takes whole channels or heads, unstructured any weight, 2:4 two of every four.",
    )
    memory_bound: Codes = choice(
        Truthful,
        "Memory-bound",
        Truthful.YES,
        help="Whether the network waits for its weights, as decode at small batches does, or for arithmetic.",
    )
    compute_speedup: Array = number(
        "1",
        "Rate gain of the chip",
        1,
        exclusive_min=True,
        high=1e4,
        slider=(1, 8),
        symbol="g",
        help="Its rate in the narrower format over that before; 1 where weights are widened again to be multiplied.",
    )


@dataclass(frozen=True, kw_only=True)
class Outputs:
    original_size: Array = output("byte", "Size before", symbol="M_0")
    compressed_size: Array = output("byte", "Size after", symbol="M", help="Of the weights alone, without indices.")
    compression_ratio: Array = output("1", "Compression", symbol="r", help="Size before over size after.")
    memory_saving: Array = output("1", "Memory saved", display_unit="percent")
    speedup: Array = output("1", "Speedup", symbol="S", help="Of the part that touches weights; an upper bound.")
    index_size: Array = output(
        "byte", "Indices", symbol=r"M_\text{index}", help="A bit a weight, to say which are left; none if structured."
    )
    stored_size: Array = output("byte", "Size with indices", symbol=r"M_\text{stored}")
    stored_ratio: Array = output("1", "Compression with indices", help="Size before over size as stored.")
    unused_ratio: Array = output("1", "Compression that gives no speed", help="Compression over speedup.")


def check(i: Inputs) -> Iterator[InputError]:
    """Check the inputs against each other: fewer bits are fewer than those before."""
    if i.method == Method.QUANTIZATION and i.bits > i.baseline_bits:
        yield InputError("bits", f"must be at most the {i.baseline_bits:g} there are before; {i.bits:g} is more.")


def verdict(i: Inputs, o: Outputs) -> str:
    size = "{original_size} become {compressed_size}: the original is {compression_ratio} times as large. "
    return size + (_quantized(i, o) if i.method == Method.QUANTIZATION else _pruned(i, o))


def _quantized(i: Inputs, o: Outputs) -> str:
    if i.memory_bound:
        return "The network waits for its weights, so fewer bytes make it up to {speedup} times as fast, on any chip."
    if o.speedup < o.compression_ratio:
        return (
            "The network waits for arithmetic, and the chip computes the narrower format {compute_speedup} times as "
            "fast: that is the speedup; the other bits save memory, not time."
        )
    return "The network waits for arithmetic, and the chip keeps up with every bit saved: {speedup} times as fast."


def _pruned(i: Inputs, o: Outputs) -> str:
    if i.pattern == Pattern.STRUCTURED:
        return "Whole rows and channels are gone: what is left is a smaller dense network, {speedup} times as fast."
    if i.pattern == Pattern.N_M and o.speedup > 1:
        return (
            "Two of every four weights are gone, the one pattern sparse matrix units skip: {speedup} times as fast. "
            "With the indices of those left {stored_size} are stored."
        )
    if i.pattern == Pattern.N_M:
        return "No speedup: sparse matrix units skip exactly 50% and nothing else, so {sparsity} runs as if dense."
    return (
        "No speedup: zeros scattered about are multiplied like any number. With the indices of the weights left "
        "{stored_size} are stored. Taking whole channels would make it {compression_ratio} times as fast."
    )


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    yield f"From the literature, not computed: {_literature(i)}"
    if i.method == Method.PRUNING and i.pattern == Pattern.N_M and o.speedup > 1:
        yield "Only chips with sparse matrix units run 2:4 faster, such as NVIDIA's from Ampere on."
    if i.method == Method.PRUNING and o.stored_ratio < 1:
        yield "With its indices the pruned network takes more room than the dense one."


def _literature(i: Inputs) -> str:
    if i.method == Method.PRUNING:
        return _ACCURACY_AFTER_PRUNING[Pattern(int(i.pattern))]
    return next(words for most, words in _ACCURACY_AFTER_QUANTIZATION if i.bits <= most)


# Published ranges of the loss in accuracy, with their sources. Quoted only; no formula here uses them.
_ACCURACY_AFTER_QUANTIZATION = (
    (
        2,
        "2 bits and fewer lose far more than 3 or 4 do, unless the network is trained with them, and even then often "
        "much (Gholami et al. 2021 on extreme quantization; Frantar et al. 2022 call it reasonable with small groups).",
    ),
    (
        3,
        "3-bit weights raised the WikiText-2 perplexity of OPT models by 4% (175 billion parameters) to 95% (125 "
        "million) without retraining (Frantar et al. 2022).",
    ),
    (
        4,
        "4-bit weights raised the WikiText-2 perplexity of OPT models by 0.4% (175 billion parameters) to 13% (125 "
        "million) without retraining (Frantar et al. 2022).",
    ),
    (
        7,
        "between what 4 bits and 8 bits are reported to lose: 0.4% to 13% of perplexity (OPT, Frantar et al. 2022) and "
        "at most 1% of accuracy (Wu et al. 2020).",
    ),
    (
        64,
        "8-bit networks stayed within 1% of the accuracy before, in vision, speech and language, some after "
        "fine-tuning (Wu et al. 2020); more bits lose no more.",
    ),
)
_ACCURACY_AFTER_PRUNING = {
    Pattern.UNSTRUCTURED: (
        "between no loss and ruin, by method: AlexNet kept its accuracy without 89% of its weights after retraining "
        "(Han et al. 2015); without 50% and without retraining OPT-175B went from 43.9 to 41.3 or to 25.6 points on "
        "ARC-Challenge (Frantar and Alistarh 2023). Papers measure too differently to rank (Blalock et al. 2020)."
    ),
    Pattern.STRUCTURED: (
        "VGG-16 with 34% and ResNet-110 with 38% less arithmetic came back close to their accuracy after retraining "
        "(Li et al. 2017); beyond that published losses differ widely (Blalock et al. 2020)."
    ),
    Pattern.N_M: (
        "2:4 kept the accuracy of common networks after retraining (Mishra et al. 2021); without it OPT-175B went from "
        "43.9 to 39.0 points on ARC-Challenge (Frantar and Alistarh 2023)."
    ),
}


FIGURES = (
    curve("bits", ("compression_ratio", "speedup"), "Fewer bits (quantization)"),
    curve("sparsity", ("compression_ratio", "speedup"), "Fewer weights (pruning)"),
)

EQUATIONS = (
    Equation("original_size", r"@original_size = @parameters \cdot \frac{@baseline_bits}{8}"),
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
        where=lambda i, o: i.method == Method.QUANTIZATION and not i.memory_bound,
    ),
    Equation(
        "index_size",
        r"@index_size = \frac{@parameters}{8}",
        where=lambda i, o: i.method == Method.PRUNING and i.pattern != Pattern.STRUCTURED,
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
    "All weights are compressed alike; scales and zero points of quantization take no room.",
    "A memory-bound network takes time in proportion to the bytes of its weights, a compute-bound one in inverse "
    "proportion to the rate.",
    "Dense kernels multiply scattered zeros like any number; sparse matrix units skip 2 of every 4 and nothing else.",
    "Which weights are left is kept as one bit for each weight there was; 2:4 indices take just as much.",
)

LIMITATIONS = (
    "Accuracy: only measuring tells; what others measured is quoted beside the verdict.",
    "Activations and the KV cache, which are compressed apart from the weights.",
    "Kernels for very sparse networks on CPUs and on chips made for them.",
)

PRESETS = (
    Preset("Llama-3-8B in 4 bits", {}),
    Preset("The same, compute-bound", {"memory_bound": "no", "bits": "8", "compute_speedup": "2"}),
    Preset("In 4 bits on a chip without a 4-bit rate", {"memory_bound": "no", "compute_speedup": "1"}),
    Preset("Half the weights gone, anywhere", {"method": "pruning"}),
    Preset("Half the weights gone, 2:4", {"method": "pruning", "pattern": "n_m"}),
    Preset("Half the channels gone", {"method": "pruning", "pattern": "structured"}),
    Preset(
        "Keyword spotting from float to int8",
        {"parameters": "38600", "baseline_bits": "32", "bits": "8", "memory_bound": "no", "compute_speedup": "2"},
    ),
)

FALLACIES = (
    Fallacy(
        "A network with 90% of its weights pruned runs ten times as fast.",
        "Pruned of half it runs {before} times as fast, pruned of 90% {after} times: dense kernels multiply zeros too.",
        "speedup",
        {"method": "pruning"},
        {"method": "pruning", "sparsity": "0.9"},
        lambda before, after: before == after == 1,
    ),
    Fallacy(
        "More sparsity is never slower.",
        "With the 2:4 pattern 50% runs {before} times as fast and 60% {after} times: the hardware knows one pattern.",
        "speedup",
        {"method": "pruning", "pattern": "n_m"},
        {"method": "pruning", "pattern": "n_m", "sparsity": "0.6"},
        lambda before, after: after < before,
    ),
    Fallacy(
        "Four-bit weights make everything four times as fast as sixteen-bit ones.",
        "Waiting for memory {before} times, waiting for arithmetic on a chip without a 4-bit rate {after} times.",
        "speedup",
        {},
        {"memory_bound": "no"},
        lambda before, after: after < before,
    ),
)


@solver(
    walls=(13,),
    title="Compression",
    question="How much smaller does the network get, and does it get any faster?",
    version="1",
    factor="Operations",
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
    original = i.parameters * bits_before / 8
    compressed = original / ratio
    indexed = prunes & (np.asarray(i.pattern) != Pattern.STRUCTURED)
    index = np.where(indexed, np.asarray(i.parameters) / 8, 0.0)
    speedup = np.where(prunes, _pruned_speedup(i, ratio), _quantized_speedup(i, ratio))
    return Outputs(
        original_size=original,
        compressed_size=compressed,
        compression_ratio=ratio,
        memory_saving=1 - 1 / ratio,
        speedup=speedup,
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
