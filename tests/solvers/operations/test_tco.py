from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.formatting import format_value
from solvers.laws.cost import YEAR
from solvers.operations.tco import CostPart, Procurement, tco
from solvers.solve import output_value
from tests.solvers.systems import H100

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"infrastructure_multiplier": "1", "spot_mtbf": "3600"},
    {"time_in_use": "10%", "duration": "5 year"},
    {"time_in_use": "10%", "cloud_price": "1e-9"},
]

HOUR = 3600.0
PRICED = replace(H100, unit_price=25000.0, cloud_price=2.95 / HOUR, spot_price=1.25 / HOUR)
MONTH = 30 * 24 * HOUR

shares = st.floats(0, 1)
multipliers = st.floats(1, 10)
durations = st.floats(HOUR, 10 * YEAR)


def owned(**other):
    return tco(**{"accelerator": PRICED, "devices": 256, "duration": MONTH, **other})


@given(multiplier=multipliers, duration=durations, used=shares)
def test_the_parts_are_the_whole(multiplier, duration, used):
    o = owned(infrastructure_multiplier=multiplier, duration=duration, time_in_use=used)
    bought = o.capex_accelerators + o.capex_network + o.capex_power_cooling + o.capex_facility + o.capex_staff
    assert float(bought) == pytest.approx(float(o.capex))
    assert float(o.tco) == pytest.approx(float(o.capex + o.energy_opex + o.maintenance_opex))


def test_at_two_and_a_half_times_the_parts_are_40_20_15_10_and_15_percent():
    # The tutorial's table of the infrastructure multiplier.
    o = owned(infrastructure_multiplier=2.5)
    parts = (o.capex_accelerators, o.capex_network, o.capex_power_cooling, o.capex_facility, o.capex_staff)
    assert [float(part / o.capex) for part in parts] == pytest.approx([0.40, 0.20, 0.15, 0.10, 0.15])
    assert o.largest_part == CostPart.ACCELERATORS


def test_without_infrastructure_nothing_is_bought_but_accelerators():
    o = owned(infrastructure_multiplier=1)
    assert float(o.capex) == float(o.capex_accelerators) and float(o.capex_staff) == 0


def test_over_its_amortization_a_fleet_is_paid_once_and_maintained_at_5_percent_a_year():
    o = owned(duration=126_144_000, amortization=126_144_000)  # four years of 365 days
    assert float(o.capex) == pytest.approx(float(o.purchase_price)) == pytest.approx(256 * 25000 * 2.5)
    assert float(o.maintenance_opex) == pytest.approx(4 * 0.05 * float(o.purchase_price))


@given(used=shares, mfu=shares)
def test_an_idle_fleet_draws_its_idle_power_and_costs_hardly_less(used, mfu):
    o = owned(time_in_use=used, mfu=mfu)
    assert float(o.mean_power) == pytest.approx(256 * 700 * (0.3 + 0.7 * used * mfu))
    assert float(owned(time_in_use=0, mfu=mfu).tco) <= float(o.tco) <= float(owned(time_in_use=1, mfu=1).tco)


def test_electricity_is_power_times_time_times_pue_times_price():
    o = owned(mfu=1, pue=1.5, electricity_price=0.1 / 3.6e6)
    assert float(o.energy_opex) == pytest.approx(256 * 0.7 * 720 * 1.5 * 0.1)


def test_a_useful_hour_costs_more_the_less_of_the_peak_is_used():
    o = owned(mfu=np.array([0.25, 0.5, 1.0]), electricity_price=0)
    assert o.cost_per_useful_device_hour * [0.25, 0.5, 1] == pytest.approx(np.full(3, float(o.cost_per_device_hour[0])))
    assert np.isinf(owned(mfu=0).cost_per_useful_device_hour)


@given(devices=st.integers(1, 1000), hours=st.floats(1, 1e5), used=shares)
def test_a_tenant_pays_for_the_time_in_use_alone(devices, hours, used):
    o = owned(devices=devices, duration=hours * HOUR, time_in_use=used)
    assert float(o.cloud_cost) == pytest.approx(devices * hours * used * 2.95)


def test_at_break_even_owning_and_renting_cost_the_same():
    share = float(owned().break_even_utilization)
    assert 0 < share < 1
    o = owned(time_in_use=share)
    assert float(o.tco) == pytest.approx(float(o.cloud_cost))
    assert owned(time_in_use=share * 1.01, spot_price=1.0).cheapest == Procurement.OWN
    assert owned(time_in_use=share * 0.99, spot_price=1.0).cheapest == Procurement.CLOUD


def test_renting_below_the_cost_of_owning_has_no_break_even():
    always = float(owned(time_in_use=1).cost_per_device_hour)
    assert np.isinf(owned(cloud_price=0.9 * always / HOUR).break_even_utilization)
    assert 0.9 < float(owned(cloud_price=1.02 * always / HOUR).break_even_utilization) < 1


