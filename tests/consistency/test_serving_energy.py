"""The energy of the serving wall beside measured servers."""

import numpy as np

from mlsysweb.show.measurements.rows import measurements
from solvers import serving


def test_energy_per_token_is_near_that_of_measured_servers():
    """62 runs of the ML.ENERGY Benchmark on one H100 in 16 bits (Chung et al. 2025, arXiv:2505.06371)."""
    rows = measurements()
    able = (rows["kind"] == "energy") & (rows["precision"] == "bf16") & (rows["parallelism"] == "1 device")
    ratios = []
    for place in np.flatnonzero(able):
        found = serving(
            model=str(rows["model"][place]),
            accelerator="h100-sxm5-80gb",
            precision="bf16",
            concurrency=float(round(rows["batch"][place])),
            prompt_length=300,
            output_length=float(round(rows["output"][place])),
        )
        ratios.append(found.energy_per_token / rows["measured"][place])
    assert len(ratios) == 62 and np.median(np.abs(np.array(ratios) - 1)) < 0.12
