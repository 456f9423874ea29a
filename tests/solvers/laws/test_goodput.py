import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.laws.goodput import daly_goodput, daly_interval, least_mtbf, time_shares
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


def test_checkpoints_that_take_no_time_are_written_always_and_only_restarts_cost():
    assert float(daly_interval(0.0, 1e5)) == 0
    assert float(daly_goodput(0.0, 0.0, 1e3, 1e5)) == pytest.approx(np.exp(-0.01))
    assert float(daly_goodput(0.0, 1e-3, 1e3, 1e5)) == pytest.approx(np.exp(-0.01))
    assert float(daly_goodput(1.0, 0.0, 1e3, 1e5)) == 0


@given(write=st.floats(0, 1e4), interval=st.floats(1, 1e6), restart=st.floats(0, 1e4), mtbf=st.floats(100, 1e7))
def test_the_shares_of_a_runs_time_add_up_to_all_of_it(write, interval, restart, mtbf):
    shares = time_shares(write, interval, restart, mtbf)
    assert sum(map(float, shares)) == pytest.approx(1)
    assert all(-1e-12 <= float(share) <= 1 for share in shares)


def test_a_simulated_run_spends_its_time_as_the_shares_say():
    mtbf, interval, write, restart = 1000.0, 300.0, 50.0, 200.0
    random = np.random.default_rng(7)
    spent = dict.fromkeys(("work", "writing", "again", "restarting"), 0.0)
    for _ in range(20_000):
        while (failure := random.exponential(mtbf)) < interval + write:
            spent["again"] += failure
            while (next_failure := random.exponential(mtbf)) < restart:
                spent["restarting"] += next_failure
            spent["restarting"] += restart
        spent["work"] += interval
        spent["writing"] += write
    shares = time_shares(write, interval, restart, mtbf)
    assert [float(share) for share in shares] == pytest.approx(
        [seconds / sum(spent.values()) for seconds in spent.values()], rel=0.02
    )


def test_failures_are_rare_from_five_checkpoints_and_restarts_on():
    assert float(least_mtbf(60.0, 600.0)) == 3300
