"""Stage 5: scenarios side by side. Reads, never solves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from mlsysweb.show.charts.attribution import attribution
from mlsysweb.show.charts.comparison import fronts, ratios, stacked
from mlsysweb.show.charts.kinds import draw
from mlsysweb.show.charts.pareto import FRONT
from mlsysweb.show.results.page import Figure, Link, Table
from mlsysweb.show.results.present import embedded
from solvers.analysis.attribution import Attribution
from solvers.formatting import fill_slots, format_value
from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result, Series, Value

from .page import ComparePage, ComparisonCell, ComparisonRow, Explanation_, OwnScenario, ScenarioColumn

_OVERLAID = ("roofline", "curve")
_STACKED = ("buildup", "bars")


@dataclass(frozen=True)
class ComparedScenario:
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
class CompareLinks:
    """The page's own links: with another baseline, without one of them, and why an output differs."""

    url: str
    baseline: int
    as_baseline: Sequence[str]
    without: Sequence[str]
    why: Mapping[str, str]


def compare_page(
    kept: Sequence[ComparedScenario],
    around: CompareLinks,
    why: Explanation_ | None,
    missing: Sequence[str],
    choice: Sequence[OwnScenario],
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


def _columns(kept: Sequence[ComparedScenario], around: CompareLinks) -> Iterator[ScenarioColumn]:
    for k, each in enumerate(kept):
        said = fill_slots(each.result.verdict, each.result.values) if each.result else ""
        yield ScenarioColumn(
            each.title,
            each.url,
            each.what,
            said,
            k == around.baseline,
            around.as_baseline[k],
            around.without[k] if len(kept) > 2 else "",
        )


def _inputs(kept: Sequence[ComparedScenario]) -> Iterator[ComparisonRow]:
    """Every input any of them has, in the order they have them."""
    told = [_asked(each) for each in kept]
    labels: dict[str, str] = {}
    for asked in told:
        for name, (label, _) in asked.items():
            labels.setdefault(name, label)
    for name, label in labels.items():
        cells = [asked[name][1] if name in asked else "" for asked in told]
        yield ComparisonRow(
            label, tuple(ComparisonCell(cell or "not asked", "") for cell in cells), len(set(cells)) > 1, ""
        )


def _asked(kept: ComparedScenario) -> dict[str, tuple[str, str]]:
    """A scenario's inputs: label and value. Of a page over many walls what was typed; of a wall also the figures of
    its picks that were changed."""
    if kept.result is None:
        return {
            n: (n.replace("_", " ").capitalize(), ", ".join(v) if isinstance(v, list) else str(v))
            for n, v in kept.question.items()
        }
    values = kept.result.values
    asked = {name: (values[name].label, format_value(values[name])) for name in kept.result.inputs}
    return asked | {name: (name, str(text)) for name, text in kept.question.items() if "." in name}


def _outputs(kept: Sequence[ComparedScenario], around: CompareLinks) -> Iterator[ComparisonRow]:
    """Every output any wall found, aligned by name and unit, headlines first."""
    results = [each.result for each in kept]
    names = [n for r in results if r for n in r.headline] + [n for r in results if r for n in r.outputs]
    for name in dict.fromkeys(names):
        values = [r.values[name] if r and name in r.outputs else None for r in results]
        first = next(value for value in values if value)
        aligned = [value if value and value.unit == first.unit else None for value in values]
        base = aligned[around.baseline]
        cells = tuple(
            ComparisonCell(format_value(v) if v else "", _against(v, base) if v is not base else "") for v in aligned
        )
        told = {_plain(value) for value in aligned if value}
        yield ComparisonRow(first.label, cells, len(told) > 1, around.why.get(name, "") if len(told) > 1 else "")


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
    told = f"{'+' if change > 0 else '−'}{format_quantity(abs(change), value.unit, value.display_unit)}"
    return f"{told}, ×{format_quantity(value.value / base.value, '1')}" if base.value else told


def _figures(kept: Sequence[ComparedScenario], baseline: int) -> Iterator[Figure]:
    results = [each.result for each in kept if each.result]
    titles = [each.title for each in kept if each.result]
    if len(results) == len(kept) and len({result.solver for result in results}) == 1:
        yield from _overlays(results, titles)
    shared = [n for n in dict.fromkeys(n for r in results for n in r.headline) if all(_number(r, n) for r in results)]
    if len(results) > 1 and shared and baseline < len(results):
        columns = {results[0].values[n].label: [float(r.values[n].value) for r in results] for n in shared}
        words = tuple(
            (label, *(f"×{format_quantity(v / c[baseline], '1')}" for v in c))
            for label, c in columns.items()
            if c[baseline]
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
    series = tuple(replace(track, system=k) for k, r in enumerate(results) for track in r.series if track.system == 0)
    merged = replace(first, systems=tuple(titles), series=series)
    for place, drawing in enumerate(first.charts):
        told = tuple((title, fill_slots(r.verdict, r.values)) for title, r in zip(titles, results, strict=True))
        if drawing.kind in _OVERLAID and _all_run(drawing, series, len(results)):
            yield _figure(
                f"{drawing.kind}-{place}", drawing.title, draw(drawing, merged), ("Scenario", "Verdict"), told
            )
        elif drawing.kind in _STACKED and all(_number(r, n) for r in results for n in drawing.y):
            parts = {n: [float(r.values[n].value) for r in results] for n in drawing.y}
            values = {n: first.values[n] for n in drawing.y}
            words = tuple((v.label, *(format_value(r.values[n]) for r in results)) for n, v in values.items())
            yield _figure(f"stack-{place}", drawing.title, stacked(titles, parts, values), ("", *titles), words)


def _all_run(drawing: ChartSpec, series: Sequence[Series], count: int) -> bool:
    """Whether every scenario has the columns this drawing reads along its input."""
    along = drawing.x[0] if drawing.x else ""
    have = {t.system for t in series if t.x == along and all(n in t.columns for n in drawing.y)}
    return len(have) == count


def _figure(
    id: str, title: str, plot: Mapping[str, Any], columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> Figure:
    return Figure(
        id,
        title,
        f"{title}, of all scenarios compared. The table below says the same.",
        embedded(orjson.dumps(plot).decode()),
        Table(columns, rows),
    )


def why(found: Attribution, value: Value, titles: tuple[str, str], others: Sequence[Link], moved: str) -> Explanation_:
    """What an output's difference is made of, in a sentence and a picture; `moved` says if the wall is another
    today."""
    label = value.label
    title = f"Why {label[:1].lower()}{label[1:]} differs"
    if found.unknown:
        return Explanation_(
            title,
            f"{found.unknown} of the mixtures of both questions have no answer, so there is nothing to share out.",
            None,
            tuple(others),
        )
    if not found.shares:
        return Explanation_(title, "Nothing they were asked differs.", None, tuple(others))
    causes = [(share.label, share.value) for share in found.shares if share.value] or [(found.shares[0].label, 0.0)]
    first = found.shares[0]
    whole = found.after - found.before
    part = f", {format_quantity(first.value / whole, '1', 'percent')} of it" if whole else ""
    verdict = (
        f"From {format_quantity(found.before, value.unit, value.display_unit)} to "
        f"{format_quantity(found.after, value.unit, value.display_unit)}. "
        f"Most of the difference is due to {first.label[:1].lower()}{first.label[1:]}: "
        f"{'+' if first.value > 0 else '−'}{format_quantity(abs(first.value), value.unit, value.display_unit)}"
        f"{part}.{moved}"
    )
    told = tuple((name, format_quantity(change, value.unit, value.display_unit)) for name, change in causes)
    figure = _figure("why-0", title, attribution(value, titles, found.before, causes), ("Changed", "Adds"), told)
    return Explanation_(title, verdict, figure, tuple(others))
