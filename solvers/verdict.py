"""The verdict of an answer: one sentence or two, and the state they declare."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The state of an answer. Each has one colour on every page; the verdict's first words name it.

    `OK` meets its target or has nothing to gain. `MISSED` fails a target; its figures are still real. `INFEASIBLE`
    cannot run, so its figures hold only if it could. The others name what limits the answer.
    """

    OK = "ok"
    MISSED = "missed"
    INFEASIBLE = "infeasible"
    COMPUTE = "compute"
    MEMORY = "memory"
    NETWORK = "network"
    STORAGE = "storage"
    HOST = "host"
    OVERHEAD = "overhead"
    COST = "money"
    CARBON = "carbon"

    @property
    def is_limit(self) -> bool:
        """Return whether the state names what limits an answer that works."""
        return self not in (State.OK, State.MISSED, State.INFEASIBLE)


@dataclass(frozen=True)
class Verdict:
    """A state and the text that begins with it: the state, the numbers that prove it, what would change it. `text` has
    slots for values, such as `{latency}`."""

    state: State
    text: str
