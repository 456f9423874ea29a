"""All-reduces inside a node."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solvers.laws.kernels import all_reduce_time
from solvers.registry import solvers

from .figures import HERE, Column, Judged, accelerator, describe, device, devices, facts, kinds, rows


def all_reduces() -> Iterator[Judged]:
    """NCCL and the engines' own."""
    columns = rows(HERE / "collectives.csv")
    size = len(columns["gpu"])
    ours, wall, textbook, naive = (np.full(size, np.nan) for _ in range(4))
    for (slug,), at in kinds(columns, "gpu"):
        message, ranks = columns["bytes"][at], columns["ranks"][at]
        chip = accelerator(slug)
        ours[at] = all_reduce_time(message, ranks, device(slug, "bf16"))
        found = solvers()["collectives"](
            message=message, devices=ranks, devices_per_node=8, accelerator=chip, fleet=None, node=None
        )
        wall[at], textbook[at] = found.measured_time, found.best_time
        naive[at] = 2 * (ranks - 1) / ranks * message / chip.interconnect_bandwidth
    sizes = np.where(columns["bytes"] < 2**16, "<64 KiB", np.where(columns["bytes"] < 2**22, "<4 MiB", "larger"))
    groups = {"chip": columns["gpu"], "library": columns["library"], "size": sizes}
    counts = {"devices": columns["ranks"], "size": columns["bytes"]}
    yield Judged(
        "all-reduce",
        "aiconfigurator, Vidur",
        columns["latency_us"] / 1e6,
        {"kernel sum": ours, "site": wall, "textbook": textbook, "bytes over link": naive},
        groups,
        describe(columns, "gpu", "library", "ranks", "bytes"),
        facts=facts(columns, columns["gpu"], _message(columns["bytes"]), "", devices(columns["ranks"]), **counts),
    )


def _message(size: Column) -> Column:
    """Say how long messages are."""
    return np.array([f"{bytes_ / 2**20:g} MiB" if bytes_ >= 2**20 else f"{bytes_ / 2**10:g} KiB" for bytes_ in size])
