import numpy as np
import pytest

from solvers.fleet.cluster_queue import cluster_queue
from tests.solvers.sentences import says

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"servers": "10000", "arrival_rate": "9999", "service_time": "1", "wait_target": "1e-6"},
    {"servers": "1", "arrival_rate": "7e-8", "service_time": "1e7", "wait_target": "60"},
]

DAY = 86400.0
# The grid on which every law below is tested, in one call: utilizations, slots and variabilities.
LOADS, SLOTS, SPREADS = (
    each.ravel() for each in np.meshgrid([0.01, 0.2, 0.5, 0.8, 0.95, 0.99], [1, 2, 3, 7, 30, 200], [0.0, 0.5, 1.0, 3.0])
)


def queued(load, servers=1, **other):
    """Return a cluster with this number of slots, a share `load` of them occupied, with jobs of a day."""
    return cluster_queue(**{"arrival_rate": load * servers / DAY, "service_time": DAY, "servers": servers, **other})


@pytest.fixture(scope="module")
def grid():
    return queued(LOADS, SLOTS, service_cv=SPREADS)


def test_one_slot_and_jobs_all_alike_is_m_d_1():
    # Pollaczek and Khinchine without spread: ρ·s/(2(1 − ρ)).
    load = np.linspace(0, 0.99, 50)
    assert queued(load, service_cv=0).mean_wait == pytest.approx(load * DAY / (2 * (1 - load)))


def test_one_slot_waits_as_pollaczek_and_khinchine_say(grid):
    # λ·E[s²]/(2(1 − ρ)), with E[s²] = s²(1 + cs²).
    one = SLOTS == 1
    load, spread = LOADS[one], SPREADS[one]
    assert grid.mean_wait[one] == pytest.approx(load / DAY * DAY**2 * (1 + spread**2) / (2 * (1 - load)))


def test_two_slots_wait_as_erlang_says():
    # M/M/2 at ρ = 1/2: Pw = 2ρ²/(1 + ρ) = 1/3, wait Pw·s/(2(1 − ρ)) = s/3.
    o = queued(0.5, servers=2)
    assert float(o.wait_probability) == pytest.approx(1 / 3)
    assert float(o.mean_wait) == pytest.approx(DAY / 3)


def test_many_slots_wait_as_lee_and_longton_say(grid):
    exponential = queued(LOADS, SLOTS, service_cv=1)
    assert grid.mean_wait == pytest.approx(exponential.mean_wait * (1 + SPREADS**2) / 2)


def test_littles_law_holds_and_completion_is_wait_and_run(grid):
    assert grid.queue_length == pytest.approx(LOADS * SLOTS / DAY * grid.mean_wait)
    assert grid.mean_completion_time == pytest.approx(grid.mean_wait + DAY)
    assert grid.wait_ratio == pytest.approx(grid.mean_wait / DAY)
    assert grid.slowdown == pytest.approx(grid.mean_completion_time / DAY)


def test_more_slots_at_the_same_share_booked_wait_less(grid):
    assert np.all(queued(LOADS, SLOTS + 1, service_cv=SPREADS).mean_wait <= grid.mean_wait)


def test_one_fast_slot_lets_wait_longer_but_finishes_jobs_all_alike_sooner_than_many_slow_ones(grid):
    even = SPREADS <= 1
    assert np.all(grid.pooled_wait >= grid.mean_wait * (1 - 1e-9))
    assert np.all((grid.pooled_wait + DAY / SLOTS)[even] <= grid.mean_completion_time[even] * (1 + 1e-9))


@pytest.mark.parametrize(("load", "servers", "needed"), [(1.0, 4, 5), (1.2, 4, 5), (1.25, 4, 6), (3, 1, 4)])
def test_too_many_jobs_are_said_to_need_one_slot_more_than_they_keep_busy(load, servers, needed):
    o = queued(load, servers)
    assert not o.stable and np.isinf(o.mean_wait) and np.isinf(o.queue_length) and np.isinf(o.p90_wait)
    assert float(o.stable_servers) == needed
    assert cluster_queue(arrival_rate=load * servers / DAY, service_time=DAY, servers=needed).stable


def test_an_empty_cluster_lets_nobody_wait():
    o = queued(0)
    assert (float(o.mean_wait), float(o.queue_length), float(o.p90_wait)) == (0, 0, 0)


@pytest.mark.parametrize("target", [60, DAY / 10, 30 * DAY])
def test_the_most_jobs_within_the_target_meet_it_and_a_little_more_do_not(target):
    values = {"service_time": DAY, "servers": SLOTS, "service_cv": SPREADS, "wait_target": target}
    most = cluster_queue(**values).arrival_rate_for_target
    assert np.all(cluster_queue(**values, arrival_rate=most).mean_wait <= target * (1 + 1e-9))
    assert not np.any(cluster_queue(**values, arrival_rate=most + 1e-6 * SLOTS / DAY).meets_target)


@pytest.mark.parametrize("target", [60, DAY / 10, 30 * DAY])
def test_as_many_slots_as_the_target_asks_for_meet_it_and_one_less_does_not(target):
    values = {"arrival_rate": LOADS * SLOTS / DAY, "service_time": DAY, "service_cv": SPREADS, "wait_target": target}
    needed = cluster_queue(**values).servers_for_target
    assert np.all(cluster_queue(**values, servers=needed).meets_target)
    assert not np.any(cluster_queue(**values, servers=np.maximum(needed - 1, 1)).meets_target & (needed > 1))


def test_a_target_no_number_of_slots_meets_asks_for_infinitely_many():
    assert np.isinf(cluster_queue(arrival_rate=10_001 / DAY, service_time=DAY).servers_for_target)
    assert float(cluster_queue(arrival_rate=0).servers_for_target) == 1


def test_a_queue_as_busy_as_its_slots_says_that_all_of_the_capacity_is_used():
    said = says(cluster_queue, arrival_rate=1.0, service_time=4.0, servers=4)
    assert "are {utilization} of what {servers} slots can run" in said
