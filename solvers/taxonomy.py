"""The 22 walls of ML systems and their domains, as the tutorial numbers them. A solver declares which walls it
stands for (`walls=`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wall:
    """A wall with its number, its name and the folder of `solvers` that holds its solver."""

    number: int
    name: str
    domain: str


DOMAINS = {
    "node": "Node",
    "data": "Data",
    "algorithm": "Algorithm",
    "fleet": "Fleet",
    "operations": "Operations",
    "meta": "Meta-analysis",
}

_NAMES = {
    "node": ("Compute", "Memory", "Software", "Serving", "Batching", "Streaming", "Tail latency"),
    "data": ("Ingestion", "Transformation", "Locality"),
    "algorithm": ("Complexity", "Reasoning", "Fidelity"),
    "fleet": ("Communication", "Fragility", "Multi-tenant"),
    "operations": ("Capital", "Sustainability", "Checkpoint", "Safety"),
    "meta": ("Sensitivity", "Synthesis"),
}

WALLS = tuple(
    Wall(number, name, domain)
    for number, (domain, name) in enumerate(((d, n) for d, names in _NAMES.items() for n in names), start=1)
)
