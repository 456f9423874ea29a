"""Slide "Live Demo: TCO + Carbon Analysis": both in one call; devices, duration and MFU are given once."""

from solvers import pipeline
from solvers.data import quebec, research_256

job = {"devices": research_256.devices, "duration": "30 day", "mfu": 0.45, "amortization": "3 year"}
r = pipeline("tco", "sustainability").run(job, carbon_intensity=quebec.carbon_intensity, pue=quebec.pue)
print(f"TCO: ${r['tco']['tco']:,.0f}")
print(f"Carbon: {r['sustainability']['operational_carbon'] / 1000:.2f} t")
