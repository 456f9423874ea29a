"""The 22 walls of ML systems and their domains, as the tutorial numbers them. A solver declares which walls it
stands for (`walls=`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wall:
    """A wall with its number, the tutorial's name for it, the field's name for its topic (to follow a colon:
    "Fragility: reliability and failures"), and the folder of `solvers` that holds its solver."""

    number: int
    name: str
    topic: str
    domain: str

    @property
    def label(self) -> str:
        """Return the entry of the wall in a list: "15 · Fragility: reliability and failures"."""
        return f"{self.number} · {self.name}: {self.topic}"


DOMAINS = {
    "node": "Node",
    "data": "Data",
    "algorithm": "Algorithm",
    "fleet": "Fleet",
    "operations": "Operations",
    "meta": "Cross-cutting",
}

_NAMES = {
    "node": {
        "Compute": "peak FLOP/s",
        "Memory": "bandwidth and capacity",
        "Software": "kernel efficiency and MFU",
        "Serving": "prefill and decode",
        "Batching": "paged KV cache",
        "Streaming": "weight streaming",
        "Tail latency": "queueing and p99",
    },
    "data": {
        "Ingestion": "storage and I/O bandwidth",
        "Transformation": "data preprocessing",
        "Locality": "network topology",
    },
    "algorithm": {
        "Complexity": "scaling laws",
        "Reasoning": "test-time compute",
        "Fidelity": "quantization and pruning",
    },
    "fleet": {
        "Communication": "parallelism and collectives",
        "Fragility": "reliability and failures",
        "Multi-tenant": "cluster queueing",
    },
    "operations": {
        "Capital": "total cost of ownership",
        "Sustainability": "energy, carbon and water",
        "Checkpoint": "checkpoint I/O",
        "Safety": "privacy and fairness",
    },
    "meta": {
        "Sensitivity": "the limiting parameter",
        "Synthesis": "hardware for a latency target",
    },
}

WALLS = tuple(
    Wall(number, name, topic, domain)
    for number, (domain, name, topic) in enumerate(
        ((d, name, topic) for d, topics in _NAMES.items() for name, topic in topics.items()), start=1
    )
)


def walls_heading(numbers: tuple[int, ...]) -> str:
    """Return the heading of the walls with these numbers, "Wall 15: Fragility" or "Walls 1 and 2: Compute and Memory";
    empty for none."""
    if not numbers:
        return ""
    names = " and ".join(WALLS[number - 1].name for number in numbers)
    return f"Wall{'s' if len(numbers) > 1 else ''} {' and '.join(map(str, numbers))}: {names}"
