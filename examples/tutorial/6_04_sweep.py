"""Slide "Live Demo: Design Space Sweep": four chips, four batch sizes, two formats, quickest first."""

from solvers import roofline, sweep
from solvers.data import b200, gaudi3, h100, llama_3_8b, mi300x

chips = [h100, mi300x, gaudi3, b200]
results = sweep(roofline, model=llama_3_8b, accelerator=chips, batch_size=[1, 4, 16, 64], precision=["fp16", "int8"])
print(results.sorted("latency").select("accelerator", "batch_size", "precision", "bottleneck", "mfu"))