def test_spot_machines_lose_what_daly_says_and_more_the_more_there_are():
    # 32 machines that last 30 days each: one interruption every 81 000 s; √(2·60·81 000) = 3118 s to first order.
    o = owned()
    assert float(o.spot_job_mtbf) == pytest.approx(MONTH / 32)
    mean, tau = MONTH / 32, float(o.spot_interval)
    assert tau == pytest.approx(np.sqrt(2 * 60 * mean), rel=0.02)
    left = tau / (mean * np.exp(600 / mean) * np.expm1((tau + 60) / mean))
    assert float(o.spot_goodput) == pytest.approx(left)
    assert float(o.spot_cost) == pytest.approx(256 * 720 * 1.25 / left)
    assert float(owned(devices=2560).spot_goodput) < left


def test_on_spot_machines_that_are_taken_back_too_fast_the_job_hardly_gets_done():
    o = owned(spot_mtbf=3600)
    assert 0 < float(o.spot_goodput) < 0.01 and o.cheapest != Procurement.SPOT
    assert float(o.spot_cost) > 100 * float(o.cloud_cost) / 2


def test_what_no_price_is_known_for_stays_unknown_and_is_not_the_cheapest():
    o = tco(accelerator=replace(PRICED, cloud_price=np.nan, spot_price=np.nan))
    assert np.isnan(o.cloud_cost) and np.isnan(o.break_even_utilization) and o.cheapest == Procurement.OWN


def test_a_million_tokens_and_a_run_cost_their_share_of_the_fleets_time():
    o = owned(tokens_per_device_second=1000, mfu=0.5, total_ops=989e12 * 0.5 * HOUR, precision="fp16")
    assert float(o.cost_per_million_tokens) == pytest.approx(float(o.cost_per_used_hour) / 3.6)
    assert float(o.cost_per_run) == pytest.approx(float(o.cost_per_used_hour))
    assert float(o.cost_per_exaflop) * 989e12 * 0.5 * HOUR / 1e18 == pytest.approx(float(o.cost_per_used_hour))


def test_deepseek_v3_cost_what_its_report_says():
    # DeepSeek-V3 technical report, table 1: 2.788 million H800 hours at 2 USD are 5.576 million USD.
    rented = owned(devices=2048, duration=2.788e6 / 2048 * HOUR, cloud_price=2 / HOUR)
    assert float(rented.cloud_cost) == pytest.approx(5.576e6, rel=1e-12)


@pytest.mark.parametrize(
    ("values", "field", "says"),
    [
        ({"accelerator": None, "tdp": 700}, "unit_price", "no accelerator"),
        ({"accelerator": None, "unit_price": 1}, "tdp", "no accelerator"),
        ({"accelerator": H100}, "unit_price", "no price for H100"),
    ],
)
def test_a_price_that_comes_from_nowhere_is_asked_for(values, field, says):
    (error,) = tco.check(tco.accept(values))
    assert error.field == field and says in str(error)


@given(used=st.floats(0.05, 1))
def test_an_hour_in_use_carries_the_hours_that_are_not(used):
    o = owned(time_in_use=used)
    assert float(o.cost_per_used_hour) * 256 * 720 * used == pytest.approx(float(o.tco))
    left = float(o.spot_goodput)
    assert float(o.spot_cost) == pytest.approx(256 * 720 * used * 1.25 / left)


def test_at_its_break_even_owning_costs_as_much_as_spot():
    dear = {"spot_price": 4 / HOUR}
    share = float(owned(**dear).spot_break_even_utilization)
    o = owned(**dear, time_in_use=share)
    assert 0 < share < 1 and float(o.tco) == pytest.approx(float(o.spot_cost))
    assert float(owned(**dear, spot_mtbf=3600).spot_cost) > 1e8


def test_rates_shares_and_energy_are_told_as_they_enter():
    o = owned(infrastructure_multiplier=2.5, pue=1.5, mfu=1)
    assert (float(o.cloud_rate), float(o.spot_rate)) == pytest.approx((2.95, 1.25))
    assert float(o.accelerator_share) == pytest.approx(0.4)
    assert float(o.facility_energy) == pytest.approx(256 * 700 * MONTH * 1.5)


@pytest.mark.parametrize(
    ("price", "name"), [("cloud_price", "break_even_utilization"), ("spot_price", "spot_break_even_utilization")]
)
def test_without_a_rental_price_the_break_even_is_unknown_and_with_a_low_one_it_is_never(price, name):
    def told(**values):
        return format_value(output_value(tco.outputs[name], float(getattr(owned(**values), name))))

    assert told(accelerator=replace(PRICED, **{price: np.nan})).startswith("unknown: no ")
    assert told(**{price: 1e-9}).startswith("never (")
