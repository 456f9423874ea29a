"""Stage 5: scenarios side by side. Reads, never solves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from mlsysweb.charts.kinds import draw
from mlsysweb.charts.pareto import FRONT
from mlsysweb.charts.shares import shares
from mlsysweb.charts.stacks import fronts, ratios, stacked
from mlsysweb.results.page import Figure, Link, Table
from mlsysweb.results.present import embedded
from solvers.attribution import Attribution
from solvers.quantities import human
from solvers.result import Drawing, Result, Track, Value
from solvers.say import reading, say

from .page import Cell, Column, ComparePage, Line, Own, Why

_OVERLAID = ("roofline", "curve")
_STACKED = ("buildup", "bars")


@dataclass(frozen=True)
class Kept:
    """A scenario as it was kept: a wall's `result`, or what another page asked and its figures by id."""

    id: str
    title: str
    url: str
    what: str
    solver: str
    question: Mapping[str, Any]
    result: Result | None
    plots: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Around:
    """The page's own links: with another baseline, without one of them, and why an output differs."""

    url: str
    baseline: int
    as_baseline: Sequence[str]
    without: Sequence[str]
    why: Mapping[str, str]


def compare_page(
    kept: Sequence[Kept], around: Around, why: Why | None, missing: Sequence[str], choice: Sequence[Own]
) -> ComparePage:
    """All of it; of one scenario, or none, only what to choose from."""
    enough = len(kept) > 1
    inputs = tuple(_inputs(kept)) if enough else ()
    return ComparePage(
        columns=tuple(_columns(kept, around)),
        inputs=tuple(line for line in inputs if line.differs),
        same=tuple(line for line in inputs if not line.differs),
        outputs=tuple(_outputs(kept, around)) if enough else (),
        figures=tuple(_figures(kept, around.baseline)) if enough else (),
        why=why,
        missing=tuple(missing),
        choice=tuple(choice),
        action=around.url,
    )


def _columns(kept: Sequence[Kept], around: Around) -> Iterator[Column]:
    for k, each in enumerate(kept):
        said = say(each.result.verdict, each.result.values) if each.result else ""
        yield Column(
            each.title, each.url, each.what, said, k == around.baseline, around.as_baseline[k],
            around.without[k] if len(kept) > 2 else "",
        )  # fmt: skip


def _inputs(kept: Sequence[Kept]) -> Iterator[Line]:
    """Every input any of them has, in the order they have them."""
    told = [_asked(each) for each in kept]
    labels: dict[str, str] = {}
    for asked in told:
        for name, (label, _) in asked.items():
            labels.setdefault(name, label)
    for name, label in labels.items():
        cells = [asked[name][1] if name in asked else "" for asked in told]
        yield Line(label, tuple(Cell(cell or "not asked", "") for cell in cells), len(set(cells)) > 1, "")


def _asked(kept: Kept) -> dict[str, tuple[str, str]]:
    """A scenario's inputs: label and value. Of a page over many walls what was typed; of a wall also the figures of
    its picks that were changed."""
    if kept.result is None:
        return {
            n: (n.replace("_", " ").capitalize(), ", ".join(v) if isinstance(v, list) else str(v))
            for n, v in kept.question.items()
        }
    values = kept.result.values
    asked = {name: (values[name].label, reading(values[name])) for name in kept.result.inputs}
    return asked | {name: (name, str(text)) for name, text in kept.question.items() if "." in name}


def _outputs(kept: Sequence[Kept], around: Around) -> Iterator[Line]:
    """Every output any wall found, aligned by name and unit, headlines first."""
    results = [each.result for each in kept]
    names = [n for r in results if r for n in r.headline] + [n for r in results if r for n in r.outputs]
    for name in dict.fromkeys(names):
        values = [r.values[name] if r and name in r.outputs else None for r in results]
        first = next(value for value in values if value)
        aligned = [value if value and value.unit == first.unit else None for value in values]
        base = aligned[around.baseline]
        cells = tuple(Cell(reading(v) if v else "", _against(v, base) if v is not base else "") for v in aligned)
        told = {_plain(value) for value in aligned if value}
        yield Line(first.label, cells, len(told) > 1, around.why.get(name, "") if len(told) > 1 else "")


def _plain(value: Value) -> Any:
    return "nan" if value.value != value.value else value.value


def _against(value: Value | None, base: Value | None) -> str:
    """The difference to the baseline and the ratio; nothing for words, and where either is unknown or endless."""
    if value is None or base is None or isinstance(value.value, bool | str) or isinstance(base.value, bool | str):
        return ""
    change = value.value - base.value
    if not math.isfinite(change):
        return ""
    if change == 0:
        return "the same"
    told = f"{'+' if change > 0 else '−'}{human(abs(change), value.unit, value.shown)}"
    return f"{told}, ×{human(value.value / base.value, '1')}" if base.value else told


