import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.fleet.reliability import FailingPart, TimeLoss, reliability
from tests.solvers.sentences import says

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"own_interval": "1 s"},
    {"checkpoint_time": "0", "recovery_time": "0"},
    {"devices": "1", "psus": "100000000", "psu_mtbf": "10000 hour"},
    {"own_interval": "250", "recovery_time": "1e-5"},
    {"devices": "131072", "checkpoint_time": "300", "recovery_time": "1200"},
    {"devices": "1", "device_mtbf": "1000", "checkpoint_time": "300", "recovery_time": "600"},
    {"devices": "100000", "own_interval": "12 hour"},
]

HOUR, DAY = 3600.0, 86400.0
deltas = st.floats(0.1, 600)
recoveries = st.floats(0, 3600)
fleets = st.integers(1, 100_000)


def test_llama_3_stops_every_three_hours_and_trains_nine_tenths_of_the_time():
    # Grattafiori et al. 2024, section 3.3.4: 419 stops in 54 days, effective training time higher than 90%.
    o = reliability()
    assert float(o.expected_failures) == pytest.approx(419)
    assert float(o.cluster_mtbf / HOUR) == pytest.approx(3.09, abs=0.005)
    assert 0.90 < float(o.daly_goodput) < 0.92
    assert float(o.failures_per_day) == pytest.approx(7.8, abs=0.05)


def test_checkpoints_of_a_minute_and_60_hours_between_failures_ask_for_85_minutes():
    # √(2 · 60 s · 216,000 s) = 5091 s, worked by hand.
    o = reliability(devices=1, device_mtbf=60 * HOUR, checkpoint_time=60)
    assert float(o.checkpoint_interval) == pytest.approx(5091.2, abs=0.05)


@given(delta=deltas, recovery=recoveries, own=st.floats(1, DAY), devices=fleets)
def test_no_interval_of_ones_own_beats_the_best_by_a_hundredth(delta, recovery, own, devices):
    values = {"devices": devices, "checkpoint_time": delta, "recovery_time": recovery}
    best, chosen = reliability(**values), reliability(**values, own_interval=own)
    assert float(chosen.daly_goodput) <= 1.01 * float(best.daly_goodput)
    assert float(chosen.goodput_given_up) == pytest.approx(
        max(float(best.daly_goodput) - float(chosen.daly_goodput), 0), abs=1e-9
    )
    assert float(chosen.best_interval) == float(best.best_interval)
    assert float(chosen.interval_used) == own


@given(delta=deltas, recovery=recoveries, devices=fleets)
def test_what_is_lost_and_what_is_left_are_all_of_the_time(delta, recovery, devices):
    o = reliability(devices=devices, checkpoint_time=delta, recovery_time=recovery)
    assert float(o.lost_share) == pytest.approx(1 - float(o.daly_goodput))


@given(delta=deltas, recovery=recoveries, own=st.floats(0, DAY))
def test_youngs_figures_stand_beside_dalys_as_the_approximation(delta, recovery, own):
    mtbf = 1e5
    o = reliability(devices=1, device_mtbf=mtbf, checkpoint_time=delta, recovery_time=recovery, own_interval=own)
    young = np.sqrt(2 * delta * mtbf)
    used = own or young
    assert float(o.checkpoint_interval) == pytest.approx(young)
    assert float(o.goodput) == pytest.approx(max(1 - delta / used - (used / 2 + recovery) / mtbf, 0))


@given(devices=fleets, nics=fleets, psus=fleets)
def test_twice_the_fleet_fails_twice_as_often_and_its_parts_share_the_failures(devices, nics, psus):
    one = reliability(devices=devices, nics=nics, psus=psus)
    two = reliability(devices=2 * devices, nics=2 * nics, psus=2 * psus)
    assert float(one.cluster_mtbf) == pytest.approx(2 * float(two.cluster_mtbf))
    assert float(one.device_share + one.nic_share + one.psu_share) == pytest.approx(1)
    shares = [float(one.device_share), float(one.nic_share), float(one.psu_share)]
    assert shares[int(one.most_failures)] == max(shares)


@given(delta=deltas, recovery=recoveries)
def test_failures_are_rare_where_five_checkpoints_and_recoveries_fit_between_them(delta, recovery):
    values = {"devices": 1, "checkpoint_time": delta, "recovery_time": recovery}
    needed = 5 * (delta + recovery)
    assert float(reliability(**values).mtbf_needed) == pytest.approx(needed)
    assert reliability(**values, device_mtbf=1.01 * needed).rare_failures
    assert not reliability(**values, device_mtbf=0.99 * needed).rare_failures


def test_frequent_failures_are_warned_of_and_only_they():
    assert "is inaccurate here" not in says(reliability)
    often = says(reliability, devices=131072, checkpoint_time=300, recovery_time=1200)
    assert "is inaccurate here" in often and "less than five times" in often


def test_the_largest_fleet_still_fails_rarely_and_the_next_does_not():
    values = {"device_mtbf": 1e8, "checkpoint_time": 60, "recovery_time": 600}
    largest = float(reliability(**values).largest_fleet)
    assert reliability(**values, devices=largest).rare_failures
    assert not reliability(**values, devices=largest + 1).rare_failures


