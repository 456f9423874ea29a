"""Example pipelines: their stages, explicit links, and inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class PipelinePreset:
    """An example of a pipeline."""

    name: str
    stages: tuple[str, ...]
    links: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    part: str = ""


# A budget's network on a fleet, and what its run costs: all of the arithmetic that the fleet's MFU counts. Hoffmann et
# al. trained on 2,048 tokens; attention over more would be a larger part of the run than the budget's 6 N D knows.
# A model of this size needs no tensor parallelism, and its 25 attention heads do not divide over 8 devices.
TRAINED = {
    "parallelism.model.parameters": "scaling_laws.parameters",
    "tco.duration": "parallelism.training_time",
    "tco.total_ops": "parallelism.run_flop",
}

PRESETS = (
    PipelinePreset(
        "The tutorial: budget, fleet, bill",
        ("scaling_laws", "parallelism", "tco"),
        TRAINED,
        {"compute_budget": "1e21 FLOP", "sequence_length": "2048", "tensor_parallel": "1"},
        "Part 8",
    ),
    PipelinePreset(
        "And its carbon",
        ("scaling_laws", "parallelism", "tco", "sustainability"),
        {
            **TRAINED,
            "sustainability.duration": "parallelism.training_time",
        },
        {"compute_budget": "1e21 FLOP", "sequence_length": "2048", "tensor_parallel": "1"},
    ),
    PipelinePreset("Serving and reasoning", ("serving", "reasoning")),
    PipelinePreset(
        "Serving under load",
        ("serving", "tail_latency"),
        {"tail_latency.service_time": "serving.end_to_end_latency", "tail_latency.replicas": "serving.slots"},
        {"replicas": "8"},
    ),
    PipelinePreset(
        "Failures and checkpoints",
        ("reliability", "checkpoint"),
        {"checkpoint.interval": "reliability.best_interval"},
    ),
    PipelinePreset(
        "Iron law from its walls", ("efficiency", "reliability", "iron_law"), {"reliability.devices": "given"}
    ),
)
