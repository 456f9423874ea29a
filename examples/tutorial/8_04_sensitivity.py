"""Slide "Wall 21: Sensitivity Analysis": by one percent rather than the slide's ten, so that no corner is turned."""

from solvers import sensitivity

r = sensitivity(model="llama-3-8b", accelerator="h100", precision="fp16", efficiency=0.5)
print(f"Binding: {r.binding}")
for name in ("to_peak", "to_memory_bandwidth", "to_dispatch_overhead", "to_layer_overhead"):
    print(f"  {name:>20}: {getattr(r, name):+.4f}")
