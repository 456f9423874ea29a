"""Sentences and equations with values filled in: `{latency}` becomes `4.8 ms`. Used wherever a result is shown."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from .grammar import agree
from .quantities import display_units, format_quantity
from .result import Value

# The kinds of rounding that write three significant digits.
_PLAIN_KINDS = ("rounded", "count")
# A slot of an equation: `@latency`, `@accelerator.tdp`.
LATEX_SLOT = re.compile(r"@([a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)?)")
# Members of enumerations whose name is not the word for them. The names stay in addresses, the API and exports.
_WORDS = {
    "bubble": "pipeline bubble",
    "checkpoints": "checkpointing",
    "cloud": "on-demand cloud",
    "context": "context-parallel communication",
    "context_and_all": "ZeRO-3, full recomputation and context parallelism",
    "data": "gradient synchronization",
    "expert": "expert exchange",
    "filesystem": "file system",
    "gemm": "GEMMs",
    "interconnect": "host I/O",
    "imbalance": "pipeline imbalance",
    "launch": "kernel launches",
    "lost_work": "rework",
    "making": "embodied",
    "mfu": "MFU",
    "nics": "NICs",
    "operation": "operational",
    "own": "owned",
    "peak": "peak FLOP/s",
    "pipeline": "pipeline bubble",
    "power_cooling": "power and cooling",
    "psus": "PSUs",
    "rate": "compute",
    "rival": "alternative",
    "scores": "attention-score traffic",
    "sram": "SRAM",
    "sram_bandwidth": "SRAM bandwidth",
    "stages": "pipeline send and receive",
    "stages_and_recomputation": "pipeline stages and full recomputation",
    "straggler": "straggler wait",
    "tdp": "TDP",
    "tensor": "tensor-parallel communication",
    "update": "optimizer step",
    "zero_and_recomputation": "ZeRO-3 and full recomputation",
    "zero_stage": "higher ZeRO stage",
    **{name: name.upper() for name in ("fp64", "fp32", "tf32", "bf16", "fp16", "fp8", "int8", "fp4", "int4")},
}
_SLOT = re.compile(r"\{([a-z_][a-z_0-9.]*)\}")


def fill_slots(sentence: str, values: Mapping[str, Value]) -> str:
    """The sentence with each slot replaced by its value as shown. Raises KeyError for a slot that is not among
    `values`. The words after a count agree with it: `1 device`, `2 devices`."""
    first, *rest = _SLOT.split(sentence)
    told = first
    for name, words in zip(rest[::2], rest[1::2], strict=True):
        value = values[name]
        shown = format_value(value)
        if value.display_unit == "times" and (words.startswith((" times", "×")) or told.endswith("×")):
            shown = shown.removesuffix("×")  # a sentence says it in words: `2.5 times as fast`
        # Of a product, `4 × {stages} stages`, the last factor alone is not what is counted.
        told += agree(shown, words) if _is_count(value) and not told.endswith("× ") else shown + words
    return told


def _is_count(value: Value) -> bool:
    return value.unit == "1" and value.display_unit in ("", "1", "times")


def member_words(name: str) -> str:
    """Return the words for the name of a member of an enumeration: `file system` for `filesystem`. Any other text stays
    as it is, but for its underscores."""
    return _WORDS.get(name, name.replace("_", " "))


def format_value(value: Value, digits: int = 3) -> str:
    """Return a formatted value, to `digits` digits; for an infinite or unknown one the text of its declaration."""
    if isinstance(value.value, bool):
        return "yes" if value.value else "no"
    if isinstance(value.value, str):
        return member_words(value.value)
    if value.if_not_finite and not math.isfinite(value.value):
        return value.if_not_finite
    return format_quantity(value.value, value.unit, value.display_unit, digits)


def format_column(values: Iterable[float], unit: str, shown: str = "") -> list[str]:
    """Return `format_quantity` of every value of a column, in a third of the time: neighbours mostly have the same
    unit. They are not cached: hardly one occurs again, and they would push out those that do."""
    if shown == "GiB":  # a memory is written with two units
        return [format_quantity(value, unit, shown) for value in values]
    steps = [(start * 0.9995, each) for start, each in display_units(unit, shown or unit)]
    low = high = 0.0
    here, plain, told = steps[-1][1], False, []
    for value in values:
        size = abs(value)
        if not low <= size < high:  # also NaN
            if not 0 < size < math.inf:
                told.append(format_quantity.__wrapped__(value, unit, shown))
                continue
            place = next((nth for nth, (start, _) in enumerate(steps) if size >= start), len(steps) - 1)
            low, here = steps[place]
            low = max(min(low, size), math.ulp(0.0))  # what is zero has a unit of its own
            high = steps[place - 1][0] if place else math.inf
            plain, unit_size, prefix, suffix = here.kind in _PLAIN_KINDS, here.size, here.prefix, here.suffix
        if plain and 1e-3 <= (scaled := value / unit_size) < 999 and (number := f"{scaled:.3g}") != "1":
            told.append(f"{prefix}{number}{suffix}")
        else:
            told.append(here.write(value))
    return told


def labelled(label: str, unit: str) -> str:
    """Return a label with the symbol of its unit in parentheses; the label alone without a unit, and where the unit is
    a word of it: `Idle power (% of TDP)`, `Training tokens`."""
    named = not unit or re.search(rf"(?<![^\s(]){re.escape(unit)}(?![^\s),])", label)
    return label if named else f"{label} ({unit})"


def latex_in_symbols(latex: str, declared: Mapping[str, Any]) -> str:
    """Return an equation as LaTeX in the symbols, or else the labels, of its slots."""
    return LATEX_SLOT.sub(lambda slot: "{" + _symbol(declared[slot[1]]) + "}", latex)


def latex_in_numbers(latex: str, values: Mapping[str, Value]) -> str:
    """Return the right side of an equation as LaTeX with the values of its slots, to four digits."""
    right = latex.partition("=")[2].strip()
    return LATEX_SLOT.sub(lambda slot: latex_text(format_figure(values[slot[1]])), right)


def latex_text(words: str) -> str:
    r"""Return text for LaTeX: `30 %` becomes `\text{30 \%}`."""
    escaped = re.sub(r"([%$#&_])", r"\\\1", words)
    return rf"\text{{{escaped}}}"


def format_figure(value: Value) -> str:
    """Return a value of the working, to four digits."""
    if isinstance(value.value, float):
        return format_quantity(value.value, value.unit, value.display_unit, digits=4).removesuffix("×")
    return str(value.value)


def _symbol(declared: Any) -> str:
    return declared.symbol or rf"\text{{{declared.label}}}"
