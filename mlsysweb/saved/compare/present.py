"""Presenter (stage 5) of the comparison page. Does not solve."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from mlsysweb.saved.opened import OpenedAnswer
from mlsysweb.show.charts.attribution import attribution
from mlsysweb.show.charts.comparison import fronts, ratios, stacked
from mlsysweb.show.charts.kinds import draw
from mlsysweb.show.charts.pareto import FRONT
from mlsysweb.show.forms.page import Option
from mlsysweb.show.results.page import Card, Figure, Link, Table
from mlsysweb.show.results.present import embedded
from solvers.analysis.attribution import Attribution
from solvers.formatting import fill_slots, format_value
from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result, Series, Value

from .outputs import output_rows, split_rows
from .page import ComparePage, ComparisonCell, ComparisonRow, ExplainForm, Explanation_, OfferedScenario, ScenarioColumn

_OVERLAID = ("roofline", "curve")
_STACKED = ("buildup", "bars")
# The most groups of bars that can still be told apart.
_MOST_RATIOS = 12


@dataclass(frozen=True)
class ComparedScenario:
    """A scenario with its stored answer (`answers.OpenedAnswer`)."""

    id: str
    title: str
    url: str
    what: str
    solver: str
    kept: OpenedAnswer


@dataclass(frozen=True)
class CompareLinks:
    """The page's own links: with another baseline, and without one of the scenarios. `explained` are the outputs whose
    difference can be attributed, `asked` the one that is, and `query` the other names of the page's query."""

    url: str
    baseline: int
    as_baseline: Sequence[str]
    without: Sequence[str]
    explained: Collection[str]
    asked: str
    query: Mapping[str, str]


def compare_page(
    compared: Sequence[ComparedScenario],
    around: CompareLinks,
    why: Explanation_ | None,
    missing: Sequence[str],
    choice: Sequence[OfferedScenario],
) -> ComparePage:
    """Return the comparison; with fewer than two scenarios only the choice of scenarios."""
    enough = len(compared) > 1
    inputs = tuple(_inputs(compared)) if enough else ()
    answers = [each.kept for each in compared]
    rows = dict(output_rows(answers, around.baseline)) if enough else {}
    first, others = split_rows(answers, rows)
    return ComparePage(
        columns=tuple(_columns(compared, around)),
        inputs=tuple(line for line in inputs if line.differs),
        same=tuple(line for line in inputs if not line.differs),
        outputs=first,
        others=others,
        explain=_explain_form(rows, around),
        figures=tuple(_figures(compared, around.baseline)) if enough else (),
        why=why,
        missing=tuple(missing),
        choice=tuple(choice),
        action=around.url,
    )


_AS_HTML = "It was kept as HTML, which has no figures to compare; recompute it as a new version."


def _columns(compared: Sequence[ComparedScenario], around: CompareLinks) -> Iterator[ScenarioColumn]:
    for k, each in enumerate(compared):
        yield ScenarioColumn(
            each.title,
            each.url,
            each.what,
            _AS_HTML if each.kept.html else each.kept.verdict,
            k == around.baseline,
            around.as_baseline[k],
            around.without[k] if len(compared) > 2 else "",
        )


def _inputs(compared: Sequence[ComparedScenario]) -> Iterator[ComparisonRow]:
    """Yield every input that any scenario has, in their order."""
    told = [{each.name: each for each in scenario.kept.inputs} for scenario in compared]
    for name in dict.fromkeys(name for inputs in told for name in inputs):
        label = next(inputs[name].label for inputs in told if name in inputs)
        cells = [inputs[name].text if name in inputs else "" for inputs in told]
        yield ComparisonRow(
            label, tuple(ComparisonCell(cell or "not asked", "") for cell in cells), len(set(cells)) > 1
        )


def _explain_form(rows: Mapping[str, ComparisonRow], around: CompareLinks) -> ExplainForm | None:
    names = [name for name, row in rows.items() if row.differs and name in around.explained]
    options = tuple(Option(name, rows[name].label, name == around.asked) for name in names)
    return ExplainForm(options, tuple(around.query.items())) if options else None


def _figures(compared: Sequence[ComparedScenario], baseline: int) -> Iterator[Figure]:
    results = [each.kept.result for each in compared if each.kept.result]
    if len(results) == len(compared) and len({result.solver for result in results}) == 1:
        yield from _overlays(results, [each.title for each in compared])
    yield from _ratios(compared, baseline)
    yield from _fronts(compared)


