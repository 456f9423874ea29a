"""The roofline: attainable rate against arithmetic intensity, with operating points over the batch size."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from solvers.result import ChartSpec, Result, Series

from .axes import axis, hover, layout
from .series import SERIES, finite_rows, number, series_along, system_name


def roofline(drawing: ChartSpec, result: Result) -> dict[str, Any]:
    """Return the figure of a `roofline` chart: ceilings of every number format, a roof for each chip, points over the
    batch size."""
    low, high = _reach(result)
    return {
        "data": [
            *_ceilings(result, low, high),
            *(trace for track in series_along(result, "batch_size") for trace in _system(result, track, low, high)),
            *_phases(result),
            _now(result),
        ],
        "layout": layout(
            xaxis=axis(result.values["arithmetic_intensity"], log=True, range=[math.log10(low), math.log10(high)]),
            yaxis=axis(result.values["achieved_rate"], log=True) | {"title": {"text": "Rate (FLOP/s)"}},
            annotations=[] if len(result.systems) > 1 else [_ridge(result)],
        ),
    }


def _reach(result: Result) -> tuple[float, float]:
    """Return the range of the x axis: every point and every ridge, with room on both sides."""
    points = [
        x for track in series_along(result, "batch_size") for (x,) in finite_rows(track.columns["arithmetic_intensity"])
    ]
    ridges = [roof / slope for track in series_along(result, "precision") for roof, slope in _roofs(track)]
    known = [x for x in (*points, *ridges, number(result, "ridge_point")) if x > 0 and math.isfinite(x)]
    return min(known) / 3, max(known) * 4


def _roofs(track: Series) -> Iterator[tuple[float, ...]]:
    return finite_rows(track.columns["compute_roof"], track.columns["memory_roof"])


def _ceilings(result: Result, low: float, high: float) -> Iterator[dict[str, Any]]:
    """Yield faint ceilings of the other formats of the question's chip; formats with the same rate share a line."""
    track = series_along(result, "precision")[0]
    by_rate: dict[float, list[str]] = {}
    slope = number(result, "memory_roof")
    for name, roof in zip(track.columns["precision"], track.columns["compute_roof"], strict=True):
        if isinstance(roof, float) and math.isfinite(roof):
            by_rate.setdefault(roof, []).append(str(name))
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
                "textfont": {"color": "token:muted", "size": 11},
                "line": {"color": "token:muted", "width": 1, "dash": "dot"},
                "hovertemplate": f"{words}: %{{y:.4~s}}FLOP/s<extra></extra>",
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
        f"%{{y:.4~s}}FLOP/s at {slope / 1e12:.3g} TB/s",
    )
    flat = _roof_line(
        [roof / slope, high],
        [roof, roof],
        "Compute" if not several else name,
        colour if several else "token:compute",
        "%{y:.4~s}FLOP/s",
    )
    yield {**flat, "showlegend": not several}
    yield from _climb(result, track, colour if several else "token:text")


def _roof_line(x: list[float], y: list[float], name: str, colour: str, words: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
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
        "line": {"color": colour, "width": 1, "dash": "dot"},
        "marker": {"color": colour, "size": 7, "symbol": ["circle" if row[3] else "x-thin-open" for row in rows]},
        "hovertemplate": f"batch %{{customdata:.0f}}<br>%{{x:.4~g}} FLOP/B<br>%{{y:.4~s}}FLOP/s<extra>{name}</extra>",
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
                "hovertemplate": f"{name}<br>%{{x:.4~g}} FLOP/B<br>%{{y:.4~s}}FLOP/s<extra></extra>",
            }


def _now(result: Result) -> dict[str, Any]:
    intensity, rate = result.values["arithmetic_intensity"], result.values["achieved_rate"]
    colour = "token:compute" if result.values["bottleneck"].value == "compute" else "token:memory"
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "Now",
        "x": [intensity.value],
        "y": [rate.value],
        "marker": {"color": colour, "size": 16, "line": {"color": "token:surface", "width": 2}},
        "hovertemplate": f"{hover(intensity, 'x')}<br>{hover(rate, 'y')}<extra>now</extra>",
    }


def _ridge(result: Result) -> dict[str, Any]:
    return {
        "x": math.log10(number(result, "ridge_point")),
        "y": math.log10(number(result, "compute_roof")),
        "text": f"ridge {number(result, 'ridge_point'):.3g} FLOP/B",
        "showarrow": False,
        "yanchor": "bottom",
        "yshift": 6,
        "xanchor": "right",
        "font": {"color": "token:muted", "size": 12},
    }
