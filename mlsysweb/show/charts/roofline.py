"""The roofline: attainable rate against arithmetic intensity, with operating points over the batch size."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from solvers.formatting import member_words
from solvers.quantities import format_quantity
from solvers.result import ChartSpec, Result, Series, Value

from .axes import LEGEND_ABOVE_HEADING, Reach, axis, layout
from .series import SERIES, finite_rows, is_infeasible, number, series_along, system_name

_NEAR_EDGE = 0.72  # of the width


def roofline(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    """Return the figure of a `roofline` chart: ceilings of every number format, a roof for each chip, points over the
    batch size. `layout.meta` says which field a dragged point moves: pairs of intensity and batch size."""
    across, up = _reach(result), _reach_up(result)
    alone = len(result.systems) < 2
    return {
        "data": [
            *_ceilings(result, across.low, across.high),
            *(
                trace
                for track in series_along(result, "batch_size")
                for trace in _system(result, track, across.low, across.high)
            ),
            *_phases(result),
            _now(result),
        ],
        "layout": layout(
            xaxis=axis(result.values["arithmetic_intensity"], across, most=7),
            yaxis=axis(result.values["achieved_rate"], up, title={"text": ""}),
            margin={"l": 64, "r": 24, "t": 30, "b": 56},
            showlegend=not alone,
            legend=LEGEND_ABOVE_HEADING,
            shapes=_regions(result, across, up) if alone else [],
            annotations=[_heading(), *(_labels(result, across, up) if alone else [])],
            **({"meta": {"field": "batch_size", "points": _batches(result)}} if alone else {}),
        ),
    }


def _reach(result: Result) -> Reach:
    """Return the range of the x axis: every point and every ridge, with room on both sides."""
    points = [
        x for track in series_along(result, "batch_size") for (x,) in finite_rows(track.columns["arithmetic_intensity"])
    ]
    ridges = [roof / slope for track in series_along(result, "precision") for roof, slope in _roofs(track)]
    known = [x for x in (*points, *ridges, number(result, "ridge_point")) if x > 0 and math.isfinite(x)]
    return Reach(min(known) / 3, max(known) * 4, log=True)


def _reach_up(result: Result) -> Reach:
    """Return the range of the y axis: every point and every roof, with room for the labels below."""
    points = [y for track in series_along(result, "batch_size") for (y,) in finite_rows(track.columns["achieved_rate"])]
    roofs = [roof for track in series_along(result, "precision") for roof, _ in _roofs(track)]
    known = [y for y in (*points, *roofs, number(result, "achieved_rate")) if y > 0 and math.isfinite(y)]
    return Reach(min(known) / 10, max(known) * 3, log=True)


def _batches(result: Result) -> list[list[float]]:
    """Return intensity and batch size along the sweep, rising in both."""
    columns = series_along(result, "batch_size")[0].columns
    rows = list(finite_rows(columns["arithmetic_intensity"], columns["batch_size"]))
    rising = [row for before, row in zip([(0.0, 0.0), *rows], rows, strict=False) if row[0] > before[0]]
    return [[float(f"{x:.4g}"), batch] for x, batch in rising]


def _regions(result: Result, across: Reach, up: Reach) -> list[dict[str, Any]]:
    """Return the tints of both regions and the drop from the ridge to the axis."""
    ridge, roof = number(result, "ridge_point"), number(result, "compute_roof")
    if not across.low < ridge < across.high:
        return []
    plain = {"type": "rect", "y0": 0, "y1": 1, "yref": "paper", "line": {"width": 0}, "layer": "below"}
    return [
        {**plain, "x0": across.low, "x1": ridge, "fillcolor": "token:memory/8"},
        {**plain, "x0": ridge, "x1": across.high, "fillcolor": "token:compute/8"},
        {
            "type": "line",
            **{"x0": ridge, "x1": ridge, "y0": up.low, "y1": roof},
            "line": {"color": "token:muted", "width": 1.5, "dash": "dash"},
        },
    ]


def _heading() -> dict[str, Any]:
    return _text("<b>Attained FLOP/s</b>", 0, 1, "token:text", "left", "bottom", yshift=6) | {"name": "heading"}


def _labels(result: Result, across: Reach, up: Reach) -> list[dict[str, Any]]:
    """Return the texts of both regions, both roofs, the ridge and the point, placed by shares of the plot."""
    ridge, roof, slope = (number(result, name) for name in ("ridge_point", "compute_roof", "memory_roof"))
    middle, top = across.share(ridge), up.share(roof)
    along = math.sqrt(across.low * ridge)
    efficiency = result.values.get("efficiency")
    part = number(result, "efficiency") if efficiency else math.nan
    rate = format_quantity(roof, "flop/s")
    flat = f"{rate} at {format_quantity(part, '1', 'percent')} efficiency" if 0 < part < 1 else rate
    words = [
        # Left of the ridge, where no other ceiling runs.
        _text(flat, middle if middle > 0.45 else 0.99, top, "token:compute", "right", "bottom", yshift=3, name="roof"),
        _text(
            format_quantity(slope, "byte/s"),
            across.share(along),
            up.share(along * slope),
            "token:memory",
            "right",
            "bottom",
            xshift=-8,
            name="slope",
        ),
        _text(
            f"ridge {format_quantity(ridge, 'flop/byte')}{_batch_at_ridge(result)}",
            middle,
            0.02,
            "token:muted",
            "right" if middle > 0.5 else "left",
            "bottom",
            xshift=-5 if middle > 0.5 else 5,
            align="right" if middle > 0.5 else "left",
            name="ridge",
        ),
    ]
    if 0 < middle < 1:
        words += [
            _text("<b>memory-bound</b>", 0.015, 0.985, "token:memory", "left", "top", size=14, name="region"),
            _text("<b>compute-bound</b>", 0.985, 0.04, "token:compute", "right", "bottom", size=14, name="region"),
        ]
    return [*words, *_point_label(result, across, up)]


def _batch_at_ridge(result: Result) -> str:
    batch = number(result, "compute_bound_batch_size") if "compute_bound_batch_size" in result.values else math.nan
    return f"<br>batch {format_quantity(batch, '1')}" if math.isfinite(batch) else ""


def _point_label(result: Result, across: Reach, up: Reach) -> Iterator[dict[str, Any]]:
    for x, y in finite_rows([number(result, "arithmetic_intensity")], [number(result, "achieved_rate")]):
        if x > 0 and y > 0:
            place = across.share(x)
            peak = number(result, "peak") if "peak" in result.values else math.nan
            share = f"<br>{format_quantity(y / peak, '1', 'percent')} of peak" if peak > 0 else ""
            batch = format_quantity(number(result, "batch_size"), "1")
            yield _text(
                f"batch {batch}: {format_quantity(y, 'flop/s')}{share}",
                place,
                up.share(y),
                "token:text",
                # To the right, where the roof is above it; near the right edge there is no room.
                "left" if place < _NEAR_EDGE else "right",
                "top",
                xshift=12 if place < _NEAR_EDGE else -12,
                yshift=-8,
                align="left" if place < _NEAR_EDGE else "right",
                name="point",
            )


def _text(
    text: str, x: float, y: float, colour: str, xanchor: str, yanchor: str, *, size: int = 12, **more: Any
) -> dict[str, Any]:
    return {
        "x": round(x, 4),
        "y": round(y, 4),
        "xref": "paper",
        "yref": "paper",
        "text": text,
        "showarrow": False,
        "xanchor": xanchor,
        "yanchor": yanchor,
        "font": {"color": colour, "size": size},
        **more,
    }


def _roofs(track: Series) -> Iterator[tuple[float, ...]]:
    return finite_rows(track.columns["compute_roof"], track.columns["memory_roof"])


def _ceilings(result: Result, low: float, high: float) -> Iterator[dict[str, Any]]:
    """Yield faint ceilings of the other formats of the question's chip; formats with the same rate share a line."""
    track = series_along(result, "precision")[0]
    by_rate: dict[float, list[str]] = {}
    slope = number(result, "memory_roof")
    for name, roof in zip(track.columns["precision"], track.columns["compute_roof"], strict=True):
        if isinstance(roof, float) and math.isfinite(roof):
            by_rate.setdefault(roof, []).append(member_words(str(name)))
    for roof, names in by_rate.items():
        if roof != number(result, "compute_roof"):
            words = ", ".join(names)
            yield {
                "type": "scatter",
                "mode": "lines+text",
                "showlegend": False,
                "x": [max(roof / slope, low), high],
                "y": [roof, roof],
                "text": ["", words],
                "textposition": "top left",
                "textfont": {"color": "token:muted", "size": 12},
                "meta": {"wide": "text"},
                "line": {"color": "token:muted", "width": 1, "dash": "dot"},
                "hovertemplate": f"{words}: {_rate(roof)}<extra></extra>",
            }


