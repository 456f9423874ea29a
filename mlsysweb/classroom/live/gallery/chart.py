"""The chart of a class's designs: cost against another figure, with their Pareto front."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import orjson

from mlsysweb.show.charts.axes import axis, layout, reach_of, scale
from mlsysweb.show.results.page import Card, Figure, Table
from mlsysweb.show.results.present import embedded
from solvers.grammar import agree
from solvers.result import Value

from .designs import GalleryItem, class_front


def designs_figure(designs: Sequence[GalleryItem], x: str, y: str, own: int | None = None) -> Figure | None:
    """Return the chart of two figures of the designs, by name; `own` is the number of the reader's. None where no
    design has both."""
    drawn = [each for each in designs if math.isfinite(each.number_of(x)) and math.isfinite(each.number_of(y))]
    if not drawn or x == y:
        return None
    best = class_front(drawn, x, y)
    missed = [each for each in drawn if not each.meets]
    others = [each for each in drawn if each.meets and each not in best]
    x_value, y_value = _value(drawn[0].figures[x]), _value(drawn[0].figures[y])
    traces = [
        _dots("Misses a requirement", missed, x_value, y_value, (x, y), "token:danger", "circle-open", "markers+text"),
        _dots("Meets all", others, x_value, y_value, (x, y), "token:compute", "circle", "markers+text"),
        _dots("Pareto front", best, x_value, y_value, (x, y), "token:carbon", "diamond", "lines+markers+text"),
    ]
    mine = [each for each in drawn if each.number == own]
    traces.append(_dots("Yours", mine, x_value, y_value, (x, y), "token:money", "star", "markers"))
    plot = {
        "data": [trace for trace in traces if trace["x"]],
        "layout": layout(
            xaxis=axis(x_value, reach_of([each.number_of(x) for each in drawn])),
            yaxis=axis(y_value, reach_of([each.number_of(y) for each in drawn])),
        ),
    }
    return Figure(
        id="class-designs",
        title=f"Designs of the class: {x_value.label.lower()} vs. {_inside(y_value.label)}",
        description=_description(designs, drawn, best),
        plot=embedded(orjson.dumps(plot).decode()),
        table=_table(designs, best, x, y, (x_value.label, y_value.label)),
    )


def _inside(label: str) -> str:
    """Return a label as it reads inside a sentence: an abbreviation keeps its capitals."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _description(designs: Sequence[GalleryItem], drawn: Sequence[GalleryItem], best: Sequence[GalleryItem]) -> str:
    on_front = (
        f"{agree(str(len(best)), ' designs are Pareto-optimal')} among those that meet every requirement."
        if best
        else "None meets every requirement, so there is no Pareto front."
    )
    absent = len(designs) - len(drawn)
    left_out = f" {agree(str(absent), ' designs')} without both figures: not drawn." if absent else ""
    return f"{agree(str(len(drawn)), ' designs')} by number. {on_front}{left_out}"


def _value(card: Card) -> Value:
    return Value(0.0, card.unit, card.display_unit, card.label)


def _dots(
    name: str,
    designs: Sequence[GalleryItem],
    x_value: Value,
    y_value: Value,
    figures: tuple[str, str],
    colour: str,
    symbol: str,
    mode: str,
) -> dict[str, Any]:
    x, y = figures
    return {
        "type": "scatter",
        "mode": mode,
        "name": name,
        "x": [each.number_of(x) * scale(x_value) for each in designs],
        "y": [each.number_of(y) * scale(y_value) for each in designs],
        "text": [str(each.number) for each in designs],
        "textposition": "middle right",
        "cliponaxis": False,
        "customdata": [
            f"{each.number}. {each.who or each.title}: {each.figures[x].value}, {each.figures[y].value}"
            for each in designs
        ],
        "meta": {"urls": [each.url for each in designs]},
        "marker": {"color": colour, "symbol": symbol, "size": 11},
        "line": {"color": colour, "width": 1.5, "dash": "dot"},
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _table(
    designs: Sequence[GalleryItem], best: Sequence[GalleryItem], x: str, y: str, labels: tuple[str, str]
) -> Table:
    def text(design: GalleryItem, figure: str) -> str:
        card = design.figures.get(figure)
        return card.value if card else "unknown"

    rows = tuple(
        (
            f"{each.number}. {each.who or each.title}",
            text(each, x),
            text(each, y),
            "Pareto-optimal" if each in best else "meets all" if each.meets else "misses a requirement",
        )
        for each in designs
    )
    return Table(("Design", *labels, "Status"), rows)
