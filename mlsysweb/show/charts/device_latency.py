"""Latency against peak rate: the total time of each device, and the part that its size affects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from solvers.result import Value

from .axes import Reach, axis, hovered_lines, layout


@dataclass(frozen=True)
class DeviceLatency:
    """A device: its rate, its latency, the longer of compute and memory time, and what binds. A `label` is written
    beside it."""

    rate: float
    total: float
    roofs: float
    binds: str
    name: str
    label: str = ""
    slug: str = ""


_NAMES = {"compute": "Compute-bound", "memory": "Memory-bound", "overhead": "Overhead-bound"}
_SYMBOLS = {"compute": "circle", "memory": "square", "overhead": "diamond"}


def device_latency(devices: Sequence[DeviceLatency], rate: Value, latency: Value) -> dict[str, Any]:
    """Return the figure of devices in the order of their rates; hollow dots show the latency without overhead."""
    alone = {
        "type": "scatter",
        "mode": "markers",
        "name": "Roofline only",
        "x": [device.rate for device in devices],
        "y": [device.roofs for device in devices],
        "text": [device.name for device in devices],
        "marker": {"color": "token:muted", "size": 7, "symbol": "circle-open"},
        "hovertext": _lines(rate, latency, [(device.rate, device.roofs) for device in devices]),
        "hovertemplate": "<b>%{text}</b><br>%{hovertext}<extra>roofline only</extra>",
    }
    middle = math.sqrt(devices[0].rate * devices[-1].rate) if devices else 0.0
    bound = ([device for device in devices if device.binds == kind] for kind in _NAMES)
    return {
        "data": [alone, *(_bound(mine, rate, latency, middle) for mine in bound if mine)],
        "layout": layout(
            xaxis=axis(rate, _reach([device.rate for device in devices])),
            yaxis=axis(latency, _reach([v for device in devices for v in (device.total, device.roofs)])),
        ),
    }


def _reach(numbers: Sequence[float]) -> Reach:
    known = [v for v in numbers if v > 0 and math.isfinite(v)]
    return Reach.of(known, log=True, room=0.06) if known else Reach(1.0, 10.0, log=True)


def _bound(devices: Sequence[DeviceLatency], rate: Value, latency: Value, middle: float) -> dict[str, Any]:
    """Return the trace of devices with the same bottleneck."""
    kind = devices[0].binds
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": _NAMES[kind],
        "x": [device.rate for device in devices],
        "y": [device.total for device in devices],
        "text": [device.label for device in devices],
        "textposition": ["top right" if device.rate < middle else "top left" for device in devices],
        "textfont": {"color": "token:text", "size": 12},
        "customdata": [device.name for device in devices],
        "meta": {"field": "accelerator", "values": [device.slug or None for device in devices]},
        "marker": {"color": f"token:{kind}", "size": 10, "symbol": _SYMBOLS[kind]},
        "hovertext": _lines(rate, latency, [(device.rate, device.total) for device in devices]),
        "hovertemplate": "<b>%{customdata}</b><br>%{hovertext}<extra></extra>",
    }


def _lines(rate: Value, latency: Value, points: Sequence[tuple[float, float]]) -> list[str]:
    return hovered_lines((rate, [x for x, _ in points]), (latency, [y for _, y in points]))
