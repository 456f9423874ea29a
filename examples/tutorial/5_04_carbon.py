"""Slide "Wall 18: The Sustainability Wall": what the electricity of the same month emits in Quebec."""

from solvers import sustainability
from solvers.data import quebec, research_256

r = sustainability(fleet=research_256, grid=quebec, duration="30 day", mfu=0.45)
print(f"{r.operational_carbon / 1000:.2f} tonnes CO2")
