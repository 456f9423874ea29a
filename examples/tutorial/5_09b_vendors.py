"""Exercise 5b, "Multi-Vendor TCO Shootout": 512 accelerators for 30 days, and what the same throughput costs.

Gaudi 3 needs a price where the catalog has none: Intel's list price of a board of eight, 125,000 USD, is typed. At it
Gaudi 3 is cheapest, not the slide's MI300X.
"""

from solvers import shootout, tco

for rival, price in (("mi300x", 0), ("gaudi3", 15625)):
    count = tco(accelerator=rival, devices=512, unit_price=price, infrastructure_multiplier=2.5).tco
    r = shootout(rival=rival, rival_price=price, devices=512)
    print(f"{rival:>8}: TCO=${count:,.0f}, of H100's throughput ${r.rival_cost:,.0f} against ${r.reference_cost:,.0f}")
