"""The finding of a chart, as one or two sentences derived from its data: ends, bend, extremum, largest bar. It is the
line under a chart's title, and its description for readers who cannot see it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result, Value

from .labels import without_shared_prefix
from .series import finite_rows, is_constant, last_in_view, limits_of, number, rows_in_view, series_along

# Numbers within this share of one another read as level.
_LEVEL = 0.03
# Numbers below this share of the largest read as zero.
_NOTHING = 1e-8
# A bend nearer to an end of the range than this share of its points is no bend.
_LEAST_PART = 0.08


def finding(drawing: ChartSpec, result: Result) -> str:
    """Return the finding of a chart; an empty text where nothing is known."""
    kind = _KINDS.get(drawing.kind)
    return kind(drawing, result) if kind else ""


def _curve(drawing: ChartSpec, result: Result) -> str:
    x = drawing.x[0]
    tracks = series_along(result, x)
    if not tracks:
        return ""
    track, told = tracks[0], []
    seen: dict[tuple[tuple[float, ...], ...], str] = {}
    last = last_in_view(track, x, drawing.y[0], limits_of(drawing, result))
    for y in drawing.y:
        rows = rows_in_view(track, x, y, last)
        value = result.values[y]
        if not rows:
            continue
        if (same := seen.get(rows)) is not None:
            told.append(f"{value.label}: equal to {uncapitalized(same)}.")
            continue
        seen[rows] = value.label
        marks = [number(result, name) for name in drawing.x_marks]
        told.append(f"{value.label}: {shape(rows, value, result.values[x], marks)}.")
    system = f"{result.systems[track.system]}. " if len(result.systems) > 1 else ""
    return system + " ".join(told)


def shape(rows: Sequence[tuple[float, ...]], value: Value, across: Value, marks: Sequence[float] = ()) -> str:
    """Return the course of a line in words: constant, level to a bend, over an extremum, or from end to end. A bend is
    at the one of `marks` that lies beside it, if one does."""
    xs, ys = [row[0] for row in rows], [row[1] for row in rows]
    least = max(map(abs, ys)) * _NOTHING
    first, last = (_shown(value, y) if abs(y) >= least else "almost 0" for y in (ys[0], ys[-1]))
    if is_constant(ys):
        return f"constant at {first}"
    low, high = ys.index(min(ys)), ys.index(max(ys))
    for at, word, after in ((low, "lowest", "rising"), (high, "highest", "falling")):
        if _is_inside(at, rows) and _differs(ys[at], ys[0]) and _differs(ys[at], ys[-1]):
            return (
                f"{word} at {_at(across, xs[at])} with {_shown(value, ys[at])}, from {first} at the start and "
                f"{after} to {last} at the end"
            )
    turn = "rising" if ys[-1] > ys[0] else "falling"
    level = next((k for k, y in enumerate(ys) if _differs(y, ys[0])), len(ys)) - 1
    if _is_inside(level, rows) and _differs(ys[-1], ys[0]):
        bend = next((mark for mark in marks if xs[level] <= mark <= xs[level + 1]), xs[level])
        return f"{first} to {_at(across, bend)}, then {turn} to {last} at {_shown(across, xs[-1])}"
    level = len(ys) - next((k for k, y in enumerate(reversed(ys)) if _differs(y, ys[-1])), len(ys))
    if _is_inside(level, rows) and _differs(ys[-1], ys[0]):
        return f"{turn} from {first} to {last} at {_at(across, xs[level])}, then level"
    return f"{turn} from {first} at {_at(across, xs[0])} to {last} at {_shown(across, xs[-1])}"


def _is_inside(place: int, rows: Sequence[object]) -> bool:
    return _LEAST_PART * len(rows) <= place <= (1 - _LEAST_PART) * (len(rows) - 1)


def _differs(one: float, other: float) -> bool:
    return abs(one - other) > _LEVEL * max(abs(one), abs(other))


def _bars(drawing: ChartSpec, result: Result) -> str:
    values = [result.values[name] for name in drawing.y]
    names = without_shared_prefix([value.label for value in values])
    rows = list(zip(names, values, (number(result, name) for name in drawing.y), strict=True))
    known = sorted((row for row in rows if math.isfinite(row[2]) and row[2]), key=lambda row: -abs(row[2]))
    told = []
    if len(known) > 1 and _shown(*known[0][1:]) == _shown(*known[-1][1:]):
        told = [f"Equal: {_shown(*known[0][1:])} each."]
    elif len(known) > 1:
        (most, value, much), (least, _, little) = known[0], known[-1]
        ratio = format_quantity(abs(much / little), "1")
        told = [f"{most}: {_shown(value, much)}, {ratio} times {uncapitalized(least)}."]
    elif known:
        told = [f"{known[0][0]}: {_shown(*known[0][1:])}."]
    return " ".join([*told, *_zeros([name for name, _, v in rows if v == 0])])


def _buildup(drawing: ChartSpec, result: Result) -> str:
    rows = [(result.values[name], number(result, name)) for name in drawing.y]
    known = [(value, v) for value, v in rows if math.isfinite(v) and v > 0]
    told = []
    if known:
        whole = sum(v for _, v in known)
        value, most = max(known, key=lambda row: row[1])
        share = format_quantity(most / whole, "1", "percent")
        told = [f"Largest part: {uncapitalized(value.label)}, {share} of {_shown(value, whole)}."]
    return " ".join([*told, *_zeros([value.label for value, v in rows if v == 0])])


def _waterfall(drawing: ChartSpec, result: Result) -> str:
    rows = [(result.values[name].label, number(result, name)) for name in drawing.y]
    known = [(label, v) for label, v in rows if math.isfinite(v) and v > 0]
    if not known:
        return ""
    label, least = min(known, key=lambda row: row[1])
    left = format_quantity(math.prod(v for _, v in known), "1", "percent")
    told = [f"{left} is left. Smallest: {uncapitalized(label)}, × {format_quantity(least, '1')}."]
    none = [uncapitalized(label) for label, v in rows if v == 1]
    return " ".join([*told, *([f"No loss: {', '.join(none)}."] if none else [])])


def _alternatives(drawing: ChartSpec, result: Result) -> str:
    choice, name = drawing.x[0], drawing.y[0]
    tracks, value = series_along(result, choice), result.values[name]
    told = []
    for place, word in enumerate(tracks[0].columns[choice] if tracks else ()):
        bars = [(result.systems[t.system], v) for t in tracks for (v,) in finite_rows([t.columns[name][place]])]
        if len(drawing.y) > 1:
            bars += [("the reference", v) for (v,) in finite_rows([tracks[0].columns[drawing.y[1]][place]])]
        if bars:
            system, least = min(bars, key=lambda bar: bar[1])
            most = max(v for _, v in bars)
            more = (
                f", {format_quantity(1 - least / most, '1', 'percent')} less than the highest" if least < most else ""
            )
            told.append(
                f"{str(word).replace('_', ' ').capitalize()}: lowest with {system}, {_shown(value, least)}{more}."
            )
    return " ".join(told)


def _roofline(drawing: ChartSpec, result: Result) -> str:
    rate, intensity = result.values["achieved_rate"], result.values["arithmetic_intensity"]
    at, x, ridge = (number(result, name) for name in ("achieved_rate", "arithmetic_intensity", "ridge_point"))
    if not all(map(math.isfinite, (at, x, ridge))):
        return ""
    side = "below" if x < ridge else "above"
    return (
        f"Batch {_shown(result.values['batch_size'], number(result, 'batch_size'))}: {_shown(rate, at)} at "
        f"{_shown(intensity, x)}, {side} the ridge at {_shown(intensity, ridge)}."
    )


def _zeros(labels: Sequence[str]) -> list[str]:
    return [f"Zero: {', '.join(map(uncapitalized, labels))}."] if labels else []


def _shown(value: Value, number: float) -> str:
    return format_quantity(number, value.unit, value.display_unit)


def _at(across: Value, number: float) -> str:
    return f"{uncapitalized(across.label)} {_shown(across, number)}"


def uncapitalized(label: str) -> str:
    """Return a label as within a sentence: `batch size`; an abbreviation keeps its capitals."""
    return label[0].lower() + label[1:] if label[1:2].islower() or label[1:2] == " " else label


_KINDS: dict[str, Callable[[ChartSpec, Result], str]] = {
    "alternatives": _alternatives,
    "bars": _bars,
    "buildup": _buildup,
    "curve": _curve,
    "roofline": _roofline,
    "waterfall": _waterfall,
}
