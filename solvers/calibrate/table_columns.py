"""The columns of a table of measurements: what was measured, the inputs of the walls, and their usual names."""

from __future__ import annotations

from dataclasses import dataclass

# The inputs of the walls, by the names that tables give them: of both, of serving alone, of a training step alone.
_BOTH = {
    "accelerator": "accelerator",
    "model": "model",
    "precision": "precision",
    "tensor_parallel": "tensor parallel",
}
OF_SERVING = {
    "batch_size": "batch size",
    "prompt_length": "prompt length",
    "output_length": "output length",
    "concurrency": "concurrency",
}
GLOBAL_BATCH = "global_batch_size"
OF_TRAINING = {
    "sequence_length": "sequence length",
    "microbatch_size": "micro-batch size",
    "microbatches": "micro-batches",
    GLOBAL_BATCH: "global batch size",
    "data_parallel": "data parallel",
    "pipeline_parallel": "pipeline parallel",
    "context_parallel": "context parallel",
    "expert_parallel": "expert parallel",
    "virtual_stages": "virtual stages",
    "zero_stage": "ZeRO stage",
    "recomputation": "recomputation",
}
INPUTS = _BOTH | OF_SERVING | OF_TRAINING
# A training step that a row says less about runs on one device, with one micro-batch of one sequence.
ONE = ("data_parallel", "tensor_parallel", "pipeline_parallel", "microbatches", "microbatch_size")
SERVING, TRAINING = "serving", "parallelism"


@dataclass(frozen=True)
class MeasuredQuantity:
    """A figure that is measured: its name in a table, its SI unit, the unit of an example, the least value that is
    refused as too large, in words too, and the wall that answers its question."""

    label: str
    unit: str
    shown: str
    too_large: float
    limits: str
    wall: str = SERVING


_TIME = ("s", "ms", 1e5, "a time above 0 and below a day")
QUANTITIES = {
    "ttft": MeasuredQuantity("TTFT", *_TIME),
    "itl": MeasuredQuantity("ITL", *_TIME),
    "power": MeasuredQuantity("Power", "W", "W", 1e5, "the power of one device, above 0 and below 100 kW"),
    "step_time": MeasuredQuantity("Training step time", *_TIME, TRAINING),
}
# Every column that a table may have, by name.
COLUMNS = {name: each.label for name, each in QUANTITIES.items()} | INPUTS
# The names that training steps and decode steps share; the other columns of the table tell which is meant.
STEP = ("step time", "step")
ALIASES = {
    "ttft": ("ttft", "time to first token", "first token", "prefill", "prefill time"),
    "itl": ("itl", "tpot", "inter token latency", "time per output token", "decode step", *STEP),
    "power": ("power", "gpu power", "device power", "mean power", "average power", "power draw"),
    "step_time": ("training step time", "training step", "train step time", "train step", "iteration time"),
    "accelerator": ("accelerator", "gpu", "chip", "device"),
    "model": ("model",),
    "precision": ("precision", "dtype", "format"),
    "tensor_parallel": ("tensor parallel", "tp", "tensor parallelism"),
    "batch_size": ("batch size", "batch", "bs"),
    "prompt_length": ("prompt length", "prompt", "context", "context length", "input length", "isl"),
    "output_length": ("output length", "output", "osl"),
    "concurrency": ("concurrency", "concurrent requests"),
    "sequence_length": ("sequence length", "sequence", "seq len", "seq"),
    "microbatch_size": ("micro batch size", "micro batch", "microbatch size", "microbatch", "mbs"),
    "microbatches": ("micro batches", "microbatches", "gradient accumulation", "accumulation steps"),
    GLOBAL_BATCH: ("global batch size", "global batch", "gbs"),
    "data_parallel": ("data parallel", "dp", "data parallelism"),
    "pipeline_parallel": ("pipeline parallel", "pp", "pipeline parallelism"),
    "context_parallel": ("context parallel", "cp", "context parallelism"),
    "expert_parallel": ("expert parallel", "ep", "expert parallelism"),
    "virtual_stages": ("virtual stages", "vpp", "virtual pipeline"),
    "zero_stage": ("zero stage", "zero"),
    "recomputation": ("recomputation", "recompute", "activation checkpointing"),
}
# Columns of a measurement that no constant depends on.
NOT_FITTED = ("power", "energy", "source", "note", "engine", "backend", "throughput")
