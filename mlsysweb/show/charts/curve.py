"""Outputs along one input: a panel for each unit, the panels one above the other over the same x axis, with marks where
the regime changes. A line that is constant or equal to another is not drawn; `findings.py` says so."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mlsysweb.show.measurements.page import MeasuredPoint
from solvers.formatting import format_column
from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result, Series, Value

from .axes import LEGEND_ABOVE_HEADING, Reach, axis, layout, scale, suffix, title
from .labels import broken, mark_line, mark_words
from .measured_points import MEASURED_LABEL, DrawnPoint, measured_trace, points_along
from .series import (
    SERIES,
    finite_rows,
    is_constant,
    is_infeasible,
    last_in_view,
    least_drawn,
    limits_of,
    number,
    places_along,
    rounded,
    rows_in_view,
    series_along,
    system_name,
)
from .ticks import title_unit

_DASHES = ("solid", "dot", "dash", "dashdot")
# The share of the height between two panels, and the least of a line of the labels at the ends.
_GAP, _LABEL_GAP = 0.16, 0.055
_MOST_LABELS = 4


@dataclass(frozen=True, eq=False)
class _Line:
    """One line: the outputs of one system, in SI, and what is called by its name."""

    system: int
    place: int
    value: Value
    name: str
    system_name: str
    rows: tuple[tuple[float, ...], ...]
    colour: str


@dataclass(frozen=True)
class _Panel:
    """The lines in one unit with the measured points beside them, and the part of the height that their axis takes,
    from the bottom."""

    lines: tuple[_Line, ...]
    measured: tuple[DrawnPoint, ...]
    low: float
    high: float
    axis: str
    reach: Reach

    @property
    def value(self) -> Value:
        return self.lines[0].value


def curve(drawing: ChartSpec, result: Result, measured: Sequence[MeasuredPoint] = ()) -> dict[str, Any]:
    """Return the figure of a `curve` chart. `layout.meta.along` names the input along x. Measured points that have a
    figure for x and for one of the outputs are hollow, in one trace of each panel."""
    x = drawing.x[0]
    across = result.values[x]
    panels = _panels(drawing, result, measured)
    if not panels:
        return {"data": [], "layout": layout()}
    reach = _reach_of_x([line for panel in panels for line in panel.lines], result, drawing)
    ends = [label for panel in panels for label in _end_labels(panel, len(panels))]
    marks = list(_marks(drawing, result, reach))
    first_measured = next((panel for panel in panels if panel.measured), None)
    return {
        "data": [
            *_lines(panels, across),
            *(measured_trace(each.measured, across, each.value, each.axis) for each in panels if each.measured),
            *_points(panels, result, x),
        ],
        "layout": layout(
            xaxis=axis(across, reach, most=7, **_crosshair(across), anchor=panels[-1].axis),
            **{f"yaxis{panel.axis[1:]}": _y_axis(panel) for panel in panels},
            hovermode="x unified",
            hoversubplots="axis",
            showlegend=not ends and any(len(panel.lines) > 1 for panel in panels),
            legend=LEGEND_ABOVE_HEADING,
            margin={"l": 64, "r": _margin(ends), "t": 30, "b": 56},
            meta={"along": x},
            shapes=[mark_line(at * scale(across)) for at, _ in marks],
            annotations=[
                *(_heading(panel, labelled=panel is first_measured) for panel in panels),
                *ends,
                *(_mark_label(nth, at, words, reach, panels[-1]) for nth, (at, words) in enumerate(marks)),
            ],
        ),
    }


def _crosshair(across: Value) -> dict[str, Any]:
    """Return a line through all panels at the pointer, and the title of what is read there: `figures.js` replaces the
    number by the text of x that comes with the first line (`customdata`), since Plotly's own number has no room for
    words."""
    return {
        "showspikes": True,
        "spikemode": "across",
        "spikethickness": 1,
        "spikedash": "solid",
        "spikecolor": "token:muted",
        "spikesnap": "hovered data",
        "unifiedhovertitle": {"text": f"{across.label} %{{x:.4~s}} {suffix(across)}".strip()},
    }


def _panels(drawing: ChartSpec, result: Result, measured: Sequence[MeasuredPoint]) -> list[_Panel]:
    """Return a panel for each unit among the outputs, the first at the top. Outputs in the same unit share one. Its
    axis reaches all of its measured points: one far from the line would go unseen."""
    kinds: dict[tuple[str, str], list[_Line]] = {}
    for line in _drawn_lines(drawing, result):
        kinds.setdefault((line.value.unit, line.value.display_unit), []).append(line)
    height = (1 - _GAP * (len(kinds) - 1)) / max(len(kinds), 1)
    panels = []
    for place, lines in enumerate(kinds.values()):
        high = 1 - place * (height + _GAP)
        reached, outputs = (lines[0].rows[0][0], lines[0].rows[-1][0]), [drawing.y[line.place] for line in lines]
        points = tuple(points_along(drawing.x[0], outputs, reached, measured))
        numbers = [row[1] for line in lines for row in line.rows] + [point[1] for point in points]
        log = _is_log(lines[0].value, numbers)
        least = least_drawn(lines[0].value, max(numbers)) if log else -math.inf
        reach = Reach.of([v for v in numbers if v >= least], log=log, room=0.08)
        name = f"y{place + 1}" if place else "y"
        panels.append(_Panel(tuple(lines), points, max(high - height, 0), high, name, reach))
    return panels


def _drawn_lines(drawing: ChartSpec, result: Result) -> list[_Line]:
    """Return the lines worth drawing: of each system those that vary and equal none before them."""
    x, kept = drawing.x[0], []
    for track in series_along(result, x):
        seen: list[tuple[tuple[float, ...], ...]] = []
        last = last_in_view(track, x, drawing.y[0], limits_of(drawing, result))
        for place, y in enumerate(drawing.y):
            rows = rows_in_view(track, x, y, last)
            # Among several systems a constant line is a level to compare with.
            if not rows or rows in seen or (len(result.systems) < 2 and is_constant([row[1] for row in rows])):
                continue
            seen.append(rows)
            kept.append(_line(result, track, place, result.values[y], rows))
    return kept


def _line(result: Result, track: Series, place: int, value: Value, rows: tuple[tuple[float, ...], ...]) -> _Line:
    several = len(result.systems) > 1
    name = system_name(result, track.system)
    return _Line(
        track.system,
        place,
        value,
        f"{name}: {value.label}" if name else value.label,
        name,
        rows,
        SERIES[(track.system if several else place) % len(SERIES)],
    )


def _lines(panels: Sequence[_Panel], across: Value) -> Iterator[dict[str, Any]]:
    first: dict[tuple[float, ...], _Line] = {}  # most lines have the same places along x
    for panel in panels:
        for place, line in enumerate(panel.lines):
            value = line.value
            xs, ys = zip(*line.rows, strict=True)
            # The hover texts of x come once, with the first line at these places.
            places, texts = places_along(xs, scale(across), across.unit, across.display_unit)
            yield {
                "type": "scatter",
                "mode": "lines",
                "name": line.name,
                "x": places,
                "y": rounded(ys, scale(value)),
                "yaxis": panel.axis,
                "line": {"color": line.colour, "dash": _DASHES[place % 4], "width": 2.5},
                "text": format_column(ys, value.unit, value.display_unit),
                "hovertemplate": f"{line.name}: %{{text}}<extra></extra>",
                **({"customdata": texts} if first.setdefault(xs, line) is line else {}),
            }


def _points(panels: Sequence[_Panel], result: Result, x: str) -> Iterator[dict[str, Any]]:
    """Yield the point of the question on each of its lines; hollow where it is infeasible."""
    across = result.values[x]
    hollow = is_infeasible(result)
    for panel in panels:
        for line in panel.lines if len(result.systems) < 2 else ():
            name = next(name for name, value in result.values.items() if value is line.value)
            for at, height in finite_rows([number(result, x)], [number(result, name)]):
                yield {
                    "type": "scatter",
                    "mode": "markers",
                    "showlegend": False,
                    "name": "if it fitted" if hollow else "now",
                    "x": [at * scale(across)],
                    "y": [height * scale(line.value)],
                    "yaxis": panel.axis,
                    "cliponaxis": False,
                    "marker": {
                        "color": line.colour,
                        "size": 12,
                        "symbol": "circle-open" if hollow else "circle",
                        "line": {"color": line.colour if hollow else "token:surface", "width": 2},
                    },
                    "hoverinfo": "skip",
                }


def _y_axis(panel: _Panel) -> dict[str, Any]:
    return axis(
        panel.value,
        panel.reach,
        most=7 if panel.high - panel.low > 0.6 else 5,
        domain=[round(panel.low, 4), round(panel.high, 4)],
        fixedrange=True,
        title={"text": ""},
    )


def _heading(panel: _Panel, *, labelled: bool) -> dict[str, Any]:
    """Return the title of a panel, above it rather than along its side, where it takes no width; `labelled` with that
    of the measured points."""
    # Lines of several quantities are named at their ends or in the legend.
    alike = len({line.value.label for line in panel.lines}) == 1
    named = title(panel.value) if alike else title_unit(panel.value)
    words = [f"<b>{named}</b>"] if named else []
    words += [MEASURED_LABEL] if labelled else []
    return {
        "name": "heading",
        "x": 0,
        "xref": "paper",
        "y": panel.high,
        "yref": "paper",
        "text": "  ".join(words),
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 6,
        "align": "left",
    }


def _end_labels(panel: _Panel, panels: int) -> list[dict[str, Any]]:
    """Return the names of lines at their ends, kept apart from one another; none where a title says it already or there
    are too many for the height."""
    lines = panel.lines
    if not 1 < len(lines) <= _MOST_LABELS:
        return []
    alike = len({line.value.label for line in lines}) == 1
    texts = {line: broken(line.system_name if alike and line.system_name else line.name) for line in lines}
    gap = _LABEL_GAP * panels * max(text.count("<br>") + 1 for text in texts.values())
    if gap * (len(lines) - 1) > 1:
        return []
    ordered = sorted(lines, key=lambda line: line.rows[-1][1])
    heights: list[float] = []
    for line in ordered:
        at = min(max(panel.reach.share(line.rows[-1][1]), 0.0), 1.0)
        heights.append(max(at, heights[-1] + gap) if heights else at)
    over = max(heights[-1] - 1, 0.0)
    # A label of two lines at the bottom would lie on the ticks of the x axis.
    least = gap / 2 if any("<br>" in text for text in texts.values()) else 0.0
    heights = [max(at - over, least + k * gap) for k, at in enumerate(heights)]
    return [
        {
            "name": "end",
            "x": 1,
            "xref": "paper",
            "y": round(panel.low + at * (panel.high - panel.low), 4),
            "yref": "paper",
            "text": texts[line],
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "middle",
            "xshift": 6,
            "align": "left",
            "font": {"color": line.colour, "size": 12},
        }
        for line, at in zip(ordered, heights, strict=True)
    ]


def _margin(ends: Sequence[dict[str, Any]]) -> int:
    longest = max((len(line) for end in ends for line in end["text"].split("<br>")), default=0)
    return 20 + round(7 * longest)


def _marks(drawing: ChartSpec, result: Result, reach: Reach) -> Iterator[tuple[float, str]]:
    """Yield each value of x that an output names, such as the batch size where compute begins to bind, with its
    words."""
    for name in drawing.x_marks:
        value = result.values[name]
        # A log axis cannot show a mark at zero, though its column may begin there.
        if isinstance(value.value, float) and reach.low <= value.value <= reach.high and (value.value or not reach.log):
            yield (
                value.value,
                f"{value.label}\N{NO-BREAK SPACE}{format_quantity(value.value, value.unit, value.display_unit)}",
            )


def _mark_label(nth: int, at: float, words: str, reach: Reach, panel: _Panel) -> dict[str, Any]:
    """Return the label of a mark where the first line of the panel is not."""
    height = min(panel.lines[0].rows, key=lambda row: abs(row[0] - at))[1]
    below = height >= panel.reach.low and panel.reach.share(height) > 0.5
    return mark_words(words, reach.share(at), panel.low, panel.high, below=below, nth=nth)


def _reach_of_x(lines: Sequence[_Line], result: Result, drawing: ChartSpec) -> Reach:
    """Return the range of the input, that of its column. A log axis leaves out zero, which it cannot show. Up to a
    limit beyond which the first output is infinite, as the load of a queue, the axis is linear."""
    x = drawing.x[0]
    reached = list({row[0] for line in lines for row in line.rows})
    reached += [at for (at,) in finite_rows([number(result, x)]) if reached and min(reached) <= at <= max(reached)]
    tracks, limits = series_along(result, x), limits_of(drawing, result)
    ends = [end for track in tracks if math.isfinite(end := last_in_view(track, x, drawing.y[0], limits))]
    reached += [end for end in ends if reached and end in limits]
    log = _spans_decades(reached) and not ends
    reached = [v for v in reached if v > 0 or not log]
    if log or len(set(reached)) < 2:
        return Reach.of(reached, log=log, room=0.02)
    room = 0.02 * (max(reached) - min(reached))
    return Reach(min(reached) - room, max(reached) + room)


def _spans_decades(reached: Sequence[float]) -> bool:
    if not reached or min(reached) < 0:
        return False
    # A geometric sweep may begin with zero, which a log axis cannot show; a linear one rarely spans that much.
    least = min((v for v in reached if v > 0), default=math.inf)
    return max(reached) / least > (50 if min(reached) > 0 else 1000)


def _is_log(value: Value, column: Sequence[float]) -> bool:
    """Return whether an axis is logarithmic: where the column spans more than a decade and is never zero. Shares of a
    whole are linear."""
    if value.display_unit == "percent" and column and max(column) > 0.2:
        return False
    return bool(column) and min(column) > 0 and max(column) / min(column) > 20
