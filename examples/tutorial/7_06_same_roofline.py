"""Slide "Same Roofline, Different Physics": not both are memory-bound at batch 1, as 7_05 shows."""

from solvers import roofline, sweep
from solvers.data import esp32_s3, h100, keyword_spotting

table = sweep(roofline, accelerator=[h100, esp32_s3], model=keyword_spotting, precision="int8")
print(table.select("accelerator", "compute_time", "memory_time", "overhead_time", "binding"))
