"""All-reduces inside a node."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from solvers.laws.kernels import all_reduce_time
from solvers.registry import solvers

from .figures import HERE, Judged, accelerator, describe, device, kinds, rows


def all_reduces() -> Iterator[Judged]:
    """NCCL and the engines' own."""
    columns = rows(HERE / "collectives.csv")
    size = len(columns["gpu"])
    ours, wall, naive = (np.full(size, np.nan) for _ in range(3))
    for (slug,), at in kinds(columns, "gpu"):
        message, devices = columns["bytes"][at], columns["ranks"][at]
        chip = accelerator(slug)
        ours[at] = all_reduce_time(message, devices, device(slug, "bf16"))
        found = solvers()["collectives"](
            message=message, devices=devices, devices_per_node=8, intra_bandwidth=chip.interconnect_bandwidth
        )
        wall[at] = found.best_time
        naive[at] = 2 * (devices - 1) / devices * message / chip.interconnect_bandwidth
    sizes = np.where(columns["bytes"] < 2**16, "<64 KiB", np.where(columns["bytes"] < 2**22, "<4 MiB", "larger"))
    groups = {"chip": columns["gpu"], "library": columns["library"], "size": sizes}
    yield Judged(
        "all-reduce",
        "aiconfigurator, Vidur",
        columns["latency_us"] / 1e6,
        {"kernel sum": ours, "site": wall, "bytes over link": naive},
        groups,
        describe(columns, "gpu", "library", "ranks", "bytes"),
    )
