import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.laws.queueing import erlang_c, mean_wait_given_waiting, variability_factor
from solvers.laws.response_time import (
    min_servers_for_response,
    response_quantile,
    response_tail,
    service_phases,
)

spreads = st.floats(0, 5)


def pool(servers, utilization, cv, service_time=1.0):
    load = servers * utilization
    factor = variability_factor(1.0, cv)
    return (
        erlang_c(servers, load),
        mean_wait_given_waiting(servers, load, service_time, factor),
        service_phases(service_time, cv),
    )


@given(mean=st.floats(1e-3, 1e3), cv=st.floats(0.01, 10))
def test_the_phases_have_the_mean_and_the_spread_asked(mean, cv):
    found = service_phases(mean, cv)
    parts = ((found.share, found.first), (1 - found.share, found.second))
    first = sum(share * (found.fixed + m) for share, m in parts)
    second = sum(share * (found.fixed**2 + 2 * found.fixed * m + 2 * m**2) for share, m in parts)
    assert float(first) == pytest.approx(mean)
    assert float(second - first**2) == pytest.approx((cv * mean) ** 2, rel=1e-6)


@given(utilization=st.floats(0.01, 0.99), share=st.floats(0.5, 0.9999))
def test_one_exponential_server_answers_as_mm1_does(utilization, share):
    # M/M/1: the time in the system is exponential with a mean of s/(1 − ρ).
    waiting, drain, service = pool(1, utilization, 1.0)
    exact = -np.log(1 - share) / (1 - utilization)
    assert float(response_quantile(share, waiting, drain, service)) == pytest.approx(exact, rel=1e-5)


@given(time=st.floats(0.01, 20), waiting=st.floats(0, 1))
def test_a_wait_as_long_as_the_service_adds_up_as_two_of_them_do(time, waiting):
    exact = (1 - waiting) * np.exp(-time) + waiting * (1 + time) * np.exp(-time)
    assert float(response_tail(time, waiting, 1.0, service_phases(1.0, 1.0))) == pytest.approx(exact, rel=1e-4)


@given(servers=st.integers(1, 50), utilization=st.floats(0.01, 0.99), cv=spreads, share=st.floats(0.5, 0.999))
def test_the_quantile_is_where_the_tail_is_what_is_left(servers, utilization, cv, share):
    waiting, drain, service = pool(servers, utilization, cv)
    time = response_quantile(share, waiting, drain, service)
    if cv > 0.01:  # without a spread the tail has a step
        assert float(response_tail(time, waiting, drain, service)) == pytest.approx(1 - share, rel=1e-6)


@given(servers=st.integers(1, 50), utilization=st.floats(0.01, 0.99))
def test_service_that_is_always_alike_adds_its_time_to_the_wait(servers, utilization):
    waiting, drain, service = pool(servers, utilization, 0.0)
    wait = max(0.0, float(np.log(waiting / 0.01) * drain)) if waiting > 0 else 0.0
    assert float(response_quantile(0.99, waiting, drain, service)) == pytest.approx(1 + wait, rel=1e-5)


@pytest.mark.parametrize(("servers", "utilization", "cv"), [(1, 0.6, 1.0), (4, 0.8, 1.0), (1, 0.7, 0.5), (1, 0.5, 2.0)])
def test_a_simulated_queue_answers_99_of_100_within_the_quantile(servers, utilization, cv):
    random = np.random.default_rng(7)
    count = 400_000
    service = service_phases(1.0, cv)
    kinds = np.where(random.random(count) < float(service.share), float(service.first), float(service.second))
    times = float(service.fixed) + random.exponential(1.0, count) * kinds
    arrivals = np.cumsum(random.exponential(1 / (servers * utilization), count))
    free = [0.0] * servers
    answered = np.empty(count)
    for number in range(count):
        place = free.index(min(free))
        free[place] = max(free[place], arrivals[number]) + times[number]
        answered[number] = free[place] - arrivals[number]
    waiting, drain, phases = pool(servers, utilization, cv)
    tolerance = 0.05 if cv == 1 else 0.2  # waits are exponential in M/M/c alone
    assert float(response_quantile(0.99, waiting, drain, phases)) == pytest.approx(
        np.quantile(answered, 0.99), rel=tolerance
    )


@given(load=st.floats(0.1, 30), longest=st.floats(0.5, 20), cv=spreads)
def test_the_fewest_servers_are_enough_and_one_fewer_is_not(load, longest, cv):
    factor, service = variability_factor(1.0, cv), service_phases(1.0, cv)
    needed = float(min_servers_for_response(0.99, longest, load, 1.0, factor, service))
    if np.isinf(needed):
        assert float(response_tail(longest, 0.0, 1.0, service)) > 0.01
        return

    def late(servers):
        drain = mean_wait_given_waiting(servers, load, 1.0, factor)
        return float(response_tail(longest, erlang_c(servers, load), drain, service))

    assert late(needed) <= 0.01 + 1e-12
    assert needed - 1 <= load or late(needed - 1) > 0.01


def test_a_queue_that_grows_is_never_answered_in_time():
    assert np.isinf(response_quantile(0.99, 1.0, np.inf, service_phases(1.0, 1.0)))
