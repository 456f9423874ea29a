from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers import serving
from solvers.errors import InputErrors
from solvers.operations.shootout import LowerCost, shootout
from tests.solvers.sentences import says
from tests.solvers.systems import H100, LLAMA_8B, LLAMA_405B

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"rival": "gaudi3", "accelerator": "trainium2"},
    {"rival": "gaudi3", "rival_price": "0"},
    {"rival_price": "1e-9", "rival": "gaudi3"},
    {"accelerator": "gaudi3", "rival": "h100-sxm5-80gb"},
    {"rival": "h200-sxm-141gb", "rival_price": "25050"},
    {"rival": "h100-sxm5-80gb"},
    {"rival": "h100-sxm5-80gb", "workload": "serving"},
    {"workload": "serving", "model": "bert-base"},
    {"workload": "serving", "rival": "apple-m4-max"},
    {"workload": "serving", "model": "deepseek-v3", "rival": "t4", "batch_size": "512", "context_length": "131072"},
    {"rival": "t4", "unit_price": "1e-9", "electricity_price": "100 USD/kWh"},
]

PRICED = replace(H100, unit_price=25000.0)
works = st.sampled_from(["training", "serving"])


def against(rival=PRICED, **other):
    return shootout(
        **{"accelerator": PRICED, "rival": rival, "model": LLAMA_8B, "devices": 1000, "rival_efficiency": 0.45, **other}
    )


@given(work=works)
def test_a_chip_against_itself_costs_the_same_for_as_many(work):
    o = against(workload=work)
    assert float(o.rival_devices) == 1000 and float(o.cost_ratio) == pytest.approx(1)
    assert float(o.break_even_price) == pytest.approx(25000)


@given(work=works, price=st.floats(1000, 100_000))
def test_at_the_break_even_price_both_cost_the_same(work, price):
    rival = replace(PRICED, unit_price=price, memory_bandwidth=5e12, tdp=1000)
    even = float(against(rival, workload=work).break_even_price)
    o = against(rival, workload=work, rival_price=even)
    assert float(o.cost_ratio) == pytest.approx(1)
    assert against(rival, workload=work, rival_price=even * 0.99).cheaper == LowerCost.RIVAL
    assert against(rival, workload=work, rival_price=even * 1.01).cheaper == LowerCost.REFERENCE


def test_twice_the_bandwidth_serves_nearly_twice_and_trains_the_same():
    rival = replace(PRICED, memory_bandwidth=2 * H100.memory_bandwidth)
    assert float(against(rival, workload="training").rate_ratio) == 1
    assert 1.4 < float(against(rival, workload="serving", batch_size=8).rate_ratio) < 2


def test_younger_software_takes_as_many_more_devices():
    o = against(workload="training", rival_efficiency=0.225)
    assert float(o.rival_devices) == 2000


def test_training_makes_a_token_for_six_flop_a_parameter():
    o = against(workload="training", precision="fp16")
    assert float(o.reference_rate) == pytest.approx(989e12 * 0.45 / (6 * 8.03e9))


def test_no_fewer_than_hold_the_model_will_do():
    o = against(model=LLAMA_405B, workload="training", devices=1, precision="fp16")
    assert float(o.rival_devices) == float(o.rival_least) == np.ceil(16 * 405e9 / (0.9 * 80e9))


def test_serving_splits_the_model_over_as_few_as_hold_it():
    roomy = replace(PRICED, memory_capacity=1e12)
    o = against(roomy, model=LLAMA_405B, workload="serving", batch_size=1, context_length=1)
    assert float(o.rival_least) == 1 and float(o.reference_least) == np.ceil((2 * 405e9 + 2 * 126 * 8 * 128 * 2) / 72e9)


def test_without_a_price_the_ratio_is_open_and_the_break_even_price_is_not():
    o = against(replace(PRICED, unit_price=np.nan))
    assert np.isnan(o.cost_ratio) and float(o.break_even_price) == pytest.approx(25000)


def test_energy_is_power_over_the_time_at_the_meter():
    o = against(workload="training", pue=1.5, duration=3600, efficiency=0.2, memory_utilization=0.09, host_power=100)
    power = 700 * (0.3 + 0.7 * (2 * 0.2 + 0.65 * 0.3)) + 100
    assert float(o.reference_energy) == pytest.approx(1000 * power * 3600 * 1.5)


