"""The tutorial's listings run, are no longer than on the slides, and give the figures computed by hand."""

import ast
import math
import re
import runpy
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "examples" / "tutorial"
HOURS, KWH = 30 * 24, 3.6e6

# By file: the lines of the slide's listing, its output, and figures that must be in the output (to 1 %). Money: price x
# multiplier x 30 days / 4 years, the electricity at 0.10 USD/kWh and PUE 1.2, maintenance 5 % a year. Energy: a device
# at 45 % MFU draws 700 W x (0.3 + 0.7 x 0.45).
DEVICE = 700 * (0.3 + 0.7 * 0.45)
MONTH = 256 * DEVICE * HOURS * 1.06 / 1e6  # MWh of 256 H100s at a PUE of 1.06
CAPITAL = 256 * 25_000 * 2.5


def _tco(years, pue):
    bought = CAPITAL * 30 / (years * 365)
    return bought + 0.05 * CAPITAL * 30 / 365 + 256 * DEVICE * HOURS / 1000 * 0.10 * pue


LISTINGS = {
    "5_02_tco": (7, ["40%"], [_tco(4, 1.2)]),
    "5_04_carbon": (9, [], [MONTH * 20 / 1000]),
    "5_07_tco_and_carbon": (9, [], [_tco(3, 1.06), MONTH * 20 / 1000]),
    "5_08_geography": (8, ["Poland", "Quebec"], [MONTH, MONTH * 0.820, MONTH * 0.020]),
    "5_09a_placement": (7, [], [2 * MONTH, 2 * MONTH * 0.8]),
    "5_09b_vendors": (8, ["mi300x", "gaudi3"], [374_000, 808_000, 280_000]),
    # Decode reads 16.06 GB of weights at 3.35 TB/s and launches 32 layers of 10 us after 10 us: in int8 half the bytes.
    "6_02_design_space": (8, ["32", "int8"], [32 / (8.03 / 3350 + 330e-6)]),
    "6_04_sweep": (12, ["NVIDIA B200", "Intel Gaudi 3", "memory"], [round(64 * 16.06e9 / 5.124e-3 / 989.5e12 * 100)]),
    "6_05_own_function": (14, ["'batch_size': 64", "'int8'"], [64 / (8.03 / 3350 + 330e-6), 2.73]),
    "6_06_batching": (9, ["Optimal bs: "], []),
    "6_07_budget": (4, ["AMD Instinct MI300X", "int8"], [64]),
    "7_05_devices": (9, ["compute", "overhead"], [139, 8.51, 0.14]),
    "7_06_same_roofline": (8, ["NVIDIA H100", "overhead", "Espressif ESP32-S3", "compute"], []),
    "7_07_battery": (9, [], [437, 652, 714]),
    "8_02_explain": (10, ["Walls covered: 11, 14, 17", "gap", "outputs"], []),
    "8_03_run": (11, ["--- scaling_laws ---", "--- parallelism ---", "--- tco ---", "256 devices for 30 d"], []),
    "8_04_sensitivity": (8, ["Binding: memory_bandwidth", "to_peak: +0.0000"], [-4.794 / (4.794 + 0.330)]),
    # The weights once in 50 ms, and two FLOP for each parameter at half the peak.
    "8_05_synthesis": (7, [], [16.06 / 0.050, 2 * 8.03e9 / 0.050 / 0.5 / 1e12]),
    "8_08_binding": (7, ["'batch_size': 64} binding = memory_bandwidth", "'prefill'} binding = peak"], []),
    "9_04_capstone": (12, ["no", "yes"], [4_916_000]),
}


def code_lines(source):
    """Return the lines with code: no blanks, comments or the file's docstring."""
    first = ast.parse(source).body[0]
    told = first.end_lineno if isinstance(first, ast.Expr) else 0
    lines = source.splitlines()[told:]
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in lines)


def test_every_listing_is_here():
    assert {path.stem for path in FOLDER.glob("*.py")} == set(LISTINGS) and len(LISTINGS) == 20


@pytest.mark.parametrize("name", LISTINGS)
def test_a_listing_is_no_longer_than_the_slides(name):
    assert code_lines((FOLDER / f"{name}.py").read_text()) <= LISTINGS[name][0]


@pytest.mark.parametrize("name", LISTINGS)
def test_a_listing_runs_and_comes_to_its_figures(name, capsys):
    runpy.run_path(str(FOLDER / f"{name}.py"))
    printed = capsys.readouterr().out
    _, words, figures = LISTINGS[name]
    numbers = [
        float(text.replace(",", "")) for text in re.findall(r"[-+]?\d[\d,]*(?:\.\d+)?", printed.replace("\u202f", ""))
    ]
    assert [word for word in words if word.lower() not in printed.lower()] == []
    assert [f for f in figures if not any(math.isclose(n, f, rel_tol=0.01) for n in numbers)] == [], printed
