from dataclasses import dataclass

from solvers.declare import Array, Preset, number, question


@dataclass(frozen=True, kw_only=True)
class Inputs:
    volume: Array = number("byte", "Volume", 8e9, exclusive_min=True, slider=(1e6, 1e12), log=True, help="To fill.")
    flow: Array = number("byte/s", "Flow", 2e9, exclusive_min=True, slider=(1e6, 1e12), log=True, help="Into it.")


BUCKET = question(name="bucket", title="Bucket", inputs=Inputs, presets=(Preset("A bucket", {}),))
