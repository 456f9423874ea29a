"""Exercise 6, "Budget-Constrained Design": the cheapest tokens under 50 ms on eight accelerators for a million dollars.

The slide expects an H100 at INT8 and batch 16 to 32. Here an MI300X wins, and a larger batch: its memory has the room.
"""

from solvers import pipeline, search

chain = pipeline("serving", "tco", links={"tco.tokens_per_device_second": "serving.decode_throughput"})
axes = {"accelerator": ["a100", "h100", "mi300x"], "batch_size": [16, 256], "precision": ["fp16", "int8"], "devices": 8}
print(search(chain, minimize="cost_per_million_tokens", subject_to=["itl < 50 ms", "purchase_price <= 1e6"], **axes))
