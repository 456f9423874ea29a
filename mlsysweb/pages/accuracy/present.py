"""Presenter (stage 5) of the accuracy page. Does not solve."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from mlsysweb.show.charts.accuracy import MeasuredGroup, accuracy
from mlsysweb.show.measurements.peer import PEER, peer_predictions
from mlsysweb.show.measurements.rows import KINDS, NUMBERS, PREDICTIONS, MeasurementKind, Measurements
from mlsysweb.show.measurements.words import CALIBRATIONS, FACTOR, NOTES, configuration, figure_text, measured_row
from mlsysweb.show.results.page import Figure, Link, Table
from mlsysweb.show.results.present import embedded
from solvers.analysis.prediction_errors import PredictionErrors, prediction_errors
from solvers.quantities import format_quantity

from .page import AccuracyPage, GroupErrors, GroupTable, KindErrors, PeerErrors, SourceNote
from .question import NARROWED_BY, AccuracyQuestion

_ROWS = 20
# More points than these are too many to tell apart and to send.
_POINTS = 800
_LABELS = {
    "chip": "Accelerator",
    "precision": "Precision",
    "parallelism": "Parallelism",
    "source": "Source",
    "use": "Used to fit the model",
}
_USES = {"fitted": "Yes", "checked": "No, only to check it", "shown": "No"}
CSV_HEAD = ("kind", "quantity", "use", "chip", "model", "precision", "parallelism", "engine", *NUMBERS, "source", "url")
_UNKNOWN = "–"
# The questions to mlsysim for each kind of measurement, and why there are none for the others.
_SERVED = "its serving model: Llama 3 8B and 70B on one device, one batch at a time, at its default efficiency."
_STEPPED = "its single-node model: Llama 3 8B on one H100, one step of a batch, at its default efficiency."
_PEER_ASKED = {
    "prefill": _SERVED,
    "decode": _SERVED,
    "training": "its distributed model: dense models without context parallelism on nodes of eight with InfiniBand, at "
    "its default efficiency. Models that it does not list are described to it by parameters, layers and width.",
    "collectives": "its all-reduce model: a ring at the bandwidth and latency of its nodes.",
    "power": _STEPPED,
    "energy": _STEPPED,
}
_PEER_NOT_ASKED = {
    "answer": "its serving model gives no end-to-end latency of a batch.",
    "memory": "it does not list these models.",
    "idle": "it has no power of a node that waits.",
    "storage": "it has no emulated accelerators.",
    "tinyml": "it lists none of these boards.",
    "tinyml_energy": "it lists none of these boards.",
}


def accuracy_page(
    rows: Measurements, asked: AccuracyQuestion, names: Mapping[str, str], base: str, csv: str
) -> AccuracyPage:
    """Return the page. `names` are those of chips by slug, `base` and `csv` the paths of the page and of its file."""
    chosen = asked.of(rows)
    order = _furthest_first(chosen, asked.calibration)
    last = max(1, math.ceil(len(order) / _ROWS))
    page = min(asked.page, last)
    listed = order[(page - 1) * _ROWS : page * _ROWS]
    return AccuracyPage(
        total=f"{np.isfinite(rows[PREDICTIONS[0]]).sum():,}",
        kinds=tuple(_kind(kind, rows, asked, base) for kind in KINDS),
        calibrations=tuple(
            Link(label, base + asked.link(calibration=name), current=name == asked.calibration)
            for name, label in CALIBRATIONS.items()
        ),
        kind=asked.kind.label,
        told=_told(asked.kind, prediction_errors(chosen[asked.calibration], chosen["measured"])),
        narrowed=tuple(
            Link(f"{_LABELS[name]}: {_value(name, value, names)}", base + asked.link(**{name: ""}))
            for name, value in asked.narrowed.items()
        ),
        figure=_figure(chosen, asked, names) if len(chosen) and not asked.kind.unpredicted else None,
        tables=tuple(_tables(chosen, asked, names, base)),
        sources=tuple(SourceNote(name, NOTES[name]) for name in np.unique(chosen["source"]).tolist()),
        rows=tuple(
            measured_row(
                chosen, place, asked.calibration, asked.kind, _value("chip", str(chosen["chip"][place]), names)
            )
            for place in listed.tolist()
        ),
        shown=f"{len(listed)} of {len(chosen):,} rows, page {page} of {last}",
        before=base + asked.link(page=page - 1) if page > 1 else "",
        after=base + asked.link(page=page + 1) if page < last else "",
        csv=csv + asked.link(),
        errors=asked.errors,
        peers=tuple(_peers(chosen, asked, names)),
        peers_told=_peers_told(asked.kind.name),
    )


def _peers_told(kind: str) -> str:
    """Return what mlsysim was asked for a kind of measurement, or why it was not."""
    if kind in _PEER_ASKED:
        return f"Recorded answers of {_PEER_ASKED[kind]}"
    return f"Not compared with {PEER}: {_PEER_NOT_ASKED[kind]}"


def _peers(rows: Measurements, asked: AccuracyQuestion, names: Mapping[str, str]) -> Iterator[PeerErrors]:
    """Yield the errors of each calibration and of mlsysim on the same rows, those that it can answer."""
    theirs = peer_predictions(rows)
    able = ~np.isnan(theirs)
    if not able.any():
        return
    some = rows.where(able)
    told = {name: label for name, label in CALIBRATIONS.items() if name != PREDICTIONS[0]}
    # Kinds without a step of kernels have no answer of a calibration, only that of the wall as it stands.
    named = told if any(not np.isnan(some[name]).all() for name in told) else CALIBRATIONS
    answers = {label: some[name] for name, label in named.items() if not np.isnan(some[name]).all()}
    for name, predicted in (answers | {PEER: theirs[able]}).items():
        off = np.abs(np.log(predicted / some["measured"]))
        worst = int(np.nanargmax(off))
        ratio = format_quantity(float(predicted[worst] / some["measured"][worst]), "1", "times")
        chip = _value("chip", str(some["chip"][worst]), names)
        where = f"{ratio} the measured figure: {chip}, {configuration(some, worst)}"
        yield PeerErrors(name, *_errors(prediction_errors(predicted, some["measured"])), where)


def csv_rows(rows: Measurements) -> Iterator[tuple[Any, ...]]:
    """Yield a row of `CSV_HEAD` for each measurement."""
    return zip(*(rows[name].tolist() for name in CSV_HEAD), strict=True)


def _kind(kind: MeasurementKind, rows: Measurements, asked: AccuracyQuestion, base: str) -> KindErrors:
    of_kind = rows.where(rows["kind"] == kind.name)
    found = {name: prediction_errors(of_kind[name], of_kind["measured"]) for name in PREDICTIONS}
    told = [_UNKNOWN if errors is None else _percent(errors.median) for errors in found.values()]
    return KindErrors(
        Link(kind.label, base + asked.link(kind=kind.name, calibration=PREDICTIONS[0]), kind == asked.kind),
        *_errors(found[PREDICTIONS[0]], len(of_kind)),
        calibrations=tuple(told[1:]),
    )


def _errors(errors: PredictionErrors | None, rows: int = 0) -> tuple[str, str, str, str]:
    """Return rows, median, 90th percentile and bias as text; `rows` are those of which nothing was predicted."""
    if errors is None:
        return f"{rows:,}", _UNKNOWN, _UNKNOWN, _UNKNOWN
    return f"{errors.rows:,}", _percent(errors.median), _percent(errors.p90), _signed(errors.bias)


def _percent(share: float) -> str:
    return format_quantity(share, "1", "percent")


def _signed(share: float) -> str:
    return f"+{_percent(share)}" if share > 0 else _percent(share)


def _told(kind: MeasurementKind, errors: PredictionErrors | None) -> str:
    if kind.unpredicted:
        return f"Nothing is predicted for these measurements: {kind.unpredicted}."
    if errors is None:
        return "No rows: these walls take no calibration."
    rows, median, p90, bias = _errors(errors)
    return f"Median error {median} over {rows} rows; nine of ten are within {p90}; bias {bias}."


def _tables(rows: Measurements, asked: AccuracyQuestion, names: Mapping[str, str], base: str) -> Iterator[GroupTable]:
    """Yield the errors by each property of which the rows have several values, most rows first."""
    for name in NARROWED_BY:
        values, counts = np.unique(rows[name], return_counts=True)
        if len(values) > 1:
            ordered = values[np.argsort(-counts, kind="stable")].tolist()
            yield GroupTable(_LABELS[name], tuple(_group(rows, name, value, asked, names, base) for value in ordered))


def _group(
    rows: Measurements, name: str, value: str, asked: AccuracyQuestion, names: Mapping[str, str], base: str
) -> GroupErrors:
    some = rows.where(rows[name] == value)
    link = Link(_value(name, value, names), base + asked.link(**{name: value}))
    return GroupErrors(link, *_errors(prediction_errors(some[asked.calibration], some["measured"]), len(some)))


def _value(name: str, value: str, names: Mapping[str, str]) -> str:
    """Return a value of a column as readers know it."""
    if name == "precision":
        return value.upper() or "not stated"
    return names.get(value, value) if name == "chip" else _USES.get(value, value) or "not stated"


def _furthest_first(rows: Measurements, calibration: str) -> NDArray[np.int64]:
    off = np.abs(np.log(rows[calibration] / rows["measured"]))
    return np.argsort(-off, kind="stable")


def _figure(rows: Measurements, asked: AccuracyQuestion, names: Mapping[str, str]) -> Figure:
    every = math.ceil(len(rows) / _POINTS)
    drawn = rows.where(np.arange(0, len(rows), every))
    chips, counts = np.unique(drawn["chip"], return_counts=True)
    ordered = chips[np.argsort(-counts, kind="stable")].tolist()
    legend = _short([_value("chip", chip, names) for chip in ordered])
    groups = [_points(drawn, chip, words, asked) for chip, words in zip(ordered, legend, strict=True)]
    ratio = rows[asked.calibration] / rows["measured"]
    within = float(np.mean((ratio >= 1 / FACTOR) & (ratio <= FACTOR)))
    thinned = f" One row in {every} is drawn." if every > 1 else ""
    plot = accuracy(groups, asked.kind.unit, f"{asked.kind.name} {sorted(asked.narrowed.items())}")
    columns = ("Accelerator", "Rows", "Median error", "90th percentile", "Bias")
    table = tuple(_table_row(rows, chip, asked, names) for chip in np.unique(rows["chip"]).tolist())
    return Figure(
        "accuracy-0",
        f"{asked.kind.label}: predicted over measured",
        f"{_percent(within)} of the predictions are within a factor of 2 of the measurement.{thinned}",
        embedded(orjson.dumps(plot).decode()),
        Table(columns, table),
    )


def _table_row(rows: Measurements, chip: str, asked: AccuracyQuestion, names: Mapping[str, str]) -> tuple[str, ...]:
    some = rows.where(rows["chip"] == chip)
    return _value("chip", chip, names), *_errors(prediction_errors(some[asked.calibration], some["measured"]))


def _short(names: list[str]) -> list[str]:
    """Return names of chips for a legend, which a phone has little room for: without the vendor, and without the memory
    where they differ without it, too."""
    without = [name.removeprefix("NVIDIA ") for name in names]
    shorter = [re.sub(r" \d+GB$", "", name) for name in without]
    return shorter if len(set(shorter)) == len(shorter) else without


def _points(rows: Measurements, chip: str, name: str, asked: AccuracyQuestion) -> MeasuredGroup:
    some = rows.where(rows["chip"] == chip)
    predicted, measured = some[asked.calibration].tolist(), some["measured"].tolist()
    texts = [
        f"{configuration(some, place)}<br>{figure_text(measured[place], asked.kind)} measured, "
        f"{figure_text(predicted[place], asked.kind)} predicted"
        for place in range(len(some))
    ]
    return MeasuredGroup(name, measured, predicted, texts)
