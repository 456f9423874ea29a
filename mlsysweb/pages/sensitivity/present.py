"""Presenter (stage 5) of the sensitivity page. Does not solve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from mlsysweb.show.charts.tornado import tornado
from mlsysweb.show.results.page import Figure, Link, Table
from mlsysweb.show.results.present import embedded
from solvers.declare import Solver
from solvers.formatting import format_value, member_words
from solvers.grammar import agree
from solvers.meta.sensitivity import Breakpoint, ElasticityRow, Sensitivity
from solvers.quantities import format_quantity

from .page import ElasticityLine, SensitivityPage

# Below this, one percent changes less than a thousandth of a percent: counted as no effect.
_STILL = 1e-3
_MOST = 14
# Counts that tell architectures apart: one percent more of them is no model.
_STRUCTURE = (".mlp_matrices", ".generative")


def sensitivity_page(
    solver: Solver[Any, Any], found: Sensitivity | None, output: str, wall: str, links: Mapping[str, str], error: str
) -> SensitivityPage:
    """Return the parameters that affect the output, the largest elasticity first; the number of those that do not; and
    the breakpoints."""
    label = solver.outputs[output].label if output in solver.outputs else output
    told = [row for row in found.rows if not row.name.endswith(_STRUCTURE)] if found else []
    rows = [row for row in told if abs(row.elasticity) >= _STILL][:_MOST]
    return SensitivityPage(
        title=solver.title,
        wall=Link(solver.title, wall),
        output=label,
        verdict=_verdict(label, rows),
        outputs=tuple(Link(solver.outputs[name].label, url, name == output) for name, url in links.items()),
        elasticities=tuple(_elasticity_line(row) for row in rows),
        still=sum(abs(row.elasticity) < _STILL for row in told),
        turns=tuple(_turns(solver, [turn for turn in found.breakpoints if not turn.name.endswith(_STRUCTURE)]))
        if found
        else (),
        figure=_figure(label, rows) if rows else None,
        error=error,
        whole=links.get(output, ""),
    )


def _verdict(label: str, rows: list[ElasticityRow]) -> str:
    if not rows:
        return f"No input matters. None changes {_small(label)} here."
    first = rows[0]
    sentence = f"{first.label} matters most. 1\u00a0% more of it changes {_small(label)} by {_percent(first)}."
    bought = next((row for row in rows if row.hardware), None)
    if bought is None:
        return f"{sentence} No hardware figure changes it."
    if bought is first:
        return f"{sentence} It is the hardware limit."
    return f"{sentence} Of the hardware, {_small(bought.label)} matters most: {_percent(bought)}."


def _small(label: str) -> str:
    """Return a label for the middle of a sentence, in lower case unless it begins with two capitals (an
    abbreviation)."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _percent(row: ElasticityRow) -> str:
    return format_quantity(row.elasticity / 100, "1", "percent")


def _elasticity_line(row: ElasticityRow) -> ElasticityLine:
    return ElasticityLine(row.label, row.name, _percent(row), "compute" if row.hardware else "overhead")


def _turns(solver: Solver[Any, Any], breakpoints: Sequence[Breakpoint]) -> Iterator[str]:
    for each in breakpoints[:8]:
        said = "; ".join(
            f"{_small(solver.outputs[change.output].label)} goes from {member_words(change.before)} to "
            f"{member_words(change.after)}"
            for change in each.changes
        )
        slopes = (
            f"the effect of +1\u00a0% is {format_quantity(each.below / 100, '1', 'percent')} below and "
            f"{format_quantity(each.above / 100, '1', 'percent')} above"
        )
        times = agree(format_quantity(each.factor, "1"), " times the current value")
        known = each.setting.value == each.setting.value
        at = f"{format_value(each.setting)} ({times})" if known else times
        yield f"{each.label} at {at}: {said or slopes}."


def _finding(rows: list[ElasticityRow]) -> str:
    """Return the inputs with the largest and the smallest effect in the chart."""
    sizes = sorted(rows, key=lambda row: -abs(row.elasticity))
    if not sizes:
        return ""
    first = f"Largest: {_small(sizes[0].label)}, {_percent(sizes[0])}"
    return f"{first}; smallest shown: {_small(sizes[-1].label)}, {_percent(sizes[-1])}."


def _figure(label: str, rows: list[ElasticityRow]) -> Figure:
    told = tuple(
        (row.label, row.name, _percent(row), "hardware specification" if row.hardware else "design choice")
        for row in rows
    )
    title = f"Effect of a 1\u00a0% increase on {_small(label)}"
    return Figure(
        id="tornado-0",
        title=title,
        description=_finding(rows),
        plot=embedded(orjson.dumps(tornado(rows)).decode()),
        table=Table(("Input", "API name", "Change for +1\u00a0%", "Kind"), told),
    )