def _system(result: Result, track: Series, low: float, high: float) -> Iterator[dict[str, Any]]:
    columns, name = track.columns, system_name(result, track.system)
    roof, slope = next(finite_rows(columns["compute_roof"], columns["memory_roof"]), (math.nan, math.nan))
    if math.isnan(roof):
        return
    several = len(result.systems) > 1
    colour = SERIES[track.system % len(SERIES)]
    yield _roof_line(
        [low, roof / slope],
        [low * slope, roof],
        f"{name} memory".strip().capitalize() if not several else name,
        colour if several else "token:memory",
        f"%{{text}} at {slope / 1e12:.3g} TB/s",
    )
    flat = _roof_line(
        [roof / slope, high],
        [roof, roof],
        "Compute" if not several else name,
        colour if several else "token:compute",
        "%{text}",
    )
    yield {**flat, "showlegend": not several}
    yield from _climb(result, track, colour if several else "token:text")


def _rate(value: Any) -> str:
    """Return a rate as text; Plotly's own format has no space before the prefix."""
    return format_quantity(float(value), "flop/s", digits=4)


def _roof_line(x: list[float], y: list[float], name: str, colour: str, words: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "text": [_rate(each) for each in y],
        "line": {"color": colour, "width": 3},
        "hovertemplate": f"{words}<extra>{name}</extra>",
    }


