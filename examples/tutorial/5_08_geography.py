"""Slide "Live Demo: The Carbon Geography Experiment".

The slide says 1,064 MWh, 872.5 t and 21.3 t. That is more than 256 x 700 W x 720 h = 129 MWh; it would take some
2,000 GPUs at full power. A GPU at 45 % MFU draws less than its TDP. The ratio of the grids is the slide's 41.
"""

from solvers import sustainability
from solvers.data import poland, quebec, research_256

for grid in (poland, quebec):
    r = sustainability(devices=research_256.devices, mfu=0.45, carbon_intensity=grid.carbon_intensity)
    print(f"{grid.name:>20}: {r.facility_energy / 3.6e9:.1f} MWh, {r.operational_carbon / 1000:.2f} t CO2")
