"""Measures a design space of serving, cost and carbon: configurations per second on one core and on two, and peak
memory. Every row computes every output of the three walls; constraints, ranking and the Pareto front are included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
GOALS = (
    "minimize: tco.tco",
    "maximize: serving.decode_throughput",
    "serving.itl < 50 ms",
    "serving.ttft <= 2 s",
    "serving.feasible",
    "tco.tco <= $20M",
    "sustainability.total_carbon < 2000 t",
)
# Batches, fleets and grids of each size of space; chips, formats and splits are the same in all.
SIZES = {10**4: (5, 5, 5), 10**6: (50, 10, 25), 10**7: (100, 25, 50), 10**8: (500, 50, 50)}
# The ways to run each size: on one core, in two threads, on two processes of a Dask cluster.
HANDS = {1: "1 core", 2: "2 threads", 0: "2 Dask workers"}


def search(rows: int) -> Any:
    """Return the search of a space with about `rows` configurations."""
    import django

    django.setup()
    from catalog.models import Accelerator, Grid
    from catalog.resolve import find
    from solvers.pipeline import pipeline, settle
    from solvers.search.axes import listed, ranged
    from solvers.search.axes import rows as chosen
    from solvers.search.explore import Search, with_larger_boxes
    from solvers.search.goals import goals, metrics
    from solvers.search.space import Space, joined

    batches, fleets, places = SIZES[rows]
    chain = pipeline(
        "serving",
        "tco",
        "sustainability",
        links={"tco.accelerator": "serving.accelerator", "sustainability.accelerator": "serving.accelerator"},
    )
    chips = {chip.slug: chip.spec() for chip in Accelerator.objects.filter(unit_price__isnull=False, tier="cloud")[:10]}
    grids = list(Grid.objects.filter(carbon_intensity__isnull=False)[:places])
    places_axis = joined(
        "grid",
        [grid.slug for grid in grids],
        {
            "sustainability.carbon_intensity": np.array([float(grid.carbon_intensity) for grid in grids]),
            "electricity_price": 1e-8 * (1 + np.arange(len(grids)) % 5),
        },
    )
    axes = [
        chosen(chain, "serving.accelerator", chips),
        listed(chain, "serving.precision", ["fp16", "fp8"]),
        listed(chain, "serving.tensor_parallel", [1, 2, 4, 8]),
        ranged(chain, "serving.batch_size", 1, 512, batches),
        ranged(chain, "replicas", 1, 512, fleets),
        places_axis,
    ]
    given = settle(chain, {"serving.model": find_spec(find)}, None)
    objectives, constraints = goals(GOALS, metrics(chain))
    return with_larger_boxes(Search(chain, given, Space(tuple(axes)), objectives, constraints))


def find_spec(find: Any) -> Any:
    from solvers.specs import Model

    return find(Model, "llama-3-8b", "model").spec


def measure(rows: int, threads: int) -> None:
    """Measure one search and print the result as JSON. Runs in a process of its own, so that its peak memory is its
    own."""
    import resource

    asked = search(rows)
    times = []
    with hands(threads) as look:
        for _ in range(5 if rows <= 10**6 else 3 if rows <= 10**7 else 1):
            start = time.perf_counter()
            found = look(asked)
            times.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    seen = {"configurations": asked.space.size, "seconds": times, "peak": peak}
    print(json.dumps(seen | {"feasible": int(found.seen.feasible), "front": len(found.front)}))


@contextmanager
def hands(threads: int) -> Iterator[Callable[[Any], Any]]:
    """Yield the runner: this process, or (0) two warmed-up workers of a local cluster."""
    from mlsysweb.explore.jobs.run_boxes import run_boxes
    from solvers.search.explore import empty_result
    from solvers.search.run import outcome, run

    if threads:
        yield lambda asked: run(asked, threads=threads)
        return
    from dask.distributed import LocalCluster

    def spread_out(asked: Any) -> Any:
        *_, (seen, done) = run_boxes(asked, empty_result(asked), 0)
        return outcome(asked, seen, done)

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        os.environ["DASK_SCHEDULER"] = cluster.scheduler_address
        spread_out(search(10**4))
        yield spread_out


def lines(theirs: float) -> Iterator[str]:
    """Yield the results of each size; `theirs` is mlsysim's rate in configurations per second."""
    for rows in SIZES:
        for threads, words in HANDS.items():
            if threads == 0 and rows < 10**7:
                continue  # too small for the overhead of sending it
            command = [sys.executable, "-m", "tests.bench.search", str(rows), str(threads)]
            ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=dict(os.environ))
            seen = json.loads(ran.stdout.strip().splitlines()[-1])
            best, middle, worst = min(seen["seconds"]), median(seen["seconds"]), max(seen["seconds"])
            rate = seen["configurations"] / middle
            yield (
                f"{seen['configurations']:>11,} configurations, {words}: median "
                f"{middle:.3f} s (best {best:.3f}, worst {worst:.3f}), {rate:,.0f}/s, {rate / theirs:,.0f} times "
                f"mlsysim's; "
                f"peak memory {seen['peak'] / 1e6:.0f} MB; {seen['feasible']:,} feasible, {seen['front']} on the front"
            )


def report(theirs: float) -> None:
    for line in lines(theirs):
        print(line)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlsysweb.settings")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    measure(int(sys.argv[1]), int(sys.argv[2]))
