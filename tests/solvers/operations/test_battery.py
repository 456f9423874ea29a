import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.formatting import format_value
from solvers.operations.battery import Drain, battery
from solvers.solve import output_value
from tests.solvers.sentences import says

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"sleep_power": "0.1"},
    {"inferences_per_day": "621583"},
    {"sleep_power": "0", "energy_per_inference": "0"},
    {"inferences_per_day": "172800", "energy_per_inference": "5 mJ", "active_time": "0.0001", "battery_energy": "100"},
    {"sleep_power": "0", "inferences_per_day": "86400", "active_time": "0.5", "battery_energy": "10"},
]

DAY, YEAR = 86400.0, 365 * 86400.0
energies = st.floats(1e-7, 10)
powers = st.floats(1e-7, 1)
counts = st.integers(0, 86400)


@given(energy=energies, power=powers, count=counts)
def test_a_day_is_inference_and_sleep_and_the_battery_lasts_as_many_as_it_holds(energy, power, count):
    o = battery(energy_per_inference=energy, sleep_power=power, inferences_per_day=count, active_time=0.5)
    assert float(o.energy_per_day) == pytest.approx(count * energy + power * (DAY - count * 0.5))
    assert float(o.lifetime) == pytest.approx(2430 / float(o.energy_per_day) * DAY)
    assert float(o.inference_share) == pytest.approx(count * energy / float(o.energy_per_day))
    assert float(o.mean_power) * DAY == pytest.approx(float(o.energy_per_day))


def test_a_coin_cell_at_10_microwatt_lasts_7_7_years():
    # 225 mAh at 3 V are 2430 J.
    assert float(battery(inferences_per_day=0, sleep_power=10e-6).lifetime / YEAR) == pytest.approx(7.7, abs=0.05)


def test_inferences_that_fill_more_than_a_day_are_a_result_that_says_so():
    o = battery(inferences_per_day=100_000, active_time=1)
    assert not o.feasible and np.isnan(o.lifetime) and np.isnan(o.energy_per_day)
    assert float(o.duty_cycle) == pytest.approx(100_000 / DAY) and float(o.most_inferences) == 86400
    assert battery(inferences_per_day=86400, active_time=1).feasible


@given(energy=energies, power=st.floats(1e-7, 5e-5))
def test_as_many_inferences_as_last_a_year_last_one_and_one_more_does_not(energy, power):
    values = {"energy_per_inference": energy, "sleep_power": power, "active_time": 1e-3}
    most = float(battery(**values).inferences_for_a_year)
    assert battery(**values, inferences_per_day=most).lifetime >= YEAR * (1 - 1e-9)
    limit = float(battery(**values).most_inferences)
    assert most == limit or battery(**values, inferences_per_day=most + 1).lifetime < YEAR * (1 + 1e-9)


def test_a_device_that_cannot_sleep_a_year_cannot_infer_one():
    o = battery(sleep_power=1e-3)
    assert float(o.lifetime_asleep) < YEAR and float(o.inferences_for_a_year) == 0


@given(energy=energies, power=powers)
def test_at_the_equal_interval_sleep_costs_as_much_as_an_inference(energy, power):
    o = battery(energy_per_inference=energy, sleep_power=power, active_time=0.01)
    assert power * (float(o.equal_interval) - 0.01) == pytest.approx(energy)


def test_the_larger_drain_is_named():
    assert battery().drains == Drain.INFERENCE
    assert battery(inferences_per_day=1).drains == Drain.SLEEP


def test_what_draws_nothing_lasts_for_ever():
    o = battery(energy_per_inference=0, sleep_power=0)
    assert np.isinf(o.lifetime) and np.isnan(o.inference_share)


def test_inferences_as_long_as_said_just_fill_the_day():
    longest = float(battery(inferences_per_day=5000).longest_inference)
    assert float(battery(inferences_per_day=5000, active_time=longest).duty_cycle) == pytest.approx(1)
    assert np.isinf(battery(inferences_per_day=0).longest_inference)


def test_a_doorbell_on_an_nrf52840_lasts_the_year_the_exercise_asks_for():
    # The tutorial's exercise 7: person detection once a minute on 1.5 Wh; energy and time by the roofline.
    o = battery(
        energy_per_inference=5e-3, active_time=0.65, inferences_per_day=1440, sleep_power=4.5e-6, battery_energy=5400
    )
    assert float(o.lifetime / YEAR) == pytest.approx(1.95, abs=0.02)


def test_one_inference_too_many_reads_as_more_than_the_day():
    said = says(battery, active_time=1, inferences_per_day=86401)
    assert "need more than the whole day. At most {most_inferences} fit." in said
    assert "{duty_cycle}" not in said and "{longest_inference}" not in said
    assert "need {duty_cycle} of the day." in says(battery, active_time=1, inferences_per_day=172_800)


def test_a_battery_life_that_does_not_exist_says_why_and_one_without_end_says_unlimited():
    def life(**values):
        return format_value(output_value(battery.outputs["lifetime"], float(battery(**values).lifetime)))

    assert life(active_time=1, inferences_per_day=100_000) == "none: the inferences do not fit into a day"
    assert life(energy_per_inference=0, sleep_power=0) == "unlimited (no power is drawn)"
