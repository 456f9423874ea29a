"""The question of the page: a table of measured figures as text; and its examples, published measurements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from mlsysweb.show.measurements.rows import Measurements, measurements

# The table in a link, and what the form sends beside it: a mark, the button that adds a row, and the cells of that row.
ROWS, GUIDED, ADD, NEW = "rows", "guided", "add", "new."
# The models of published rows, and what the catalog's are called.
_MODELS = {"llama-3.1-8b": "llama-3-8b", "llama-3.1-70b": "llama-3-70b"}
_HEADER = "accelerator,model,precision,batch size,prompt length,output length,TTFT (ms),ITL (ms)"
_POWER_HEADER = "accelerator,model,precision,concurrency,prompt length,output length,power (W)"
# Models of which the power of one H100 was published, and the mean prompt of the task, which the rows do not say.
_POWER_MODELS, _CHAT_PROMPT = ("llama-3-8b", "qwen3-8b", "qwen3-14b"), 300.0
# Steps on H100s in fp8, from the performance summaries of NeMo and Megatron-LM (the accuracy page has their addresses):
# sequence length, micro-batch size, micro-batches, DP, TP, PP, CP, virtual stages, ZeRO stage, seconds.
_STEP_HEADER = "sequence length,micro-batch size,micro-batches,DP,TP,PP,CP,virtual stages,ZeRO,training step (s)"
_STEPS = (
    ("llama-3-70b", "8192,1,64,2,4,8,1,5,1,10.17"),
    ("llama-3-70b", "8192,1,128,2,4,8,1,5,1,20.03"),
    ("llama-3-8b", "8192,1,32,4,1,1,2,1,1,9.49"),
    ("llama-2-13b", "4096,1,32,4,1,4,1,1,1,3.927"),
    ("llama-2-70b", "4096,1,32,4,4,4,1,1,1,4.938"),
    ("llama-2-7b", "4096,1,16,8,1,1,1,1,1,4.057"),
    ("llama-3-70b", "8192,1,64,2,4,4,2,1,1,11.35"),
    ("llama-3-8b", "8192,1,32,4,1,1,2,1,1,11.03"),
)
_BATCHES, _PROMPTS, _OUTPUT = (1.0, 4.0, 16.0, 64.0), (128.0, 1024.0, 4096.0), 128.0


@dataclass(frozen=True)
class CalibrationExample:
    """An example: its name and its table."""

    name: str
    rows: str


@cache
def examples() -> tuple[CalibrationExample, ...]:
    """Return the examples: published times on two chips, a few of them that do not tell the constants apart, times of
    serving and of training together, and power."""
    h100, a100 = (_published(chip) for chip in ("h100-sxm5-80gb", "a100-sxm4-80gb"))
    few = [line for line in h100[1:] if ",1," in line]
    return (
        CalibrationExample("Llama 3 8B on an H100", "\n".join(h100)),
        CalibrationExample("Llama 3 8B on an A100", "\n".join(a100)),
        CalibrationExample("Batch 1 only: constants mixed", "\n".join([_HEADER, *few])),
        CalibrationExample("Serving and training on an H100", "\n".join(_with_training(h100))),
        CalibrationExample("Power of an H100", "\n".join([_POWER_HEADER, *_power()])),
    )


def _published(chip: str) -> list[str]:
    """Return a header and a row for each batch size and prompt length that was published for Llama 3.1 8B in BF16."""
    every = measurements()
    one = (every["chip"] == chip) & (every["model"] == "llama-3.1-8b") & (every["precision"] == "bf16")
    static = (every["parallelism"] == "1 device") & (every["output"] == _OUTPUT) & (every["engine"] == "trtllm")
    return [_HEADER, *_lines(every.where(one & static), chip)]


def _lines(rows: Measurements, chip: str) -> Iterator[str]:
    for batch in _BATCHES:
        for prompt in _PROMPTS:
            here = rows.where((rows["batch"] == batch) & (rows["prompt"] == prompt))
            first, step = (here["measured"][here["kind"] == kind] for kind in ("prefill", "decode"))
            if len(step):
                times = [f"{1e3 * found[0]:.4g}" if len(found) else "" for found in (first, step)]
                figures = f"{batch:g},{prompt:g},{_OUTPUT:g}"
                yield f"{chip},{_MODELS['llama-3.1-8b']},bf16,{figures},{','.join(times)}"


def _with_training(serving: list[str]) -> Iterator[str]:
    """Yield a header and rows of serving, and then rows of training steps on the same chip."""
    header, *lines = serving
    yield f"{header},{_STEP_HEADER}"
    yield from lines
    between = "," * (header.count(",") - 2)
    for model, step in _STEPS:
        yield f"h100-sxm5-80gb,{model},fp8{between},{step}"


def _power() -> Iterator[str]:
    every = measurements()
    one = (every["kind"] == "power") & (every["parallelism"] == "1 device") & (every["precision"] == "bf16")
    for model in _POWER_MODELS:
        rows = every.where(one & (every["model"] == model))
        for batch, output, watts in zip(rows["batch"], rows["output"], rows["measured"], strict=True):
            yield f"h100-sxm5-80gb,{model},bf16,{batch:.0f},{_CHAT_PROMPT:g},{output:.0f},{watts:.4g}"
