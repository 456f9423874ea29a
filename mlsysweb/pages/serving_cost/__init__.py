"""Serving cost: what it costs to serve a model at a rate of requests within a latency target, on up to eight
accelerators at once."""
