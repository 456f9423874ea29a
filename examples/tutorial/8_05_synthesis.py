"""Slide "Wall 22: Inverse Roofline": what a chip must have to make a token of Llama 3 8B in 50 ms."""

from solvers import synthesis

r = synthesis(model="llama-3-8b", target_latency="50 ms", precision="fp16", efficiency=0.5)
print(f"Required BW: {r.required_bandwidth / 1e9:.0f} GB/s")
print(f"Required FLOPS: {r.required_rate / 1e12:.2f} TFLOP/s")
