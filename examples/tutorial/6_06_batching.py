"""Slide "Live Demo: Batching Optimizer (Pareto Front)": the largest batch that answers 10 requests a second in 20 s.

Memory ends the search, not the 20 s: no more sequences of 128 tokens in and 256 out fit beside the weights.
"""

from solvers.search.batching import batching

result = batching({"accelerator": "h100", "prompt_length": 128}, arrival_rate=10.0, latency_target=20.0)
print(f"Optimal bs: {result.top[0].places['batch_size']}")
for point in result.front[:3]:
    print(f"  bs={point.places['batch_size']:<4} lat={point.values['tail_latency.p99_latency'] * 1000:.0f} ms")
