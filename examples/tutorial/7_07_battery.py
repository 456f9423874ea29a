"""Exercise 7, "Right-Sizing for IoT": person detection once a minute from a coin cell of 500 mAh at 3 V.

Both last a year. The slide expects weeks of the ESP32-S3, as if it drew its 400 mW all day; it sleeps between
inferences. The nRF52840 takes 0.65 s an inference and misses the 100 ms.
"""

from solvers import battery, roofline
from solvers.data import esp32_s3, nrf52840, person_detection

for chip in (esp32_s3, nrf52840):
    r = roofline(model=person_detection, accelerator=chip, precision="int8", efficiency=0.3)
    use = {"energy_per_inference": r.energy, "active_time": r.latency, "sleep_power": chip.sleep_power}
    life = battery(inferences_per_day=24 * 60, battery_energy="1.5 Wh", **use).lifetime
    print(f"{chip.name:>25}: {r.latency * 1000:.1f} ms, {life / 86400:.0f} days")
