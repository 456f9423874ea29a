"""The question of the page: a table of measured times as text; and its examples, taken from published measurements."""

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
_BATCHES, _PROMPTS, _OUTPUT = (1.0, 4.0, 16.0, 64.0), (128.0, 1024.0, 4096.0), 128.0


@dataclass(frozen=True)
class CalibrationExample:
    """An example: its name and its table."""

    name: str
    rows: str


@cache
def examples() -> tuple[CalibrationExample, ...]:
    """Return the examples: published times on two chips, and a few of them that do not tell the constants apart."""
    h100, a100 = (_published(chip) for chip in ("h100-sxm5-80gb", "a100-sxm4-80gb"))
    few = [line for line in h100[1:] if ",1," in line]
    return (
        CalibrationExample("Llama 3 8B on an H100", "\n".join(h100)),
        CalibrationExample("Llama 3 8B on an A100", "\n".join(a100)),
        CalibrationExample("Batch 1 only: constants mixed", "\n".join([_HEADER, *few])),
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
