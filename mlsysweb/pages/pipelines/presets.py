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


PRESETS = (
    PipelinePreset(
        "The tutorial: budget, fleet, bill",
        ("scaling_laws", "parallelism", "tco"),
        {"parallelism.model.parameters": "scaling_laws.parameters", "tco.duration": "parallelism.training_time"},
        {"compute_budget": "1e21 FLOP"},
        "Part 8",
    ),
    PipelinePreset(
        "And its carbon",
        ("scaling_laws", "parallelism", "tco", "sustainability"),
        {
            "parallelism.model.parameters": "scaling_laws.parameters",
            "tco.duration": "parallelism.training_time",
            "sustainability.duration": "parallelism.training_time",
        },
        {"compute_budget": "1e21 FLOP"},
    ),
    PipelinePreset("Serving and thinking", ("serving", "reasoning")),
    PipelinePreset(
        "Serving under load",
        ("serving", "tail_latency"),
        {"tail_latency.service_time": "serving.end_to_end_latency", "tail_latency.replicas": "serving.slots"},
        {"replicas": "8"},
    ),
    PipelinePreset(
        "Failures and checkpoints",
        ("reliability", "checkpoint"),
        {"checkpoint.interval": "reliability.checkpoint_interval"},
    ),
    PipelinePreset(
        "Iron law from its walls", ("efficiency", "reliability", "iron_law"), {"reliability.devices": "given"}
    ),
)
