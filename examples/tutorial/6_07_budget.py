"""Exercise 6, "Budget-Constrained Design": the cheapest tokens under 50 ms on eight accelerators for a million dollars.

The slide expects an H100 at INT8 and batch 16 to 32. Here an MI300X wins, and a larger batch: its memory has the room.
The first token is held to a second: without that limit a batch of 256 would win, whose prefill takes 2.5 s.
"""

from solvers import search

axes = {"accelerator": ["a100", "h100", "mi300x"], "batch_size": [16, 64, 256], "precision": ["fp16", "int8"]}
limits = ["itl < 50 ms", "ttft <= 1 s", "purchase_price <= 1e6"]
print(search(["serving", "tco"], minimize="cost_per_million_tokens", subject_to=limits, replicas=8, **axes))
