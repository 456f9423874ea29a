"""The cost of serving with the described system: that of the TCO wall for the devices that serve, over a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from mlsysweb.show.results.page import Link
from solvers.fields import Input
from solvers.laws.cost import YEAR
from solvers.laws.serving import used_share
from solvers.pipeline.run import Run
from solvers.plan import plan
from solvers.quantities import to_input_text
from solvers.registry import solvers
from solvers.result import Result
from solvers.solve import solve

_MONTH = YEAR / 12


def serving_cost(done: Run, training: str) -> tuple[Result, Link]:
    """Return the TCO of the devices that serve for a month, and the wall's page with the same inputs. Site and prices
    are those of the training run, whose page has the address `training`. An overloaded fleet serves what it can."""
    results, tco = done.results, solvers()["tco"].without_charts
    fleet = {
        "devices": _figure(results, "system", "serving_devices"),
        "duration": _MONTH,
        "time_in_use": min(1.0, _figure(results, "tail_latency", "utilization")),
        "mfu": _used(results, "prefill_flop", "decode_flop", "decode_peak"),
        "memory_utilization": _used(results, "prefill_moved", "decode_moved", "decode_bandwidth"),
        "tokens_per_device_second": _figure(results, "serving", "tokens_per_device_second"),
    }
    found = solve(plan(tco, replace(done.inputs["tco"], **fleet)))
    site = {name: text for name, text in parse_qsl(urlsplit(training).query) if name != "total_ops"}
    asked = site | {
        name: to_input_text(value, io.unit)
        for name, value in fleet.items()
        if isinstance(io := tco.inputs[name], Input)
    }
    return found, Link("tco", f"{urlsplit(training).path}?{urlencode(asked)}")


def _figure(results: Mapping[str, Result], stage: str, name: str) -> float:
    return float(results[stage].values[name].value)


def _used(results: Mapping[str, Result], first: str, each: str, peak: str) -> float:
    """Return the share of a peak rate that a device uses while its replica is full: one prefill of the whole batch,
    then the steps of all its requests."""
    served = {name: _figure(results, "serving", name) for name in (first, each, peak, "end_to_end_latency")}
    tokens, service = _figure(results, "system", "output_length"), served["end_to_end_latency"]
    return float(used_share(1, served[first], tokens, served[each], service, served[peak]))
