"""Slide "Live Demo: TCO + Carbon Analysis": both in one call; fleet, place, duration and MFU are asked once."""

from solvers import pipeline
from solvers.data import quebec, research_256

job = {"duration": "30 day", "mfu": 0.45, "amortization": "3 year", "pue": 1.06}
r = pipeline("tco", "sustainability").run(job, fleet=research_256, grid=quebec)
print(f"TCO: ${r['tco']['tco']:,.0f}")
print(f"Carbon: {r['sustainability']['operational_carbon'] / 1000:.2f} t")
