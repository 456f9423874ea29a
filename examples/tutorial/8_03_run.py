"""Slide "Running the Pipeline": 30 days and an MFU of 45 % are given, so those two links are cut.

The fleet brings its chips, its links and as many copies of the model as its 256 devices hold.
"""

from solvers import pipeline
from solvers.data import quebec, research_256

pipe = pipeline("scaling_laws", "parallelism", "tco", links={"tco.mfu": "given"})
run = {"duration": "30 day", "mfu": 0.45, "infrastructure_multiplier": 2.5}
for stage, result in pipe.run(run, compute_budget="1e21 FLOP", fleet=research_256, grid=quebec).items():
    print(f"\n--- {stage} ---\n{result}")
