"""Measures configurations per second: the tutorial's sweep here and in mlsysim 0.1.1, one after the other."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).parents[2]
PEER = ROOT / "var/bench/mlsysim-0.1.1"

# Four chips, eight batch sizes, two formats: Engine.sweep of the tutorial's live demo, repeated enough to be timed.
PEER_SWEEP = """
import json, time, warnings, logging
warnings.simplefilter("ignore"); logging.disable(logging.CRITICAL)
import mlsysim
cloud = mlsysim.Hardware.Cloud
chips = [getattr(cloud, name) for name in ("H100", "MI300X", "A100", "B200") if hasattr(cloud, name)]
batches, formats = [1, 2, 4, 8, 16, 32, 64, 128], ["fp16", "int8"]
model = mlsysim.Models.Language.Llama3_8B if hasattr(mlsysim.Models.Language, "Llama3_8B") else mlsysim.Models.Llama3_8B
rates = []
for _ in range(7):
    start = time.perf_counter()
    results = mlsysim.Engine.sweep(model, chips, batch_sizes=batches, precisions=formats, efficiency=0.5)
    rates.append(len(results) / (time.perf_counter() - start))
solves = []
for _ in range(7):
    start = time.perf_counter()
    for batch in batches:
        mlsysim.Engine.solve(model, chips[0], batch_size=batch, precision="fp16", efficiency=0.5)
    solves.append(len(batches) / (time.perf_counter() - start))
print(json.dumps({"configurations": len(results), "rates": rates, "solves": solves}))
"""


def peer_python() -> Path:
    """Return the Python of mlsysim's own environment, created on first use: its pinned versions differ from ours."""
    python = PEER / "bin/python"
    if not (PEER / ".made").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", PEER], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "mlsysim==0.1.1"], check=True
        )
        (PEER / ".made").touch()
    return python


def peer_rate() -> tuple[int, float, float]:
    """Return the number of configurations in the sweep, and the median rates of mlsysim's Engine.sweep and
    Engine.solve."""
    ran = subprocess.run([peer_python(), "-c", PEER_SWEEP], capture_output=True, text=True, check=True)
    told = json.loads(ran.stdout.strip().splitlines()[-1])
    return told["configurations"], median(told["rates"]), median(told["solves"])


def own_rate(rows: int) -> float:
    """Return the configurations per second of the roofline wall with every output, chips and formats as columns."""
    import django

    django.setup()
    from catalog.models import Accelerator, Model
    from solvers.registry import solvers
    from solvers.specs import Precision, stack, take

    roofline = solvers()["roofline"]
    slugs = ("h100-sxm5-80gb", "mi300x", "a100-sxm4-80gb", "b200-sxm-180gb")
    chips = stack([Accelerator.objects.get(slug=slug).spec() for slug in slugs])
    model = Model.objects.get(slug="llama-3-8b").spec()
    draw = np.random.default_rng(1)

    def sweep() -> None:
        for start in range(0, rows, 16384):
            size = min(16384, rows - start)
            roofline(
                model=model,
                accelerator=take(chips, draw.integers(0, 4, size)),
                phase="decode",
                batch_size=2.0 ** draw.integers(0, 8, size),
                efficiency=0.5,
                precision=np.where(draw.random(size) < 0.5, Precision.FP16, Precision.INT8),
            )

    sweep()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        sweep()
        times.append(time.perf_counter() - start)
    return rows / median(times)


def report() -> float:
    """Print both rates and return mlsysim's, for other comparisons."""
    configurations, theirs, solves = peer_rate()
    print(
        f"mlsysim 0.1.1 Engine.sweep, {configurations} configurations: {theirs:,.0f}/s; Engine.solve: {solves:,.0f}/s"
    )
    for rows in (10**4, 10**6):
        ours = own_rate(rows)
        print(
            f"roofline wall, {rows:,} configurations, all outputs, one core: {ours:,.0f}/s, {ours / theirs:,.0f} times "
            f"that"
        )
    return theirs


if __name__ == "__main__":
    report()
