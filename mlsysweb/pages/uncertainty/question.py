"""The question of the page as in its link: a wall, its question, and ranges of inputs. Reads the guided form, too.

In a link a range is text: `range.batch_size=8..32`. The guided form sends its parts: `low.batch_size`,
`high.batch_size`, `share.batch_size`, and `how.batch_size`, which says which of them count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from mlsysweb.show.forms.query import query_text
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
            {"batch_size": "1..512 log", "efficiency": "0.3..0.8", "accelerator.memory_bandwidth": "±10 %"},
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


@dataclass(frozen=True)
class QuestionEdit:
    """A question from a query. `added` is an input of the guided form to which a range is to be added, `changes_rows`
    whether the question has other rows than the form that sent it, `guided` whether the form sent it."""

    question: UncertaintyQuestion
    added: str = ""
    changes_rows: bool = False
    guided: bool = False


def question_of(query: QueryDict) -> QuestionEdit:
    """Return the question in a query: of the page's link or of its guided form. Without a wall it is the first
    example."""
    typed = {name: value.strip() for name, value in query_text(query).items() if value.strip()}
    if WALL not in typed:
        return QuestionEdit(PRESETS[0].question)
    own = {name: value for name, value in typed.items() if not _is_beside(name)}
    ranges = {name.removeprefix(RANGE): value for name, value in typed.items() if name.startswith(RANGE)}
    question = UncertaintyQuestion(typed[WALL], own, ranges, typed.get(DRAWS, ""), typed.get(SHOW, ""))
    if GUIDED not in typed:
        return QuestionEdit(question)
    removed, added = typed.get(REMOVE, ""), typed.get(ADD, "")
    rows = {name: text for name, text in _guided_rows(typed) if name != removed}
    return QuestionEdit(
        replace(question, ranges=rows),
        added="" if added in rows else added,
        changes_rows=bool(removed or added),
        guided=True,
    )


def _is_beside(name: str) -> bool:
    """Return whether a name of a query is the page's own, not one of the wall's question."""
    prefixes = (RANGE, LOW, HIGH, SHARE, HOW)
    return name in (WALL, DRAWS, SHOW, GUIDED, ADD, REMOVE) or name.startswith(prefixes)


def _guided_rows(typed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each range of the guided form as a link has it. An empty end stays empty, and is refused as one."""
    for name, how in typed.items():
        if name.startswith(HOW):
            end = name.removeprefix(HOW)
            low, high, share = (typed.get(f"{part}{end}", "") for part in (LOW, HIGH, SHARE))
            if how == CATALOG:
                yield end, CATALOG
            elif how == PERCENT:
                yield end, f"±{share} %"
            else:
                yield end, f"{low}..{high}{' log' if how == LOG else ''}"
