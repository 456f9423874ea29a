import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.laws.queueing import (
    erlang_b,
    erlang_c,
    mean_wait,
    mean_wait_given_waiting,
    prefill_wait_quantile,
    queue_wait_quantile,
    variability_factor,
    wait_quantile,
)
from solvers.node.tail_latency import tail_latency

servers = st.integers(1, 300)
loads = st.floats(0.01, 400)
utilizations = st.floats(0.01, 0.99)


def recursed_from_zero(c: int, a: float) -> float:
    blocked = 1.0
    for k in range(1, c + 1):
        blocked = a * blocked / (k + a * blocked)
    return blocked


# The Erlang B table at 1 % blocking that teletraffic handbooks print. Loads have three digits: 3 % of the chance.
@pytest.mark.parametrize(("c", "a"), [(2, 0.153), (5, 1.36), (10, 4.46), (20, 12.0), (50, 37.9), (100, 84.1)])
def test_one_percent_is_blocked_at_the_loads_of_the_erlang_b_table(c, a):
    assert float(erlang_b(c, a)) == pytest.approx(0.01, rel=0.03)


@pytest.mark.parametrize(("c", "a"), [(1, Fraction(1, 2)), (3, Fraction(5, 2)), (12, Fraction(9)), (40, Fraction(60))])
def test_erlang_b_is_its_exact_fraction(c, a):
    terms = [a**k / math.factorial(k) for k in range(c + 1)]
    assert float(erlang_b(c, float(a))) == pytest.approx(float(terms[-1] / sum(terms)), rel=1e-13)


@given(c=st.integers(1, 2000), a=st.floats(0.01, 4000))
def test_starting_near_the_load_finds_what_starting_at_zero_finds(c, a):
    assert float(erlang_b(c, a)) == pytest.approx(recursed_from_zero(c, a), rel=1e-12, abs=1e-300)


@given(c=servers, a=loads)
def test_one_more_server_blocks_less(c, a):
    fewer, more = erlang_b(np.array([c, c + 1]), a)
    assert 0 <= more < fewer <= 1 or more == fewer == 0


def test_ten_thousand_servers_near_their_load_follow_halfin_and_whitt():
    # Halfin and Whitt 1981, proposition 1, at β = √c(1 − ρ) = 1: 1/(1 + β·Φ(β)/φ(β)) = 0.2234; the limit, so 2 %.
    assert float(erlang_c(10_000, 9_900)) == pytest.approx(0.2234, rel=0.02)


def test_a_chance_too_small_for_a_double_is_zero_not_unknown():
    assert float(erlang_c(10_000, 2.0)) == 0.0


@given(rho=utilizations)
def test_one_server_makes_a_request_wait_as_often_as_it_is_busy(rho):
    assert float(erlang_c(1, rho)) == pytest.approx(rho)


@given(rho=utilizations)
def test_two_servers_follow_the_closed_form(rho):
    assert float(erlang_c(2, 2 * rho)) == pytest.approx(2 * rho**2 / (1 + rho))


@given(c=servers, over=st.floats(1, 5))
def test_everybody_waits_for_ever_once_the_load_reaches_the_servers(c, over):
    assert float(erlang_c(c, c * over)) == 1.0
    assert math.isinf(mean_wait_given_waiting(c, c * over, 1.0, 1.0))


@given(rho=utilizations, service=st.floats(1e-6, 1e6))
def test_one_server_of_fixed_service_waits_half_as_long_as_one_of_random_service(rho, service):
    # Pollaczek–Khinchine: M/D/1 waits ρs/(2(1 − ρ)).
    wait = mean_wait(erlang_c(1, rho), mean_wait_given_waiting(1, rho, service, variability_factor(1.0, 0.0)))
    assert float(wait) == pytest.approx(rho * service / (2 * (1 - rho)))


@given(c=st.integers(1, 50), rho=st.floats(0.5, 0.99), share=st.floats(0.5, 0.999))
def test_just_the_share_asked_for_waits_no_longer_than_its_quantile(c, rho, share):
    waiting, drain = erlang_c(c, c * rho), mean_wait_given_waiting(c, c * rho, 1.0, 1.0)
    quantile = float(wait_quantile(share, waiting, drain))
    if quantile == 0:
        assert float(waiting) <= 1 - share + 1e-12
    else:
        assert float(waiting) * math.exp(-quantile / float(drain)) == pytest.approx(1 - share)


def test_quantiles_average_to_the_mean():
    waiting, drain = erlang_c(4, 3.4), mean_wait_given_waiting(4, 3.4, 2.0, 1.5)
    shares = (np.arange(200_000) + 0.5) / 200_000
    assert wait_quantile(shares, waiting, drain).mean() == pytest.approx(float(mean_wait(waiting, drain)), rel=1e-4)


def test_a_column_finds_what_each_row_finds_alone():
    c, a = np.array([1, 400, 40, 7000, 3]), np.array([0.5, 1.9, 57.0, 6900.0, 0.0])
    alone = [float(erlang_c(*row)) for row in zip(c, a, strict=True)]
    assert erlang_c(c, a) == pytest.approx(alone, rel=1e-13)
    assert erlang_c(np.tile(c, 1000), np.tile(a, 1000)) == pytest.approx(alone * 1000, rel=1e-13)


@pytest.mark.parametrize("busy", [0.3, 0.6, 0.9])
def test_the_wait_behind_prefills_is_that_of_a_simulated_replica(busy):
    rng = np.random.default_rng(7)
    seconds, prompts = 0.2, 400_000
    between = rng.exponential(seconds / busy, prompts)
    # Lindley's recursion: w = max(0, w + s - the time to the next arrival), by sums and their running minimum.
    walk = np.concatenate([[0.0], np.cumsum(seconds - between)])
    waits = walk - np.minimum.accumulate(walk)
    simulated = float(np.quantile(waits, 0.99))
    assert 1 < float(prefill_wait_quantile(0.99, busy / seconds, seconds)) / simulated < 1.35  # on the safe side


def test_prefills_that_never_end_wait_without_bound_and_an_unknown_prefill_is_unknown():
    waits = prefill_wait_quantile(0.99, np.array([5.0, 6.0, 5.0]), np.array([0.2, 0.2, np.nan]))
    assert waits[:2].tolist() == [math.inf, math.inf] and math.isnan(waits[2])


@pytest.mark.parametrize("service_cv", [0.0, 1.0, 2.5])
def test_the_quantile_of_a_queue_is_that_of_the_wall(service_cv):
    rate = np.array([1.0, 30.0, 39.0, 45.0])
    wall = tail_latency(arrival_rate=rate, service_time=0.1, replicas=4, service_cv=service_cv)
    own = queue_wait_quantile(0.99, 4.0, rate * 0.1, 0.1, variability_factor(1.0, service_cv))
    assert own.tolist() == np.asarray(wall.p99_wait).tolist()
    assert own[0] == 0 and np.isinf(own[-1])
