"""All that is judged, in the order it is told."""

from __future__ import annotations

from functools import cache

from . import collectives, energy, machines, serving, training
from .figures import Judged

PARTS = (
    serving.static,
    serving.concurrent,
    serving.batches,
    serving.splitwise,
    training.steps,
    training.memory,
    collectives.all_reduces,
    energy.serving,
    energy.idle_node,
    machines.microcontrollers,
    machines.storage,
    machines.microcontroller_energy,
)


@cache
def everything() -> tuple[Judged, ...]:
    """Every quantity with its measured rows and what each method answers."""
    return tuple(judged for part in PARTS for judged in part())