def test_where_young_finds_less_than_nothing_a_part_of_the_time_is_left():
    o = reliability(devices=131072, checkpoint_time=300, recovery_time=1200)
    assert o.goodput == 0 and 0.1 < float(o.daly_goodput) < 0.3
    assert float(o.time_to_finish) == pytest.approx(54 * DAY / float(o.daly_goodput))


def test_a_job_that_makes_no_progress_takes_over_a_hundred_times_as_long():
    o = reliability(devices=1_000_000, device_mtbf=1e7, checkpoint_time=100, recovery_time=100)
    assert not o.progresses and 0 < float(o.daly_goodput) < 0.01
    assert float(o.time_to_finish) > 100 * 54 * DAY


def test_checkpoints_that_take_no_time_leave_only_recovery():
    o = reliability(devices=1, device_mtbf=1e5, checkpoint_time=0, recovery_time=1e3)
    assert float(o.goodput) == pytest.approx(0.99)
    assert float(o.daly_goodput) == pytest.approx(np.exp(-0.01))
    assert o.largest_loss == TimeLoss.RECOVERY
    assert np.isinf(reliability(checkpoint_time=0, recovery_time=0).largest_fleet)


@given(failures=st.floats(1e-3, 20))
def test_the_chance_of_a_failure_is_that_of_a_poisson_count_above_none(failures):
    o = reliability(devices=1, device_mtbf=1e6, job_duration=failures * 1e6)
    assert float(o.failure_probability) == pytest.approx(1 - np.exp(-failures))


def test_where_failures_are_rare_young_and_daly_agree():
    o = reliability(devices=1, device_mtbf=1e8, checkpoint_time=10, recovery_time=100)
    assert float(o.daly_goodput) == pytest.approx(float(o.goodput), abs=1e-6)


def test_dalys_goodput_is_what_a_simulated_job_reaches():
    # 40,000 simulated intervals with random failures, in checkpoints and recoveries too; three standard errors.
    mtbf, interval, delta, recovery = 1000.0, 300.0, 50.0, 200.0
    spent = _until_done(interval + delta, recovery, mtbf, 40_000)
    o = reliability(devices=1, device_mtbf=mtbf, checkpoint_time=delta, recovery_time=recovery, own_interval=interval)
    error = 3 * spent.std() / np.sqrt(spent.size)
    assert interval / float(o.daly_goodput) == pytest.approx(spent.mean(), abs=error)


def _until_done(length, recovery, mtbf, count):
    """Return the seconds until `length` passes without a failure; after each failure a recovery, which may fail too."""
    random, spent = np.random.default_rng(15), np.zeros(count)
    under_way, need = np.arange(count), np.full(count, length)
    while under_way.size:
        failure = random.exponential(mtbf, under_way.size)
        done = failure >= need[under_way]
        spent[under_way] += np.where(done, need[under_way], failure)
        need[under_way] = recovery + length
        under_way = under_way[~done]
    return spent


def test_which_part_fails_most_is_named():
    assert reliability(psus=4096).most_failures == FailingPart.DEVICES
    assert reliability(psus=4096, psu_mtbf=1e6).most_failures == FailingPart.PSUS


def test_an_interval_that_gives_up_less_than_a_hundredth_is_left_alone():
    best = float(reliability().best_interval)
    for factor, advised in ((1.2, False), (10.0, True)):
        given_up = float(reliability(own_interval=factor * best).goodput_given_up)
        assert (given_up > 0.01) is advised and given_up > 0
        assert ("would be best" in says(reliability, own_interval=factor * best)) is advised


def test_youngs_goodput_is_named_where_it_parts_from_dalys_and_only_there():
    assert "Young's first-order estimate, without" not in says(reliability)
    far = {"devices": 32768, "checkpoint_time": 60}
    o = reliability(**far)
    assert o.rare_failures and abs(float(o.daly_goodput) - float(o.goodput)) > 0.005
    assert "Young's first-order estimate, without" in says(reliability, **far)


@given(devices=st.integers(1, 200_000), work=st.floats(1e3, 1e8))
def test_failures_are_those_of_the_time_that_the_work_takes_with_failures(devices, work):
    o = reliability(devices=devices, work_time=work, checkpoint_time=60)
    assert float(o.duration) == float(o.time_to_finish) == pytest.approx(work / float(o.daly_goodput))
    assert float(o.expected_failures) == pytest.approx(float(o.duration / o.cluster_mtbf))
    assert float(o.useful_time) == pytest.approx(work)
    same = reliability(devices=devices, job_duration=float(o.duration), checkpoint_time=60)
    assert float(same.failure_probability) == pytest.approx(float(o.failure_probability))


def test_just_above_the_largest_fleet_the_advice_is_a_limit_and_no_gain_of_one_device():
    largest = float(reliability().largest_fleet)
    said = says(reliability, devices=largest + 1)
    assert "Failures are rare up to {largest_fleet} devices" in said


@pytest.mark.parametrize("devices", [16_384, 200_000, 10_000_000])
def test_no_estimate_of_goodput_is_negative(devices):
    o = reliability(devices=devices)
    assert 0 <= o.goodput <= 1 and 0 <= o.daly_goodput <= 1
