"""Slide "Running the Pipeline": 30 days and an MFU of 45 % are given, so those two links are cut.

The walls take no fleet and no data center: the fleet's devices come from the layout (8-way tensor, 4 stages, 8
replicas: 256), the grid's PUE is a number.
"""

from solvers import pipeline
from solvers.data import h100, quebec

pipe = pipeline("scaling_laws", "parallelism", "tco", links={"tco.mfu": "given"})
layout = {"tensor_parallel": 8, "pipeline_parallel": 4, "data_parallel": 8}
run = {"duration": "30 day", "mfu": 0.45, "infrastructure_multiplier": 2.5, "pue": quebec.pue}
for stage, result in pipe.run(layout, **run, compute_budget="1e21 FLOP", accelerator=h100).items():
    print(f"\n--- {stage} ---\n{result}")
