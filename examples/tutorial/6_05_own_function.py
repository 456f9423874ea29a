"""Slide "Live Demo: DSE with Objective & Constraints": a search of a user-defined function."""

from solvers import roofline, search
from solvers.data import h100, llama_3_8b


def evaluate(batch_size, precision):
    r = roofline(model=llama_3_8b, accelerator=h100, batch_size=batch_size, precision=precision)
    return {"throughput": r.throughput, "latency": r.latency * 1000}


space = {"batch_size": [1, 4, 8, 16, 32, 64], "precision": ["fp16", "int8"]}
best = search(evaluate, maximize="throughput", subject_to=["latency < 100"], **space).best
print(f"Best: {best}")