def _ratios(compared: Sequence[ComparedScenario], baseline: int) -> Iterator[Figure]:
    """Yield the chart of headline outputs as multiples of the baseline's. Outputs are those that every scenario with
    outputs has."""
    able = [each for each in compared if each.kept.cards]
    if len(able) < 2 or compared[baseline] not in able:
        return
    base, titles = able.index(compared[baseline]), [each.title for each in able]
    names = dict.fromkeys(name for each in able for name in each.kept.headline)
    shared = [name for name in names if _comparable([each.kept.cards.get(name) for each in able])][:_MOST_RATIOS]
    if not shared:
        return
    columns = {able[0].kept.cards[n].label: [float(each.kept.cards[n].number or 0) for each in able] for n in shared}
    words = tuple(
        (label, *(f"×{format_quantity(v / numbers[base], '1')}" for v in numbers))
        for label, numbers in columns.items()
        if numbers[base]
    )
    title = "Headline figures vs. the baseline"
    yield _figure("ratios-0", title, ratios(titles, columns, base), ("", *titles), words)


def _comparable(cards: Sequence[Card | None]) -> bool:
    """Return whether all scenarios have the output, as a number in the same unit."""
    return (
        all(card is not None and card.number is not None for card in cards) and len({c.unit for c in cards if c}) == 1
    )


def _fronts(compared: Sequence[ComparedScenario]) -> Iterator[Figure]:
    """Yield the fronts in one chart, where pages of the same type have a front in the same chart."""
    drawn = [(each.title, front) for each in compared if each.kept.page for front in _front(each)]
    first = drawn[0][1] if drawn else None
    fitting = [(title, front) for title, front in drawn if first and _axes(front) == _axes(first)]
    if len(fitting) > 1:
        titles, plots = zip(*fitting, strict=True)
        rows = tuple((title,) for title in titles)
        yield _figure("fronts-0", "Their fronts", fronts(titles, plots, FRONT), ("Front",), rows)


def _front(scenario: ComparedScenario) -> Iterator[Mapping[str, Any]]:
    """Yield the first chart of a page that has a front."""
    figures = scenario.kept.page.summary.figures if scenario.kept.page else ()
    plots = (orjson.loads(figure.plot) for figure in figures)
    front = next((p for p in plots if any(trace.get("name") == FRONT for trace in p["data"])), None)
    if front:
        yield front


def _axes(plot: Mapping[str, Any]) -> tuple[str, str]:
    """Return the axis titles of a chart: fronts over different quantities are not combined."""
    layout = plot["layout"]
    across, up = (layout.get(axis, {}).get("title", {}).get("text", "") for axis in ("xaxis", "yaxis"))
    return str(across), str(up)


def _number(result: Result, name: str) -> bool:
    return name in result.values and isinstance(result.values[name].value, float)


def _overlays(results: Sequence[Result], titles: Sequence[str]) -> Iterator[Figure]:
    """Yield the wall's own charts with one system per scenario; charts of parts of a whole are stacked instead."""
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
    """Return whether every scenario has the columns that this chart reads along its input."""
    along = drawing.x[0] if drawing.x else ""
    have = {t.system for t in series if t.x == along and all(n in t.columns for n in drawing.y)}
    return len(have) == count


def _figure(
    id: str, title: str, plot: Mapping[str, Any], columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> Figure:
    return Figure(
        id,
        title,
        f"{title} of the compared scenarios; the table below lists the values.",
        embedded(orjson.dumps(plot).decode()),
        Table(columns, rows),
    )


def why(
    shapley: Attribution, value: Value, titles: tuple[str, str], others: Sequence[Link], moved: str
) -> Explanation_:
    """Return the attribution of an output's difference as a sentence and a chart; `moved` says whether the wall has
    changed since."""
    label = value.label
    title = f"Why {label[:1].lower()}{label[1:]} differs"
    if shapley.unknown:
        return Explanation_(
            title,
            f"{shapley.unknown} of the mixtures of both questions have no answer, so there is nothing to share out.",
            None,
            tuple(others),
        )
    if not shapley.shares:
        return Explanation_(title, "Nothing they were asked differs.", None, tuple(others))
    causes = [(share.label, share.value) for share in shapley.shares if share.value] or [(shapley.shares[0].label, 0.0)]
    first = shapley.shares[0]
    whole = shapley.after - shapley.before
    part = f", {format_quantity(first.value / whole, '1', 'percent')} of it" if whole else ""
    verdict = (
        f"From {format_quantity(shapley.before, value.unit, value.display_unit)} to "
        f"{format_quantity(shapley.after, value.unit, value.display_unit)}. "
        f"Most of the difference is due to {first.label[:1].lower()}{first.label[1:]}: "
        f"{'+' if first.value > 0 else '−'}{format_quantity(abs(first.value), value.unit, value.display_unit)}"
        f"{part}.{moved}"
    )
    told = tuple((name, format_quantity(change, value.unit, value.display_unit)) for name, change in causes)
    figure = _figure("why-0", title, attribution(value, titles, shapley.before, causes), ("Changed", "Adds"), told)
    return Explanation_(title, verdict, figure, tuple(others))
