import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.laws.energy import fleet_power
from solvers.laws.power import activity, chip_power, dynamic_share, idle_power, mean_power, power_in_use
from solvers.shipped import find
from solvers.specs import Accelerator

shares = st.floats(0, 1)


@given(mfu=shares, reading=shares)
def test_power_stays_between_idle_and_tdp_and_grows_with_either_activity(mfu, reading):
    def power(mfu, reading):
        return float(chip_power(700.0, 0.3, activity(mfu, reading)))

    assert 210 <= power(mfu, reading) <= 700 + 1e-9
    assert power(min(1, mfu + 0.1), reading) >= power(mfu, reading)
    assert power(mfu, min(1, reading + 0.1)) >= power(mfu, reading)


def test_decode_is_not_idle():
    idle, decoding = (float(chip_power(700.0, 0.3, activity(0.01, reading))) for reading in (0.0, 0.7))
    assert decoding > 1.5 * idle
    assert float(activity(0.6, 0.3)) == 1


@given(mfu=shares)
def test_where_the_memory_is_not_known_power_follows_mfu_in_a_straight_line(mfu):
    assert float(dynamic_share(mfu, 0.0)) == mfu
    assert float(dynamic_share(mfu, 0.3)) == float(activity(mfu, 0.3)) >= mfu


def test_hosts_draw_their_power_whatever_the_chips_do():
    for share in (0.0, 1.0):
        alone, hosted = (fleet_power(8.0, 700.0, 0.3, share, host) for host in (0.0, 200.0))
        assert float(hosted - alone) == pytest.approx(1600)
    assert np.shape(fleet_power(np.ones(3), 700.0, 0.3, np.zeros((2, 1)), 0.0)) == (2, 3)


def test_an_idle_chip_draws_its_measured_watts_or_else_a_share_of_its_tdp():
    assert idle_power(400.0, 0.3, np.array([59.0, np.nan])).tolist() == [59.0, 120.0]


def test_a_chip_in_use_without_work_is_idle_and_the_least_work_raises_its_clocks():
    power = power_in_use(400.0, 0.3, 59.0, np.array([0.0, 1e-9, 1.0]))
    assert power.tolist() == pytest.approx([59, 120, 400])


@given(used=shares)
def test_mean_power_is_between_idle_and_in_use(used):
    assert 59 - 1e-9 <= float(mean_power(300.0, 59.0, used)) <= 300 + 1e-9
    assert float(mean_power(300.0, 59.0, 0.25)) == pytest.approx(0.25 * 300 + 0.75 * 59)


@pytest.mark.parametrize(("chip", "watts"), [("a100-sxm4-80gb", (56, 60)), ("h100-sxm5-80gb", (69, 71))])
def test_measured_chips_idle_as_monitors_show_them(chip, watts):
    assert watts[0] <= find(Accelerator, chip).idle_power <= watts[1]
