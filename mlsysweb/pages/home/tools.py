"""The pages over many walls: what each is for, and the name of its URL."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tool:
    title: str
    sentence: str
    url: str


TOOLS = (
    Tool(
        "One system, all walls",
        "Describe it once: every wall's verdict, the one that binds most first.",
        "system:system",
    ),
    Tool("Iron law", "A training run as five factors, each with the walls that own it.", "system:iron-law"),
    Tool(
        "Carbon geography",
        "The same job on every grid of the world, and where to run it when carbon has a price.",
        "geography:geography",
    ),
    Tool(
        "Spectrum",
        "Every accelerator from microcontroller to wafer, and the smallest that answers in time.",
        "spectrum:spectrum",
    ),
    Tool("Pipeline", "Walls in a row: what flows, what is missing, what it all comes to.", "pipelines:pipelines"),
    Tool(
        "Design space",
        "A budget and an SLA in; a million configurations looked through while you watch.",
        "explore:explore",
    ),
    Tool(
        "Hardware for a target",
        "A latency in; out, which chips of the catalog answer and how many.",
        "hardware_match:hardware_match",
    ),
    Tool(
        "Capstone", "A budget, users who do not wait, two regions: design the fleet and defend it.", "capstone:capstone"
    ),
    Tool("Fallacies", "What people say of ML systems, and the two questions that refute it.", "fallacies:fallacies"),
    Tool("Poster", "All 22 walls on one sheet, to print.", "poster:poster"),
)
