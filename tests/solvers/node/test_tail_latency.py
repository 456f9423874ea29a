import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.node.tail_latency import tail_latency
from tests.solvers.sentences import says

# Questions of sentences that random ones hardly reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    # No number of replicas that is tried meets the target.
    {"replicas": "10000", "arrival_rate": "9990", "service_time": "1", "latency_target": "4.6052"},
    {"arrival_rate": "1", "service_time": "0.66 s", "replicas": "8", "latency_target": "0.03"},
    {"service_time": "0.01", "arrival_rate": "12", "replicas": "1"},
]

# One question answers in about a millisecond; a hundred of each would make the file slow.
few = settings(max_examples=25)
replicas = st.integers(1, 40)
utilizations = st.floats(0.05, 0.97)


def pool(servers, rho, service=1.0, **other):
    return tail_latency(replicas=servers, service_time=service, arrival_rate=rho * servers / service, **other)


@few
@given(rho=utilizations, service=st.floats(1e-4, 1e3))
def test_one_replica_answers_after_its_service_time_over_its_idle_share(rho, service):
    # M/M/1: mean time in the system s/(1 − ρ).
    assert float(pool(1, rho, service).mean_latency) == pytest.approx(service / (1 - rho))


@few
@given(c=replicas, rho=utilizations)
def test_percentiles_rise_from_the_median_to_the_last_thousandth(c, rho):
    o = pool(c, rho)
    assert o.p50_latency <= o.p95_latency <= o.p99_latency <= o.p999_latency
    assert o.p50_response <= o.p99_response


@few
@given(c=replicas, rho=utilizations, times=st.floats(1e-3, 1e3))
def test_in_slow_motion_every_wait_is_longer_in_proportion(c, rho, times):
    real, slow = pool(c, rho), pool(c, rho, times)
    assert float(slow.mean_wait) == pytest.approx(times * float(real.mean_wait), rel=1e-9)
    assert float(slow.p99_wait) == pytest.approx(times * float(real.p99_wait), rel=1e-6, abs=1e-9 * times)


@few
@given(c=st.integers(1, 20), rho=utilizations, times=st.integers(2, 8))
def test_a_larger_pool_at_the_same_utilization_waits_less(c, rho, times):
    assert pool(c * times, rho).mean_wait < pool(c, rho).mean_wait


@few
@given(c=replicas, rho=utilizations, cv=st.floats(1.01, 5))
def test_erratic_requests_wait_longer_and_steady_ones_not_at_all(c, rho, cv):
    assert pool(c, rho, service_cv=cv).mean_wait > pool(c, rho).mean_wait
    assert pool(c, rho, service_cv=0, arrival_cv=0).p999_wait == 0


@few
@given(rate=st.floats(0.1, 50), target=st.floats(0.3, 5), cv=st.floats(0, 4))
def test_the_replicas_for_the_target_meet_it_and_one_fewer_misses_it(rate, target, cv):
    asked = {"arrival_rate": rate, "service_time": 0.3, "latency_target": target, "service_cv": cv}
    o = tail_latency(**asked)
    if np.isinf(o.replicas_for_target):
        assert float(o.service_p99) > target * (1 - 1e-9)
        return
    needed = int(o.replicas_for_target)
    assert tail_latency(**asked, replicas=needed).meets_target
    assert needed == 1 or not tail_latency(**asked, replicas=needed - 1).meets_target


@few
@given(c=replicas, rho=utilizations, service=st.floats(1e-3, 1e3))
def test_latency_is_wait_and_service_and_utilization_is_load_over_replicas(c, rho, service):
    o = pool(c, rho, service)
    for name in ("mean", "p50", "p95", "p99", "p999"):
        assert float(getattr(o, f"{name}_latency")) == pytest.approx(float(getattr(o, f"{name}_wait")) + service)
    assert float(o.utilization) == pytest.approx(rho)
    assert float(o.largest_arrival_rate) * service == pytest.approx(c)


@few
@given(c=replicas, over=st.floats(1, 5))
def test_an_overload_grows_for_ever_until_the_replicas_named_are_there(c, over):
    o = pool(c, over)
    assert not o.stable and math.isinf(o.p50_latency) and math.isinf(o.queue_length)
    named = int(o.stable_replicas)
    assert c < named and tail_latency(replicas=named, service_time=1.0, arrival_rate=over * c).stable
    assert not tail_latency(replicas=named - 1, service_time=1.0, arrival_rate=over * c).stable


def test_no_replicas_meet_a_target_shorter_than_the_service():
    assert math.isinf(tail_latency(service_time=0.3, latency_target=0.29).replicas_for_target)


def test_without_arrivals_nobody_waits():
    o = tail_latency(arrival_rate=0)
    assert (float(o.p999_wait), float(o.queue_length), float(o.utilization)) == (0, 0, 0)


def test_asking_a_hundred_leaves_meets_a_slow_one_in_63_percent():
    # Dean and Barroso 2013, "Variability in the tail": 1 in 100 slow, 100 leaves: 63 % of requests.
    assert float(tail_latency(fan_out=100).fan_out_slow_share) == pytest.approx(0.63, abs=0.005)


