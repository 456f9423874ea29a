"""Slide "Wall 17: The Capital Wall (TCO)": what a month of 256 H100s costs."""

from solvers import tco
from solvers.data import research_256

r = tco(accelerator=research_256.node.accelerator, devices=research_256.devices, duration="30 day")
print(f"TCO: ${r.tco:,.0f}, accelerators {r.accelerator_share:.0%} of what is bought")