def test_a_fleets_cost_is_what_is_written_off_maintained_and_burnt():
    year = 365 * 86400.0
    o = against(
        workload="training",
        duration=year,
        amortization=4 * year,
        infrastructure_multiplier=2,
        electricity_price=0.1 / 3.6e6,
        precision="fp16",
        efficiency=0.2,
        rival_efficiency=0.2,
        memory_utilization=0.04,
    )
    bought = 1000 * 25000 * 2
    energy = 1000 * 0.7 * (0.3 + 0.7 * (2 * 0.2 + 0.65 * 0.2)) * 1.06 * 365 * 24
    assert float(o.reference_cost) == pytest.approx(bought / 4 + 0.05 * bought + 0.1 * energy)
    tokens = 1000 * 989e12 * 0.2 / (6 * 8.03e9) * year
    assert float(o.cost_per_million_tokens) == pytest.approx(float(o.reference_cost) / tokens * 1e6)
    assert float(o.rival_cost_per_million_tokens) == pytest.approx(float(o.cost_per_million_tokens))


def test_serving_by_the_roofline_is_a_decode_step_shared_by_as_few_as_hold_it():
    o = against(
        model=LLAMA_405B,
        workload="serving",
        batch_size=8,
        context_length=1000,
        bandwidth_efficiency=0.5,
        precision="fp16",
    )
    kv = 8 * 1000 * 2 * 126 * 8 * 128 * 2
    moved, copy = 2 * 405e9 + kv, np.ceil((2 * 405e9 + kv) / 72e9)
    # Two all-reduces a layer of 16-bit activations: a ring over links of 450 GB/s.
    message, hops = 8 * 16384 * 2, copy - 1
    network = 2 * 126 * (2 * hops / copy * message / 450e9 + 2 * hops * 0.5e-6)
    step = moved / copy / (3.35e12 * 0.5) + 10e-6 + 126 * 45e-6 + network
    assert float(o.reference_rate) == pytest.approx(8 / step / copy)
    pair = 8 * 4 * 126 * 128 * 128 * 1000
    mfu, reading = (2 * 8 * 405e9 + pair) / copy / 989e12 / step, moved / copy / 3.35e12 / step
    share = 2 * mfu + 0.65 * reading**0.5
    assert float(o.reference_energy) == pytest.approx(1000 * 700 * (0.3 + 0.7 * share) * 30 * 86400 * 1.06)


def test_a_rival_that_burns_more_than_all_costs_has_no_price_to_win_at():
    hungry = replace(PRICED, tdp=1e7)
    assert np.isnan(against(hungry, workload="training").break_even_price)


def test_a_reference_that_cannot_hold_the_model_is_raised_to_its_minimum_as_the_alternative_is():
    o = against(model=LLAMA_405B, workload="training", devices=2)
    least = np.ceil(16 * 405e9 / (0.9 * 80e9))
    assert float(o.reference_devices) == float(o.rival_devices) == least
    assert float(o.cost_ratio) == pytest.approx(1) and o.cheaper == LowerCost.EQUAL
    said = says(shootout, accelerator=PRICED, rival=PRICED, model=LLAMA_405B, workload="training", devices=2)
    assert said.startswith("Does not fit.") and "at least {reference_least}" in said


@pytest.mark.parametrize("work", ["training", "serving"])
def test_a_fleet_that_holds_the_model_is_compared_as_given(work):
    assert float(against(workload=work, devices=4).reference_devices) == 4


def test_equal_costs_are_said_to_be_equal():
    assert against().cheaper == LowerCost.EQUAL
    assert says(shootout, accelerator=PRICED, rival=PRICED, rival_efficiency=0.45).startswith("Equal cost.")


def test_costs_that_read_the_same_are_nearly_equal():
    shared = {"accelerator": PRICED, "rival": PRICED, "rival_efficiency": 0.45}
    assert says(shootout, **shared, rival_price=25010).startswith("Nearly equal cost.")
    assert "costs more" in says(shootout, **shared, rival_price=25500)


