"""Slide "Live Demo: Batching Optimizer (Pareto Front)": the largest batch that answers 10 requests a second in 20 s.

A server with B slots in its batch is a queue with B servers, each as fast as a full batch is served. Memory ends the
search, not the 20 s: no more sequences of 128 tokens in and 256 out fit beside the weights.
"""

from solvers import pipeline, search

links = {"tail_latency.service_time": "serving.end_to_end_latency", "tail_latency.replicas": "serving.batch_size"}
chain = pipeline("serving", "tail_latency", links=links)
asked = {"accelerator": "h100", "prompt_length": 128, "arrival_rate": 10.0, "batch_size": range(1, 2049)}
result = search(chain, maximize="batch_size", subject_to="p99_latency <= 20 s", **asked)
print(f"Optimal bs: {result.best['batch_size']:.0f}")
