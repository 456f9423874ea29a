"""Slide "The Pipeline Composition Pattern": what each stage needs, finds and lacks, and the walls covered."""

from solvers import pipeline

links = {"tco.duration": "parallelism.training_time", "parallelism.model.parameters": "scaling_laws.parameters"}
print(pipeline("scaling_laws", "parallelism", "tco", links=links).explain(compute_budget="1e21 FLOP"))
