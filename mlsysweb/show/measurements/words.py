"""Measurements in words."""

from __future__ import annotations

import math
from functools import cache

from mlsysweb.show.results.page import Link
from solvers.calibration import CALIBRATIONS as SETS
from solvers.grammar import agree
from solvers.quantities import format_quantity
from solvers.shipped.reader import lines
from solvers.specs import Model

from .page import MeasuredRow
from .rows import MeasurementKind, Measurements

# The predictions of a row by the name of their column, as the site calls them.
CALIBRATIONS = {"default": "Default", **{each.name: each.label for each in SETS}}
# A prediction this many times the measurement, or as much below it, is far off.
FACTOR = 2.0
# How a number of each kind is called: batch, prompt, output.
_NUMBERS = {
    "training": (" micro-batch", " tokens long", ""),
    "memory": (" micro-batch", " tokens long", ""),
    "storage": (" accelerators", "", ""),
}
_SERVING = (" concurrent", " in", " out")

# The limits of each source, to know before its rows are trusted.
NOTES = {
    "aiconfigurator": "Timings of single kernels and of all-reduces, composed into batches: no host, no scheduler. "
    "Small all-reduces of some engines were timed without CUDA graphs.",
    "InferenceX": "By way of aiconfigurator; taken to be real servers. The format of the KV cache is inferred. At a "
    "concurrency that a server cannot hold, requests wait and the ITL is short.",
    "LLM-Inference-Bench": "Engines of 2024. A few rows end early. That the A100 has 40 GB is inferred.",
    "Splitwise": "An engine of 2023, whose ITL hardly falls with tensor parallelism.",
    "llm-foundry": "Published throughput of dense models; another software than Megatron's.",
    "NeMo": "Medians of repeats.",
    "Megatron Bridge": "Medians of releases; a mixture of experts differs by a factor of three between releases of one "
    "recipe.",
    "Megatron-LM": "Test runs; in training memory, that of the 7B model holds logits in 32 bits.",
    "Vidur": "All-reduces inside a node, timed alone; every fourth of its rows.",
    "ML.ENERGY": "Power of the GPUs alone. Prompt lengths are not told; the means of the datasets stand for them.",
    "co2_inference": "Queries on one of eight A100s; the other seven wait.",
    "MLPerf Tiny": "Boards are described by one 8-bit multiply-add a clock.",
    "MLPerf Storage v1.0": "Accelerators are emulated by timers; systems are scaled until they just suffice.",
}


_ENGINES = {"trtllm": "TensorRT-LLM", "vllm": "vLLM", "sglang": "SGLang"}
# Names of measured quantities, by the text in the file before a comma.
_QUANTITIES = {
    "first token": "TTFT",
    "time between tokens": "ITL",
    "whole answer": "end-to-end latency",
    "power of a GPU that serves": "GPU power while serving",
    "GPU energy of a node that mostly waits": "GPU energy of a mostly idle node",
    "samples a second from ample storage": "samples/s from ample storage",
}


@cache
def _model_names() -> dict[str, str]:
    """Return the display names of the shipped models by slug."""
    return {line.text("slug"): line.text("name") for line in lines(Model)}


def configuration(rows: Measurements, place: int) -> str:
    """Return what was measured, without the chip: `Llama 3.1 8B, BF16, TP 4, vLLM, 16 concurrent, 128 out`."""
    kind = str(rows["kind"][place])
    texts = [str(rows[name][place]) for name in ("model", "precision", "parallelism", "engine")]
    texts = [_model_names().get(texts[0], texts[0]), texts[1].upper(), texts[2], _ENGINES.get(texts[3], texts[3])]
    numbers = [float(rows[name][place]) for name in ("batch", "prompt", "output")]
    words = _NUMBERS.get(kind, _SERVING)
    fleet = float(rows["devices"][place]) if kind == "training" else math.nan
    counted = [] if math.isnan(fleet) else [f"{fleet:,.0f} devices"]
    told = [(value, word) for value, word in zip(numbers, words, strict=True) if not math.isnan(value)]
    counted += [agree(f"{value:,.0f}", word) for value, word in told]
    if kind == "tinyml_energy":
        counted.append(f"{format_quantity(float(rows['size'][place]), 's')} per inference")
    return ", ".join(text for text in (*texts, *counted) if text)


def measured_row(rows: Measurements, place: int, prediction: str, kind: MeasurementKind, chip: str) -> MeasuredRow:
    """Return one row with the prediction of this name; `chip` is the name to show."""
    measured, predicted = float(rows["measured"][place]), float(rows[prediction][place])
    known = not math.isnan(predicted)
    return MeasuredRow(
        configuration=configuration(rows, place),
        quantity=quantity_text(str(rows["quantity"][place])),
        chip=chip,
        measured=figure_text(measured, kind),
        predicted=figure_text(predicted, kind) if known else "",
        ratio=ratio_text(predicted / measured) if known else "",
        far=known and not 1 / FACTOR <= predicted / measured <= FACTOR,
        source=Link(str(rows["source"][place]), str(rows["url"][place])),
    )


def quantity_text(quantity: str) -> str:
    """Return the name of a measured quantity: `ITL, static batch` for `time between tokens, static batch`."""
    first, comma, rest = quantity.partition(",")
    return _QUANTITIES.get(first, first) + comma + rest


def figure_text(value: float, kind: MeasurementKind) -> str:
    """Return a measured or predicted figure with its unit."""
    return f"{format_quantity(value, '1')} samples/s" if kind.unit == "1/s" else format_quantity(value, kind.unit)


def ratio_text(ratio: float) -> str:
    """Return a prediction over its measurement: `1.07×`."""
    return format_quantity(ratio, "1", "times")
