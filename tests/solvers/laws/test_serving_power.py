import numpy as np
import pytest

from solvers.laws.power import PowerConstants, activity, chip_power
from solvers.laws.serving_power import PhaseWork, phase_power, serving_power

CONSTANTS = PowerConstants(idle_fraction=0.3, arithmetic=2.0, memory=0.65)
PREFILL, DECODE = PhaseWork(6e12, 1e9, 0.01), PhaseWork(1e10, 16e9, 0.006)


def test_power_of_a_phase_follows_its_shares_of_peak_and_bandwidth():
    expected = chip_power(700.0, 0.3, activity(6e12 / 0.01 / 1e15, 1e9 / 0.01 / 3e12))
    assert phase_power(700.0, CONSTANTS, PREFILL, 1e15, 3e12) == pytest.approx(float(expected))


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_the_mean_lies_between_the_phases_by_their_share_of_the_time(share):
    found = serving_power(700.0, CONSTANTS, (PREFILL, DECODE), share, 1e15, 3e12)
    assert found.mean == pytest.approx(share * found.prefill + (1 - share) * found.decode)
    assert 210 < found.decode < 700 and found.prefill == 700


def test_without_a_thermal_design_power_all_is_unknown():
    assert np.isnan(serving_power(np.nan, CONSTANTS, (PREFILL, DECODE), 0.5, 1e15, 3e12)).all()
