import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.operations.sustainability import CarbonPart, sustainability
from solvers.shipped import find
from solvers.specs import Accelerator
from tests.solvers.sentences import says

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"carbon_intensity": math.nan},
    {"water_intensity": "0"},
    {"memory_utilization": "30%", "host_power": "200 W", "wue": "1.8 L/kWh"},
    {"carbon_intensity": "0", "embodied_per_device": "0 kg"},
    {"duration": "10 year", "embodied_lifetime": "1 year"},
]

KWH, DAY = 3.6e6, 86400.0
shares = st.floats(0, 1)
intensities = st.floats(1e-9, 1e-6)
times = st.floats(3600, 1e9)


def test_the_tutorials_month_of_256_h100_takes_79_mwh_at_the_chips_and_84_at_the_meter():
    o = sustainability()
    assert float(o.it_energy) / KWH == pytest.approx(256 * 0.7 * (0.3 + 0.7 * 0.45) * 720, rel=1e-12)
    assert float(o.it_energy) / KWH / 1e3 == pytest.approx(79.3, abs=0.1)
    assert float(o.facility_energy) / KWH / 1e3 == pytest.approx(84.1, abs=0.1)


@given(mfu=shares, pue=st.floats(1, 3), intensity=intensities, time=times)
def test_running_and_making_are_the_whole(mfu, pue, intensity, time):
    o = sustainability(mfu=mfu, pue=pue, carbon_intensity=intensity, duration=time)
    assert float(o.total_carbon) == pytest.approx(float(o.operational_carbon + o.embodied_carbon))
    assert float(o.embodied_share) == pytest.approx(float(o.embodied_carbon / o.total_carbon))
    assert float(o.operational_carbon) == pytest.approx(float(o.it_energy) * pue * intensity)
    assert float(o.mean_power) * time == pytest.approx(float(o.facility_energy))
    assert float(o.overhead_energy) == pytest.approx(float(o.it_energy) * (pue - 1), abs=1e-6 * float(o.it_energy))


@given(ratio=st.floats(1.1, 100))
def test_carbon_of_running_is_in_proportion_to_the_grids(ratio):
    one, other = (sustainability(carbon_intensity=1e-8 * factor) for factor in (1, ratio))
    assert float(other.operational_carbon) == pytest.approx(ratio * float(one.operational_carbon))
    assert float(other.embodied_carbon) == float(one.embodied_carbon)
    assert float(other.facility_energy) == float(one.facility_energy)


def test_poland_is_41_times_quebec_at_equal_pue():
    places = sustainability(carbon_intensity=np.array([0.820, 0.020]) / KWH)
    assert float(places.operational_carbon[0] / places.operational_carbon[1]) == pytest.approx(41)


@given(share=st.floats(0.001, 2))
def test_a_job_bears_as_much_of_the_making_as_it_takes_of_the_life(share):
    o = sustainability(duration=share * 4 * 365 * DAY, embodied_lifetime=4 * 365 * DAY)
    assert float(o.embodied_carbon) == pytest.approx(share * float(o.embodied_whole))


def test_a_device_is_made_once_in_its_life():
    o = sustainability(devices=10, duration=4 * 365 * DAY, embodied_lifetime=4 * 365 * DAY, embodied_per_device=150)
    assert float(o.embodied_carbon) == pytest.approx(float(o.embodied_whole)) == pytest.approx(1500)


def test_at_the_break_even_intensity_running_emits_as_much_as_making():
    even = float(sustainability().break_even_intensity)
    o = sustainability(carbon_intensity=even)
    assert float(o.operational_carbon) == pytest.approx(float(o.embodied_carbon))
    assert sustainability(carbon_intensity=even * 1.01).larger == CarbonPart.OPERATION
    assert sustainability(carbon_intensity=even * 0.99).larger == CarbonPart.MAKING


@given(mfu=st.floats(0.01, 1))
def test_a_device_that_waits_still_draws_its_idle_power(mfu):
    assert float(sustainability(mfu=0).it_energy / sustainability(mfu=1).it_energy) == pytest.approx(70 / 700)
    unknown = {"accelerator": find(Accelerator, "mi300x")}
    idle, busy = (float(sustainability(mfu=mfu, **unknown).it_energy) for mfu in (0, 1))
    assert idle / busy == pytest.approx(0.3)
    useful = sustainability(mfu=np.array([mfu, 1.0])).carbon_per_useful_device_hour
    assert useful[0] >= useful[1]


def test_no_work_has_no_useful_hour_and_no_carbon_no_share():
    assert np.isinf(sustainability(mfu=0).carbon_per_useful_device_hour)
    assert float(sustainability(carbon_intensity=0, embodied_per_device=0).embodied_share) == 0


@given(site=st.floats(0, 5), grid=st.floats(0.1, 20), pue=st.floats(1, 3))
def test_the_sites_water_goes_with_its_equipment_and_the_grids_with_the_meter(site, grid, pue):
    o = sustainability(wue=site / KWH, water_intensity=grid / KWH, pue=pue)
    assert float(o.site_water) == pytest.approx(site * float(o.it_energy) / KWH)
    assert float(o.generation_water) == pytest.approx(grid * float(o.it_energy) * pue / KWH)
    assert float(o.water) == pytest.approx(float(o.site_water + o.generation_water))


def test_the_water_of_a_grid_without_a_figure_is_unknown_and_not_none():
    o = sustainability(water_intensity=0, wue=1.8 / KWH)
    assert np.isnan(o.water) and np.isnan(o.generation_water) and float(o.site_water) > 0
    assert "water unknown" in says(sustainability, water_intensity=0)
    assert "On-site cooling water is not counted" in says(sustainability)
    assert "On-site cooling water is not counted" not in says(sustainability, wue=1.8 / KWH)


