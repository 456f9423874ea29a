import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.fleet.cluster_queue import cluster_queue

loads = st.floats(0.01, 0.95)
slots = st.integers(1, 200)
spreads = st.floats(0, 4)
DAY = 86400.0


def queued(load, servers=1, **other):
    """A cluster of so many slots, a share `load` of them booked, with jobs of a day."""
    return cluster_queue(**{"arrival_rate": load * servers / DAY, "service_time": DAY, "servers": servers, **other})


@given(load=loads)
def test_one_slot_and_jobs_all_alike_is_m_d_1(load):
    # Pollaczek and Khinchine: ρ·s/(2(1 − ρ)).
    o = queued(load, service_cv=0)
    assert float(o.mean_wait) == pytest.approx(load * DAY / (2 * (1 - load)))


@given(load=loads, spread=spreads)
def test_one_slot_waits_as_pollaczek_and_khinchine_say(load, spread):
    o = queued(load, service_cv=spread)
    assert float(o.mean_wait) == pytest.approx(load / (1 - load) * DAY * (1 + spread**2) / 2)


def test_two_slots_wait_as_erlang_says():
    # M/M/2 at ρ = 1/2: Pw = 2ρ²/(1 + ρ) = 1/3, wait Pw·s/(2(1 − ρ)) = s/3.
    o = queued(0.5, servers=2)
    assert float(o.wait_probability) == pytest.approx(1 / 3)
    assert float(o.mean_wait) == pytest.approx(DAY / 3)


@given(load=loads, servers=slots, spread=spreads)
def test_littles_law_holds_and_completion_is_wait_and_run(load, servers, spread):
    o = queued(load, servers, service_cv=spread)
    assert float(o.queue_length) == pytest.approx(load * servers / DAY * float(o.mean_wait))
    assert float(o.mean_completion_time) == pytest.approx(float(o.mean_wait) + DAY)
    assert float(o.slowdown) == pytest.approx(float(o.mean_completion_time) / DAY)


@given(load=loads, servers=slots)
def test_more_slots_at_the_same_share_booked_wait_less(load, servers):
    assert float(queued(load, servers + 1).mean_wait) <= float(queued(load, servers).mean_wait) * (1 + 1e-12)


@given(load=loads, servers=slots)
def test_one_fast_slot_finishes_sooner_than_many_slow_ones(load, servers):
    o = queued(load, servers)
    assert float(o.pooled_wait) + DAY / servers <= float(o.mean_completion_time) * (1 + 1e-9)


@pytest.mark.parametrize(("load", "servers", "needed"), [(1.0, 4, 5), (1.2, 4, 5), (1.25, 4, 6), (3, 1, 4)])
def test_too_many_jobs_are_said_to_need_one_slot_more_than_they_keep_busy(load, servers, needed):
    o = queued(load, servers)
    assert not o.stable and np.isinf(o.mean_wait) and np.isinf(o.queue_length) and np.isinf(o.p90_wait)
    assert float(o.stable_servers) == needed
    assert cluster_queue(arrival_rate=load * servers / DAY, service_time=DAY, servers=needed).stable


def test_an_empty_cluster_lets_nobody_wait():
    o = queued(0)
    assert (float(o.mean_wait), float(o.queue_length), float(o.p90_wait)) == (0, 0, 0)
