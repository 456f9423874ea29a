"""Slide "Live Demo: The Carbon Geography Experiment".

The slide says 1,064 MWh, 872.5 t and 21.3 t. That is more than 256 x 700 W x 720 h = 129 MWh; it would take some
2,000 GPUs at full power. A GPU at 45 % MFU draws less than its TDP. The ratio of the grids is the slide's 41.
"""

from solvers import sustainability
from solvers.data import poland, quebec, research_256

for grid in (poland, quebec):
    r = sustainability(fleet=research_256, grid=grid, duration="30 day", mfu=0.45)
    print(f"{grid.name:>20}: {r.facility_energy / 3.6e9:.1f} MWh, {r.operational_carbon / 1000:.2f} t CO2")
