"""Slide "The DSE Pattern: Declare, Search, Rank"."""

from solvers import roofline, search

space = {"batch_size": [1, 4, 8, 16, 32], "precision": ["fp16", "int8"]}
print(search(roofline, maximize="throughput", subject_to=["latency < 100 ms"], **space).top)