def _climb(result: Result, track: Series, colour: str) -> Iterator[dict[str, Any]]:
    """Yield the operating points over the batch size; those that do not fit in memory are crosses."""
    columns = track.columns
    rows = [
        (batch, x, y, fits)
        for batch, x, y, fits in zip(
            columns["batch_size"],
            columns["arithmetic_intensity"],
            columns["achieved_rate"],
            columns["feasible"],
            strict=True,
        )
        if _is_power_of_two(batch) and next(finite_rows([x], [y]), None)
    ]
    name = system_name(result, track.system)
    yield {
        "type": "scatter",
        "mode": "lines+markers",
        "name": f"{name} by batch".strip().capitalize() if not name else f"{name} by batch",
        "showlegend": not name,
        "x": [row[1] for row in rows],
        "y": [row[2] for row in rows],
        "customdata": [row[0] for row in rows],
        "text": [_rate(row[2]) for row in rows],
        "line": {"color": colour, "width": 1, "dash": "dot"},
        "marker": {"color": colour, "size": 7, "symbol": ["circle" if row[3] else "x-thin-open" for row in rows]},
        "hovertemplate": f"batch %{{customdata:.0f}}<br>%{{x:.4~g}} FLOP/B<br>%{{text}}<extra>{name}</extra>",
    }


def _is_power_of_two(value: object) -> bool:
    return isinstance(value, float) and value >= 1 and math.log2(value).is_integer()


def _phases(result: Result) -> Iterator[dict[str, Any]]:
    """Yield prefill and decode of the same question, so that one chart shows both phases of serving."""
    track = series_along(result, "phase")[0]
    names = track.columns["phase"]
    for name, x, y in zip(names, track.columns["arithmetic_intensity"], track.columns["achieved_rate"], strict=True):
        if (
            name in ("prefill", "decode")
            and next(finite_rows([x], [y]), None)
            and x != number(result, "arithmetic_intensity")
        ):
            yield {
                "type": "scatter",
                "mode": "markers+text",
                "showlegend": False,
                "x": [x],
                "y": [y],
                "text": [str(name)],
                "textposition": "bottom center",
                "textfont": {"color": "token:muted", "size": 12},
                "marker": {"color": "token:muted", "size": 9, "symbol": "diamond-open"},
                "hovertemplate": f"{name}<br>%{{x:.4~g}} FLOP/B<br>{_rate(y)}<extra></extra>",
            }


def _intensity(value: Value) -> str:
    return format_quantity(float(value.value), value.unit, value.display_unit, digits=4)


def _now(result: Result) -> dict[str, Any]:
    intensity, rate = result.values["arithmetic_intensity"], result.values["achieved_rate"]
    colour = "token:compute" if result.values["bottleneck"].value == "compute" else "token:memory"
    hollow = is_infeasible(result)
    name = "if it fitted" if hollow else "now"
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name.capitalize(),
        "x": [intensity.value],
        "y": [rate.value],
        "marker": {
            "color": colour,
            "size": 16,
            "symbol": "circle-open" if hollow else "circle",
            "line": {"color": colour if hollow else "token:surface", "width": 3 if hollow else 2},
        },
        "hovertemplate": f"{intensity.label} {_intensity(intensity)}<br>"
        f"{rate.label} {_rate(rate.value)}<extra>{name}</extra>",
    }