def test_the_slowest_of_the_parts_is_on_time_in_99_of_100():
    o = pool(4, 0.8, fan_out=50)
    beyond = float(pool(4, 0.8, latency_target=float(o.fan_out_p99_latency)).late_share)
    assert (1 - beyond) ** 50 == pytest.approx(0.99)


@few
@given(rho=utilizations, service=st.floats(1e-3, 1e3))
def test_the_p99_of_one_exponential_replica_is_that_of_its_whole_time_in_the_system(rho, service):
    # M/M/1: the time in the system is exponential with a mean of s/(1 − ρ).
    assert float(pool(1, rho, service).p99_response) == pytest.approx(math.log(100) * service / (1 - rho), rel=1e-5)


@few
@given(c=replicas, cv=st.floats(0.1, 3))
def test_without_a_queue_the_p99_is_that_of_the_service(c, cv):
    o = tail_latency(arrival_rate=0, service_time=0.3, replicas=c, service_cv=cv)
    assert float(o.p99_response) == pytest.approx(float(o.service_p99)) and float(o.service_p99) > 0.3
    assert float(o.p99_latency) == 0.3


@few
@given(c=replicas, rho=utilizations)
def test_services_that_are_all_alike_add_their_time_to_the_wait(c, rho):
    o = pool(c, rho, service_cv=0)
    assert float(o.p99_response) == pytest.approx(float(o.p99_latency), rel=1e-5)


@few
@given(c=replicas, rho=utilizations, cv=st.floats(0, 3), target=st.floats(0.5, 30))
def test_the_target_is_met_where_at_most_a_hundredth_is_later(c, rho, cv, target):
    o = pool(c, rho, service_cv=cv, latency_target=target)
    assert bool(o.meets_target) == (float(o.late_share) <= 0.01)
    if abs(float(o.p99_response) / target - 1) > 1e-6:
        assert bool(o.meets_target) == (float(o.p99_response) <= target)


@few
@given(c=st.integers(1, 12), slots=st.integers(1, 32), rho=utilizations, target=st.floats(1.5, 9))
def test_replicas_with_batch_slots_wait_as_that_many_servers_and_are_counted_in_replicas(c, slots, rho, target):
    asked = {"service_time": 1.0, "arrival_rate": rho * c * slots, "latency_target": target}
    batched = tail_latency(**asked, replicas=c, slots_per_replica=slots)
    servers = tail_latency(**asked, replicas=c * slots)
    for name in ("p99_response", "utilization", "late_share", "largest_arrival_rate", "offered_load"):
        assert float(getattr(batched, name)) == pytest.approx(float(getattr(servers, name)))
    if np.isfinite(servers.replicas_for_target):
        assert float(batched.replicas_for_target) == math.ceil(float(servers.replicas_for_target) / slots)
    named = int(batched.stable_replicas)
    assert tail_latency(**asked, replicas=named, slots_per_replica=slots).stable
    assert named == 1 or not tail_latency(**asked, replicas=named - 1, slots_per_replica=slots).stable


def test_more_servers_than_the_wall_takes_are_refused_by_name():
    with pytest.raises(ValueError, match="replicas: times the batch slots per replica must be at most 10,000"):
        tail_latency.solve(replicas=1000, slots_per_replica=64)


FANNED = {"service_cv": 0, "fan_out": 100, "arrival_rate": 10, "service_time": 0.3, "replicas": 4, "latency_target": 1}


def test_with_fan_out_the_slo_is_judged_by_the_slowest_sub_request():
    o = tail_latency(**FANNED)
    assert o.p99_response < 1 < o.fan_out_p99_latency
    assert not o.meets_target
    said = says(tail_latency, **FANNED)
    assert said.startswith("SLO missed. p99 with fan-out {fan_out} is {fan_out_p99_latency}")


@few
@given(fan_out=st.integers(1, 1000), servers=st.integers(4, 40), cv=st.sampled_from([0.0, 0.5, 1.0, 2.0]))
def test_the_replicas_for_the_slo_are_the_fewest_that_meet_it_with_fan_out(fan_out, servers, cv):
    asked = {**FANNED, "fan_out": fan_out, "replicas": servers, "service_cv": cv, "latency_target": 3}
    o = tail_latency(**asked)
    assert bool(o.meets_target) == (o.replicas_for_target <= servers) == (o.fan_out_p99_latency <= 3 * (1 + 1e-9))
    assert bool(o.meets_target) == (o.late_share <= 0.01 * (1 + 1e-9))


def test_no_replicas_help_where_the_slowest_service_of_the_fan_out_is_too_long():
    asked = {**FANNED, "service_cv": 1, "latency_target": 2}
    o = tail_latency(**asked)
    assert o.service_p99 < 2 < o.fan_out_service_p99
    assert np.isinf(o.replicas_for_target)
    assert "More replicas cannot meet it" in says(tail_latency, **asked)
