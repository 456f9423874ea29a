"""The result of reading a config while it is made: figures, the law of the KV cache, and notes."""

from __future__ import annotations

from dataclasses import dataclass, field

# Bytes of a number that a decoder keeps, unless another format is chosen: 16 bits.
KEPT_BYTES = 2


@dataclass(frozen=True)
class KvLaw:
    """The numbers a sequence of s tokens keeps: full·s + windowed·min(s, window) + fixed."""

    full: int
    windowed: int = 0
    window: int = 0
    fixed: int = 0

    def elements(self, tokens: float) -> float:
        """Return the count of numbers that a sequence of this many tokens keeps."""
        return self.full * tokens + self.windowed * min(tokens, self.window) + self.fixed


@dataclass
class ConfigDraft:
    """A reading that is being made."""

    figures: dict[str, float | None] = field(default_factory=dict)
    law: KvLaw | None = None
    notes: list[str] = field(default_factory=list)
    architecture: str = "dense_transformer"
    task: str = "text generation"
