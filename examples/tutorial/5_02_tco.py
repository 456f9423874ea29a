"""Slide "Wall 17: The Capital Wall (TCO)": what a month of 256 H100s costs."""

from solvers import tco
from solvers.data import research_256

r = tco(fleet=research_256, duration="30 day", infrastructure_multiplier=2.5)
print(f"TCO: ${r.tco:,.0f}, accelerators {r.accelerator_share:.0%} of what is bought")
