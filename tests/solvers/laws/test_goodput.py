import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.laws.activity_power import activity, activity_power
from solvers.laws.goodput import daly_goodput, daly_interval
from solvers.laws.reliability import goodput, young_daly_interval


@given(write=st.floats(1, 300), mtbf=st.floats(3600, 1e7), restart=st.floats(0, 3000))
def test_no_other_interval_leaves_more_time_than_dalys_by_a_thousandth(write, mtbf, restart):
    best = float(daly_goodput(write, daly_interval(write, mtbf), restart, mtbf))
    others = daly_goodput(write, daly_interval(write, mtbf) * np.geomspace(0.2, 5, 101), restart, mtbf)
    assert float(others.max()) <= best * 1.001


@given(write=st.floats(1, 100), mtbf=st.floats(1e6, 1e8))
def test_the_full_form_tends_to_youngs_where_failures_are_rare(write, mtbf):
    interval = young_daly_interval(write, mtbf)
    assert float(daly_goodput(write, interval, 60.0, mtbf)) == pytest.approx(
        float(goodput(write, interval, 60.0, mtbf)), rel=2e-3
    )


@given(write=st.floats(1, 1e5), interval=st.floats(1, 1e7), restart=st.floats(0, 1e5), mtbf=st.floats(1, 1e7))
def test_a_share_stays_a_share_however_often_something_fails(write, interval, restart, mtbf):
    assert 0 <= float(daly_goodput(write, interval, restart, mtbf)) < 1


def test_dalys_figures_by_hand():
    # δ 300 s, M 6 h: √(2·300·21600) = 3600 s, times 1 + √(300/43200)/3 + 300/43200/9, less 300 s.
    assert float(daly_interval(300.0, 21600.0)) == pytest.approx(3600 * (1 + (1 / 144) ** 0.5 / 3 + 1 / 1296) - 300)
    assert float(daly_interval(50000.0, 21600.0)) == 21600


def test_where_nothing_fails_only_writing_costs_time():
    assert float(daly_goodput(10.0, 90.0, 600.0, np.inf)) == pytest.approx(0.9)
    assert np.isinf(daly_interval(10.0, np.inf))
    assert float(daly_goodput(10.0, np.inf, 600.0, np.inf)) == 1
    assert float(daly_goodput(10.0, np.inf, 600.0, 1e6)) == 0


@given(mfu=st.floats(0, 1), reading=st.floats(0, 1))
def test_power_stays_between_idle_and_tdp_and_grows_with_either_activity(mfu, reading):
    power = float(activity_power(700.0, 0.3, mfu, reading))
    assert 210 <= power <= 700 + 1e-9
    assert float(activity_power(700.0, 0.3, min(1, mfu + 0.1), reading)) >= power
    assert float(activity_power(700.0, 0.3, mfu, min(1, reading + 0.1))) >= power


def test_decode_is_not_idle():
    assert float(activity_power(700.0, 0.3, 0.0, 0.7)) > 1.5 * float(activity_power(700.0, 0.3, 0.0, 0.0))
    assert float(activity(0.6, 0.3)) == 1
