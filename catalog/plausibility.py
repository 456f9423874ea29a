"""Judges the figures of a row: what cannot be, and what is unusual. Unusual figures may be right, and are saved on
demand; ranges come from the shipped rows of the same kind."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from solvers.quantities import format_quantity

from .fields import QuantityField
from .figure_sources import FIGURE_SOURCES, figure_columns
from .fixtures import records
from .models import Accelerator, CatalogRow, CloudRegion, Grid, Model, Storage
from .typed import figure_text

Values = Mapping[str, Any]

# Rows are compared with those of the same value in this column, where enough of them know the figure.
_PEERS = {Accelerator: "tier", Grid: "region_type", Storage: "kind", CloudRegion: "provider", Model: "architecture"}
_ENOUGH = 8
# How far beyond the 5th and 95th percentile of its peers a figure is unusual. A slip of a prefix is a factor of 1000.
_BEYOND = 4
_RATIOS = (
    ("peak_fp8", "peak_fp16", (1, 2)),
    ("peak_fp4", "peak_fp8", (1, 2, 3, 4)),
    ("peak_int8", "peak_fp16", (1, 2, 4)),
    ("peak_int4", "peak_int8", (1, 2, 4)),
    ("peak_bf16", "peak_fp16", (1,)),
    ("peak_tf32", "peak_bf16", (0.5, 1)),
)
_RATIO_TOLERANCE = 0.06
# FLOP for each byte of memory traffic, of chips larger than a microcontroller.
_RIDGE = (2, 1000)
# The rent of a year in a cloud, relative to the purchase price.
_RENT = (0.2, 8)
_PAIRS_IN_ORDER = (
    ("active_parameters", "parameters"),
    ("experts_per_token", "experts"),
    ("kv_heads", "attention_heads"),
    ("embedding_parameters", "parameters"),
    ("windowed_layers", "layers"),
)
_SHARES = tuple(f"share_{fuel}" for fuel in ("coal", "gas", "oil", "nuclear", "hydro", "wind", "solar", "bio_other"))
_YEARS = ("release_year", "year", "carbon_year")


@dataclass(frozen=True)
class PlausibilityFinding:
    """A column and a sentence on it. An impossible value is not saved; an unusual one is, on demand."""

    column: str
    sentence: str
    impossible: bool = False


def check_figures(table: type[CatalogRow], values: Values, changed: frozenset[str]) -> tuple[PlausibilityFinding, ...]:
    """Return what is impossible or unusual in the values of a row, by column, where a changed column is part of it."""
    found = (*_in_order(table, values), *_mix(values), *_years(values), *_date(values))
    found = (*found, *_sources(table, values, changed))
    if table is Accelerator:
        found = (*found, *_ratios(table, values), *_ridge(values), *_rent(values), *_power(table, values))
    concerned = (finding for columns, finding in found if changed.intersection(columns))
    ranged = (finding for name in sorted(changed) if (finding := _range(table, name, values)))
    return (*concerned, *ranged)


def digest(sentences: Iterable[str]) -> str:
    """Return the text by which a form accepts these warnings: it changes with any of them."""
    return hashlib.sha256("\n".join(sorted(sentences)).encode()).hexdigest()[:16]


_Found = Iterator[tuple[tuple[str, ...], PlausibilityFinding]]


def _range(table: type[CatalogRow], name: str, values: Values) -> PlausibilityFinding | None:
    field: Any = table._meta.get_field(name)
    value = values.get(name)
    if not isinstance(field, QuantityField) or not value:
        return None
    peers = usual_range(table, name, values.get(_PEERS.get(table, ""), ""))
    if peers is None or peers.low <= value <= peers.high:
        return None
    unit, shown = field.declared.unit, field.declared.display_unit
    low, high = (format_quantity(each, unit, shown) for each in (peers.least, peers.most))
    side = "above" if value > peers.high else "below"
    sentence = f"{_say(table, name, value)} is far {side} {peers.words}: nine in ten have {low} to {high}."
    return PlausibilityFinding(name, f"{sentence} Check the unit.")


@dataclass(frozen=True)
class UsualRange:
    """The range in which a figure is usual, the 5th and 95th percentile of its peers, and which rows they are."""

    low: float
    high: float
    least: float
    most: float
    words: str


@cache
def usual_range(table: type[CatalogRow], name: str, group: str) -> UsualRange | None:
    """Return the usual range of a figure among the shipped rows of a group, or of its table where too few of the group
    know it; None where too few of the table do."""
    column = _PEERS.get(table, "")
    rows = [record.values for record in records(table)]
    peers = [row[name] for row in rows if row.get(name) and column and row[column] == group]
    plural = str(table._meta.verbose_name_plural)
    words = f"the shipped {plural} of this {column.replace('region_', '').replace('_', ' ')}"
    if len(peers) < _ENOUGH:
        peers, words = [row[name] for row in rows if row.get(name)], f"all shipped {plural}"
    if len(peers) < _ENOUGH:
        return None
    low, high = np.percentile(peers, (5, 95))
    return UsualRange(float(low) / _BEYOND, float(high) * _BEYOND, float(low), float(high), words)


def _ratios(table: type[CatalogRow], values: Values) -> _Found:
    for name, base, usual in _RATIOS:
        rate, than = values.get(name), values.get(base)
        if not rate or not than:
            continue
        ratio = rate / than
        if min(abs(ratio / each - 1) for each in usual) > _RATIO_TOLERANCE:
            label, other = (str(table._meta.get_field(each).verbose_name) for each in (name, base))  # type: ignore[union-attr]
            usually = " or ".join(f"{each:g}×" for each in usual)
            sentence = (
                f"{label} is {ratio:.3g}× {other}; dense rates are usually {usually}. Is it a rate with sparsity?"
            )
            yield (name, base), PlausibilityFinding(name, sentence)


def _ridge(values: Values) -> _Found:
    rate, bandwidth = values.get("peak_fp16"), values.get("memory_bandwidth")
    if not rate or not bandwidth or values.get("tier") == "tiny":
        return
    ridge = rate / bandwidth
    if not _RIDGE[0] <= ridge <= _RIDGE[1]:
        sentence = (
            f"FP16 comes to {format_quantity(ridge, '1')} FLOP for each byte of bandwidth; "
            f"{_RIDGE[0]} to {_RIDGE[1]:,} is usual."
        )
        yield ("peak_fp16", "memory_bandwidth"), PlausibilityFinding("memory_bandwidth", sentence)


def _rent(values: Values) -> _Found:
    price = values.get("unit_price")
    for name in ("cloud_price", "spot_price"):
        rent = values.get(name)
        if not price or not rent:
            continue
        ratio = rent * 31536e3 / price
        if not _RENT[0] <= ratio <= _RENT[1]:
            sentence = f"A year of it costs {ratio:.3g} times the purchase price; {_RENT[0]} to {_RENT[1]} is usual."
            yield (name, "unit_price"), PlausibilityFinding(name, sentence)
    if (values.get("spot_price") or 0) > (values.get("cloud_price") or math.inf):
        yield ("spot_price", "cloud_price"), PlausibilityFinding("spot_price", "It is above the cloud price.")


def _power(table: type[CatalogRow], values: Values) -> _Found:
    for name in ("idle_power", "sleep_power"):
        if (values.get(name) or 0) > (values.get("tdp") or math.inf):
            sentence = f"{_say(table, name, values[name])} is above the thermal design power."
            yield (name, "tdp"), PlausibilityFinding(name, sentence)


def _in_order(table: type[CatalogRow], values: Values) -> _Found:
    for part, whole in _PAIRS_IN_ORDER:
        less, more = values.get(part), values.get(whole)
        if less and more and less > more:
            label = str(table._meta.get_field(whole).verbose_name).lower()  # type: ignore[union-attr]
            sentence = f"must be at most the {label}, {_say(table, whole, more)}; {_say(table, part, less)} is not."
            yield (part, whole), PlausibilityFinding(part, sentence, impossible=True)


def _mix(values: Values) -> _Found:
    known = [(name, values[name]) for name in _SHARES if values.get(name) is not None]
    total = sum(share for _, share in known)
    if total > 1.01:
        sentence = f"The shares of the mix add up to {total:.1%}; they must not exceed 100 %."
        yield _SHARES, PlausibilityFinding(known[0][0], sentence, impossible=True)
    elif len(known) == len(_SHARES) and total < 0.97:
        sentence = f"The shares of the mix add up to {total:.1%} only; 100 % is usual."
        yield _SHARES, PlausibilityFinding(known[0][0], sentence)


def _years(values: Values) -> _Found:
    this_year = date.today().year
    for name in _YEARS:
        year = values.get(name)
        if year is None:
            continue
        if not 1940 <= year <= this_year + 10:
            sentence = f"needs a year from 1940 to {this_year + 10}, such as {this_year}; {year} is not one."
            yield (name,), PlausibilityFinding(name, sentence, impossible=True)
        elif year > this_year + 1:
            yield (name,), PlausibilityFinding(name, f"{year} is in the future.")


def _date(values: Values) -> _Found:
    text = str(values.get("source_date") or "")
    if re.fullmatch(r"\d{4}(-\d\d){0,2}", text) and text > date.today().isoformat()[: len(text)]:
        yield ("source_date",), PlausibilityFinding("source_date", f"{text} is in the future.")


def _sources(table: type[CatalogRow], values: Values, changed: frozenset[str]) -> _Found:
    """Yield the figures with a source of their own that are empty, or that were changed while their source was not."""
    labels = figure_columns(table)
    for figure, source in (values.get(FIGURE_SOURCES) or {}).items():
        label = labels.get(figure, figure)
        if values.get(figure) is None:
            sentence = f"{label} is empty and has a source of its own. Remove the source, or type the figure."
            yield (figure, FIGURE_SOURCES), PlausibilityFinding(FIGURE_SOURCES, sentence, impossible=True)
        elif FIGURE_SOURCES not in changed:
            said = source.get("source") or source.get("method") or "its note"
            sentence = f"{label} is changed, and its own source is still “{said}”. Does that state the new figure?"
            yield (figure,), PlausibilityFinding(figure, sentence)


def _say(table: type[CatalogRow], name: str, value: float) -> str:
    field: Any = table._meta.get_field(name)
    return figure_text(value, field.declared.unit, field.shown)
