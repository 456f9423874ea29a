"""The question of the page: a wall, its question, and ranges of inputs; its examples, and the names in its link.

In a link a range is text: `range.batch_size=8..32`. The guided form sends its parts: `low.batch_size`,
`high.batch_size`, `share.batch_size`, and `how.batch_size`, which says which of them count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from solvers.uncertainty.sobol import SAMPLES

# Names in a link beside those of the wall's question.
WALL, RANGE, DRAWS, SHOW = "wall", "range.", "draws", "show"
# A range between figures that the catalog has from two sources, or from the chips that were measured.
CATALOG = "catalog"
# Names that the guided form sends, and its ways to give a range.
GUIDED, ADD, REMOVE = "guided", "add", "remove"
LOW, HIGH, SHARE, HOW = "low.", "high.", "share.", "how."
UNIFORM, LOG, PERCENT = "uniform", "log", "percent"
# The range of an input just added, where nothing better fits: the reader replaces it.
FIRST_SHARE = "20"


@dataclass(frozen=True)
class UncertaintyQuestion:
    """A wall by name, the text of its question by input, the text of each range by input, the number of base samples
    and the output whose charts are shown, both as typed."""

    wall: str
    text: Mapping[str, str]
    ranges: Mapping[str, str]
    draws: str = ""
    show: str = ""

    @property
    def query(self) -> str:
        """Return the query of the page's link, with what is not at its default."""
        ranges = {f"{RANGE}{name}": text for name, text in self.ranges.items()}
        beside = {DRAWS: "" if self.draws == str(SAMPLES[1]) else self.draws, SHOW: self.show}
        return urlencode({WALL: self.wall, **self.text, **ranges, **{n: v for n, v in beside.items() if v}})

    @property
    def wall_query(self) -> str:
        """Return the query of the wall's own page."""
        return urlencode(self.text)


@dataclass(frozen=True)
class UncertaintyPreset:
    """An example question."""

    name: str
    question: UncertaintyQuestion


PRESETS = (
    UncertaintyPreset(
        "Two accelerators",
        UncertaintyQuestion(
            "roofline",
            {"batch_size": "64", "also": "a100-sxm4-80gb"},
            {"batch_size": "32..512", "efficiency": "0.3..0.8", "accelerator.memory_bandwidth": "±10 %"},
        ),
    ),
    UncertaintyPreset(
        "Serving load",
        UncertaintyQuestion(
            "serving",
            {"batch_size": "16"},
            {"batch_size": "8..32", "prompt_length": "256..2048 log", "output_length": "±50 %"},
        ),
    ),
    UncertaintyPreset(
        "Cost of ownership",
        UncertaintyQuestion(
            "tco",
            {},
            {"time_in_use": "0.3..0.9", "electricity_price": "0.06..0.20 USD/kWh", "accelerator.unit_price": "±20 %"},
        ),
    ),
    UncertaintyPreset(
        "Carbon, two sources of the grid's intensity",
        UncertaintyQuestion(
            "sustainability",
            {"grid": "ca-alberta"},
            {"carbon_intensity": CATALOG, "pue": "1.1..1.6", "mfu": "0.3..0.5"},
        ),
    ),
)