def test_without_a_price_no_chip_is_the_cheaper_one():
    unpriced = replace(H100, unit_price=np.nan)
    assert against(unpriced).cheaper == LowerCost.UNKNOWN
    assert "cost of the alternative is unknown" in says(shootout, accelerator=PRICED, rival=unpriced)
    assert "cost of the reference is unknown" in says(shootout, accelerator=unpriced, rival=PRICED)


def test_serving_over_a_slow_link_is_slower_than_its_memory_alone():
    linked = [replace(PRICED, interconnect_bandwidth=link) for link in (450e9, 15e9)]
    fast, slow = (float(against(chip, model=LLAMA_405B, workload="serving").rival_rate) for chip in linked)
    assert slow < 0.7 * fast


def test_a_chip_that_cannot_hold_the_model_alone_and_has_no_known_link_is_refused():
    alone = replace(PRICED, interconnect_bandwidth=np.nan)
    with pytest.raises(InputErrors, match=r"rival: can't be H100: .* link is unknown"):
        against(alone, model=LLAMA_405B, workload="serving")
    assert float(against(alone, workload="serving").rival_rate) > 0
    assert float(against(alone, model=LLAMA_405B, workload="training").rival_rate) > 0


def test_copies_of_a_cache_that_fill_each_device_are_said_to():
    asked = {"model": "deepseek-v3", "accelerator": "t4", "batch_size": 512, "context_length": 131072}
    with pytest.raises(InputErrors, match="accelerator: can't be NVIDIA T4: the KV cache"):
        shootout(workload="serving", **asked)


def test_a_model_that_makes_no_tokens_is_not_served():
    with pytest.raises(InputErrors, match="model: can't be BERT"):
        against(model=replace(LLAMA_8B, name="BERT", kv_heads=np.nan, head_dim=np.nan), workload="serving")


def test_the_roofline_times_serving_where_one_of_its_constants_is_given():
    sums, line = {"workload": "serving"}, {"workload": "serving", "efficiency": 0.5}
    assert shootout(**sums).reference_rate != shootout(**line).reference_rate
    assert "sums" in says(shootout, **sums) and "sums" not in says(shootout, **line)


def test_each_accelerator_draws_power_by_its_own_fitted_constants():
    fitted = replace(PRICED, measured_idle_fraction=0.1, measured_arithmetic_power=1.0, measured_memory_power=0.5)
    asked = {"workload": "training", "pue": 1.0, "duration": 1.0, "efficiency": 0.2, "memory_utilization": 0.09}
    o = against(fitted, rival_efficiency=0.2, **asked)
    assert float(o.reference_energy) == pytest.approx(1000 * 700 * (0.3 + 0.7 * (2 * 0.2 + 0.65 * 0.3)))
    assert float(o.rival_energy) == pytest.approx(1000 * 700 * (0.1 + 0.9 * (0.2 + 0.5 * 0.3)))
    turned = against(PRICED, accelerator=fitted, rival_efficiency=0.2, **asked)
    assert float(turned.rival_energy) == pytest.approx(float(o.reference_energy))
    assert float(turned.reference_energy) == pytest.approx(float(o.rival_energy))


def test_a_changed_constant_of_power_is_that_of_both():
    fitted = replace(PRICED, measured_idle_fraction=0.1)
    o = against(fitted, workload="training", efficiency=0.2, rival_efficiency=0.2, idle_fraction=0.5)
    assert float(o.rival_energy) == pytest.approx(float(o.reference_energy))


@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_a_decode_step_of_each_chip_is_the_serving_walls_with_its_terms(precision):
    asked = {"model": "llama-3.1-8b", "precision": precision, "batch_size": 32}
    found = shootout.solve(workload="serving", rival="b200-sxm-180gb", context_length=2048, **asked)
    for whose, chip in (("reference", "h100-sxm5-80gb"), ("rival", "b200-sxm-180gb")):
        served = serving.solve(accelerator=chip, prompt_length=2047, output_length=2, **asked)
        assert found[f"{whose}_least"] == 1
        assert found[f"{whose}_step_time"] == pytest.approx(served["decode_step_time"])
        assert found[f"{whose}_rate"] == pytest.approx(32 / served["decode_step_time"])
        for name in ("products", "attention", "experts", "small", "head", "network"):
            assert found[f"{whose}_{name}_time"] == pytest.approx(served[f"decode_{name}_time"])
    assert np.isnan(shootout.solve()["reference_step_time"])
