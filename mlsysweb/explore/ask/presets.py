"""Example design spaces: the tutorial's demos and exercise, the capstone, and a very large one."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.explore.ask.question import DesignSpaceQuestion


@dataclass(frozen=True)
class DesignSpacePreset:
    """An example of a design space."""

    name: str
    part: str
    question: DesignSpaceQuestion


def _preset(
    name: str, part: str, walls: str, axes: dict[str, str], goals: tuple[str, ...], links: str = ""
) -> DesignSpacePreset:
    pairs = tuple(tuple(each.split(":", 1)) for each in links.split())
    return DesignSpacePreset(name, part, DesignSpaceQuestion(tuple(walls.split()), pairs, tuple(axes.items()), goals))  # type: ignore[arg-type]


PRESETS = (
    _preset(
        "A million dollars, 50 ms",
        "Part 6, exercise",
        "serving tco",
        {
            "model": "llama-3-8b",
            "accelerator": "a100-sxm4-80gb, h100-sxm5-80gb, h200-sxm-141gb, b200-sxm-180gb, mi300x, gaudi3, l40s, l4",
            "batch_size": "1 to 512 doubling",
            "precision": "fp16, fp8, int8",
            "replicas": "8, 16, 32, 64",
        },
        (
            "minimize: cost_per_million_tokens",
            "minimize: itl",
            "itl < 50 ms",
            "ttft <= 1 s",
            "purchase_price <= $1M",
        ),
    ),
    _preset(
        "Sweep",
        "Part 6, first demo",
        "roofline",
        {
            "model": "llama-3-8b",
            "accelerator": "h100-sxm5-80gb, mi300x, gaudi3, b200-sxm-180gb",
            "batch_size": "1, 4, 16, 64",
            "precision": "fp16, int8",
            "efficiency": "0.5",
        },
        ("minimize: latency", "maximize: mfu"),
    ),
    _preset(
        "Objective and constraint",
        "Part 6, second demo",
        "roofline",
        {
            "model": "llama-3-8b",
            "accelerator": "h100-sxm5-80gb",
            "batch_size": "1, 4, 8, 16, 32, 64",
            "precision": "fp16, int8",
        },
        ("maximize: throughput", "minimize: latency", "latency < 100"),
    ),
    _preset(
        "Batching",
        "Part 6, third demo",
        "serving tail_latency",
        {
            "model": "llama-3-8b",
            "accelerator": "h100-sxm5-80gb",
            "prompt_length": "128",
            "arrival_rate": "10 1/s",
            "batch_size": "1 to 512",
        },
        ("maximize: decode_throughput", "minimize: p99_latency", "p99_latency <= 20 s"),
        "tail_latency.service_time:serving.end_to_end_latency tail_latency.replicas:serving.batch_size",
    ),
    _preset(
        "Capstone",
        "Part 9",
        "serving tail_latency tco sustainability",
        {
            "model": "llama-3-70b",
            "accelerator": "h100-sxm5-80gb, h200-sxm-141gb, b200-sxm-180gb, mi300x",
            "precision": "fp16, fp8",
            "tensor_parallel": "1, 2, 4, 8",
            "batch_size": "1 to 64 doubling",
            "prompt_length": "256",
            "output_length": "64",
            "arrival_rate": "1000 1/s",
            "replicas": "8 to 512 in 96 log steps",
            "grid": "us-virginia, ireland, norway-measured, poland-measured",
            "duration": "1 year",
            "pue": "1.2",
        },
        (
            "minimize: tco",
            "minimize: total_carbon",
            "ttft <= 100 ms",
            "p99_wait <= 100 ms",
            "tco <= $5M",
            "total_carbon <= 1000 t",
        ),
        "tco.mfu:tail_latency.utilization sustainability.mfu:tail_latency.utilization",
    ),
    _preset(
        "Every layout of 512 devices",
        "Part 4",
        "parallelism",
        {
            "model": "llama-3-70b",
            "accelerator": "h100-sxm5-80gb",
            "layout": "512",
            "microbatches": "1 to 64 doubling",
            "recomputation": "none, selective, full",
            "zero_stage": "0, 1",
        },
        ("maximize: tokens_per_second", "minimize: memory_per_device", "context_parallel == 1"),
    ),
    _preset(
        "A million designs",
        "beyond",
        "serving tco sustainability",
        {
            "model": "llama-3-8b",
            "accelerator": "all cloud",
            "precision": "fp16, fp8",
            "tensor_parallel": "1, 2, 4, 8",
            "batch_size": "1 to 512 in 36 log steps",
            "replicas": "1 to 512 in 14 log steps",
            "grid": "poland-measured, norway-measured, france, united-states",
        },
        ("minimize: tco.tco", "maximize: token_throughput", "itl < 50 ms", "ttft <= 2 s", "tco.tco <= $20M"),
    ),
)