def _figures(kept: Sequence[Kept], baseline: int) -> Iterator[Figure]:
    results = [each.result for each in kept if each.result]
    titles = [each.title for each in kept if each.result]
    if len(results) == len(kept) and len({result.solver for result in results}) == 1:
        yield from _overlays(results, titles)
    shared = [n for n in dict.fromkeys(n for r in results for n in r.headline) if all(_number(r, n) for r in results)]
    if len(results) > 1 and shared and baseline < len(results):
        columns = {results[0].values[n].label: [float(r.values[n].value) for r in results] for n in shared}
        words = tuple(
            (label, *(f"×{human(v / c[baseline], '1')}" for v in c)) for label, c in columns.items() if c[baseline]
        )
        yield _figure(
            "ratios-0", "Headline figures against the baseline", ratios(titles, columns, baseline), ("", *titles), words
        )
    plots = [each.plots.get("plot-front-0") for each in kept]
    drawn = [plot for plot in plots if plot]
    if len(drawn) > 1:
        names = [each.title for each, plot in zip(kept, plots, strict=True) if plot]
        yield _figure("fronts-0", "Their fronts", fronts(names, drawn, FRONT), ("Front",), tuple((n,) for n in names))


def _number(result: Result, name: str) -> bool:
    return name in result.values and isinstance(result.values[name].value, float)


def _overlays(results: Sequence[Result], titles: Sequence[str]) -> Iterator[Figure]:
    """The wall's own charts with a system for each scenario, and what is made of parts as stacks."""
    first = results[0]
    tracks = tuple(replace(track, system=k) for k, r in enumerate(results) for track in r.tracks if track.system == 0)
    merged = replace(first, systems=tuple(titles), tracks=tracks)
    for place, drawing in enumerate(first.drawings):
        told = tuple((title, say(r.verdict, r.values)) for title, r in zip(titles, results, strict=True))
        if drawing.kind in _OVERLAID and _all_run(drawing, tracks, len(results)):
            yield _figure(
                f"{drawing.kind}-{place}", drawing.title, draw(drawing, merged), ("Scenario", "Verdict"), told
            )
        elif drawing.kind in _STACKED and all(_number(r, n) for r in results for n in drawing.y):
            parts = {n: [float(r.values[n].value) for r in results] for n in drawing.y}
            values = {n: first.values[n] for n in drawing.y}
            words = tuple((v.label, *(reading(r.values[n]) for r in results)) for n, v in values.items())
            yield _figure(f"stack-{place}", drawing.title, stacked(titles, parts, values), ("", *titles), words)


def _all_run(drawing: Drawing, tracks: Sequence[Track], count: int) -> bool:
    """Whether every scenario has the columns this drawing reads along its input."""
    along = drawing.along[0] if drawing.along else ""
    have = {t.system for t in tracks if t.along == along and all(n in t.columns for n in drawing.y)}
    return len(have) == count


def _figure(
    id: str, title: str, plot: Mapping[str, Any], columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> Figure:
    return Figure(
        id, title, f"{title}, of all scenarios compared. The table below says the same.",
        embedded(orjson.dumps(plot).decode()), Table(columns, rows),
    )  # fmt: skip


def why(found: Attribution, value: Value, titles: tuple[str, str], others: Sequence[Link], moved: str) -> Why:
    """What an output's difference is made of, in a sentence and a picture; `moved` says if the wall is another today."""
    label = value.label
    title = f"Why {label[:1].lower()}{label[1:]} differs"
    if found.unknown:
        return Why(
            title,
            f"{found.unknown} of the mixtures of both questions have no answer, so there is nothing to share out.",
            None,
            tuple(others),
        )
    if not found.shares:
        return Why(title, "Nothing they were asked differs.", None, tuple(others))
    causes = [(share.label, share.value) for share in found.shares if share.value] or [(found.shares[0].label, 0.0)]
    first = found.shares[0]
    whole = found.after - found.before
    part = f", {human(first.value / whole, '1', 'percent')} of it" if whole else ""
    verdict = (
        f"From {human(found.before, value.unit, value.shown)} to {human(found.after, value.unit, value.shown)}. "
        f"Most of the difference is due to {first.label[:1].lower()}{first.label[1:]}: "
        f"{'+' if first.value > 0 else '−'}{human(abs(first.value), value.unit, value.shown)}{part}.{moved}"
    )
    told = tuple((name, human(change, value.unit, value.shown)) for name, change in causes)
    figure = _figure("why-0", title, shares(value, titles, found.before, causes), ("Changed", "Adds"), told)
    return Why(title, verdict, figure, tuple(others))