@given(mfu=shares, reading=st.floats(0.01, 1), used=shares, host=st.floats(0, 500))
def test_power_follows_arithmetic_and_memory_while_there_is_work_and_hosts_are_always_on(mfu, reading, used, host):
    o = sustainability(mfu=mfu, memory_utilization=reading, time_in_use=used, host_power=host, devices=8, duration=DAY)
    busy = 700 * (0.3 + 0.7 * min(1, 2 * mfu + 0.65 * reading**0.5))
    assert float(o.busy_power) == pytest.approx(busy)
    assert float(o.device_power) == pytest.approx(used * busy + (1 - used) * 70)
    assert float(o.it_energy) == pytest.approx(8 * DAY * (float(o.device_power) + host))


def test_what_power_is_not_known_of_is_said():
    assert "linear in MFU" in says(sustainability) and "Host power" in says(sustainability)
    known = says(sustainability, memory_utilization=0.3, host_power=200)
    assert "linear in MFU" not in known and "Host power" not in known


@given(here=intensities, there=intensities)
def test_the_other_grid_emits_as_the_ratio_of_the_two_says(here, there):
    o = sustainability(carbon_intensity=here, other_carbon_intensity=there)
    assert float(o.operational_carbon_there * o.grid_ratio) == pytest.approx(float(o.operational_carbon))
    assert float(sustainability(carbon_intensity=there).operational_carbon) == float(o.operational_carbon_there)


def test_a_grid_that_emits_nothing_is_cleaner_without_bound():
    assert np.isinf(sustainability(other_carbon_intensity=0).grid_ratio)


@given(watts=st.floats(0.001, 2000), mfu=shares)
def test_a_measured_power_takes_the_place_of_tdp_and_mfu(watts, mfu):
    o = sustainability(mean_device_power=watts, mfu=mfu, devices=8, duration=DAY)
    assert float(o.it_energy) == pytest.approx(8 * watts * DAY)


@given(time=times)
def test_days_and_prices_share_out_the_energy_at_the_meter(time):
    o = sustainability(duration=time, electricity_price=0.2 / KWH)
    assert float(o.energy_cost) == pytest.approx(0.2 * float(o.facility_energy) / KWH)
    assert float(o.energy_per_day) * time / DAY == pytest.approx(float(o.facility_energy))
    assert float(o.carbon_per_day) * time / DAY == pytest.approx(float(o.total_carbon))


# Touvron et al. 2023, table 2: 1,720,320 A100 hours at 400 W, 291.42 t; the model card of Llama 3: 390 t for 1.3M H100
# hours.
@pytest.mark.parametrize(("hours", "watts", "grams", "tonnes"), [(1_720_320, 400, 423, 291.42), (1.3e6, 700, 429, 390)])
def test_the_llamas_emitted_what_was_published(hours, watts, grams, tonnes):
    o = sustainability(
        devices=1000, duration=hours * 3.6, mean_device_power=watts, pue=1, carbon_intensity=grams / 1e3 / KWH
    )
    assert float(o.operational_carbon) / 1e3 == pytest.approx(tonnes, rel=0.01)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"carbon_intensity": 0.0, "embodied_per_device": 0.0}, "No emissions"),
        ({"carbon_intensity": 0.0, "embodied_per_device": 1e-9}, "Mostly embodied carbon"),
        ({"carbon_intensity": 1e-12, "embodied_per_device": 0.0}, "Mostly operational carbon"),
        ({"carbon_intensity": 2e-7, "other_carbon_intensity": 1e-7}, "would cut operational carbon to"),
        ({"carbon_intensity": 1e-7, "other_carbon_intensity": 1e-7}, "would not help"),
    ],
)
def test_the_verdict_names_where_the_carbon_comes_from(values, sentence):
    assert sentence in says(sustainability, **values)


def test_an_unknown_figure_is_called_unknown_and_not_nothing():
    point = sustainability.inputs_type(carbon_intensity=math.nan)
    told = sustainability.verdict(point, sustainability.function(point)).text
    assert "Carbon unknown" in told and "No emissions" not in told


def test_idle_power_is_noted_when_it_is_more_than_half_and_not_before():
    assert "is idle power" in says(sustainability, mfu=0.4, idle_fraction=0.3)
    assert "is idle power" not in says(sustainability, mfu=0.45, idle_fraction=0.3)


def test_an_idle_device_draws_the_idle_power_of_its_chip_and_one_without_a_figure_a_share_of_its_tdp():
    a100, mi300x = (find(Accelerator, slug) for slug in ("a100-sxm4-80gb", "mi300x"))
    asked = {"devices": 8, "duration": 3600.0, "time_in_use": 0.0, "pue": 1.0}
    assert sustainability(accelerator=a100, **asked).it_energy == pytest.approx(8 * 59 * 3600)
    assert sustainability(accelerator=mi300x, **asked).it_energy == pytest.approx(8 * 0.3 * 750 * 3600)
    assert sustainability(accelerator=a100, idle_power=80.0, **asked).it_energy == pytest.approx(8 * 80 * 3600)


def test_a_device_that_works_half_of_the_time_idles_in_the_other_half():
    half, busy, idle = (float(sustainability(mfu=0.4, time_in_use=used).device_power) for used in (0.5, 1.0, 0.0))
    assert half == pytest.approx((busy + idle) / 2) and idle == pytest.approx(70)


def test_where_nothing_is_idle_the_note_speaks_of_idle_power():
    said = says(sustainability, tdp=700, mfu=0.38, time_in_use=1)
    assert "is idle power" in said and "while idle" not in said
