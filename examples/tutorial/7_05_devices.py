"""Slide "Live Demo: nRF52840 vs ESP32 vs H100".

The slide expects the nRF52840 to be memory-bound and the H100 to take microseconds. A microcontroller computes one
multiply-add a cycle, so the arithmetic binds; on the H100 140 us go to launches, the arithmetic is done long before.
"""

from solvers import roofline
from solvers.data import esp32_s3, h100, keyword_spotting, nrf52840

for chip in (nrf52840, esp32_s3, h100):
    r = roofline(model=keyword_spotting, accelerator=chip, precision="int8", efficiency=0.3)
    print(f"{chip.name:>25}: {r.latency * 1000:.2f} ms | {r.binding:<8}")
