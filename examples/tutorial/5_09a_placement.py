"""Exercise 5a, "Carbon-Aware Placement": tonnes saved by moving 512 H100s for 30 days from Poland to Quebec.

The slide expects 2,100 MWh and 850 t: twice the devices of the demo, and the demo's energy (see 5_08).
"""

from solvers import Fleet, sustainability
from solvers.data import dgx_h100, ib_ndr, poland, quebec

fleet = Fleet(name="Training Fleet", node=dgx_h100, nodes=64, fabric=ib_ndr)
r = sustainability(fleet=fleet, grid=[poland, quebec], duration="30 day")
print(f"{r.facility_energy / 3.6e9:.0f} MWh, {(r.total_carbon[0] - r.total_carbon[1]) / 1000:.1f} t saved")
