import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers import serving
from solvers.algorithm.reasoning import reasoning
from solvers.errors import InputErrors
from solvers.notebook.call import question
from solvers.shipped import find
from solvers.specs import Accelerator

steps = st.integers(0, 500)
samples = st.integers(1, 100)


@given(k=steps, n=samples)
def test_samples_multiply_tokens_energy_and_cost_and_not_the_wait(k, n):
    one, many = reasoning(reasoning_steps=k), reasoning(reasoning_steps=k, samples=n)
    assert float(many.latency) == float(one.latency)
    for name in ("tokens_per_query", "energy_per_query", "cost_per_query"):
        assert float(getattr(many, name)) == pytest.approx(n * float(getattr(one, name)))


@given(k=steps)
def test_each_step_of_thought_adds_its_tokens_to_the_wait(k):
    o = reasoning(reasoning_steps=k, tokens_per_step=100, itl=0.02)
    assert float(o.latency - o.direct_latency) == pytest.approx(2.0 * k)
    assert float(o.reasoning_time) == pytest.approx(2.0 * k)
    assert float(o.slowdown) == pytest.approx(float(o.latency / o.direct_latency))


def test_a_direct_answer_is_its_own_measure():
    o = reasoning(reasoning_steps=0)
    assert (float(o.slowdown), float(o.cost_multiple), float(o.extra_cost)) == (1, 1, 0)


def test_an_hour_of_answering_costs_an_hour():
    o = reasoning(reasoning_steps=0, ttft=0, itl=1, answer_tokens=3600, price_per_hour=2.5, power=500)
    assert float(o.cost_per_query) == pytest.approx(2.5)
    assert float(o.energy_per_query) == pytest.approx(500 * 3600)
    assert float(o.queries_per_kwh) == pytest.approx(2)
    assert float(o.queries_per_dollar) == pytest.approx(0.4)
    assert float(o.cost_per_million_queries) == pytest.approx(2.5e6)


def test_what_costs_nothing_has_no_multiple():
    o = reasoning(price_per_hour=0, power=0)
    assert np.isinf(o.cost_multiple) and np.isinf(o.queries_per_dollar) and np.isinf(o.queries_per_kwh)


@given(k=steps, n=samples)
def test_an_answer_costs_its_samples_times_its_slowdown_against_a_direct_one(k, n):
    o = reasoning(reasoning_steps=k, samples=n)
    assert float(o.cost_multiple) == pytest.approx(n * float(o.slowdown))
    assert float(o.energy_per_query) == pytest.approx(float(o.cost_multiple * o.direct_energy))
    assert float(o.extra_cost) == pytest.approx(float(o.cost_per_query - o.direct_cost))


def said(**asked):
    o, i = reasoning(**asked), reasoning.accept(asked)
    point = {name: np.asarray(getattr(o, name)).item() for name in reasoning.outputs}
    return reasoning.verdict(i, type(o)(**point)).text


def test_the_verdict_tells_time_from_money():
    assert said(reasoning_steps=0, samples=8).startswith("Same latency")
    assert "not latency" in said(samples=8)
    assert "lower ITL" in said()
    assert "× the cost" not in said(price_per_hour=0)
    assert "× the cost" in said()


def test_a_direct_answer_costs_its_time_and_many_samples_as_many_tokens():
    o = reasoning(
        reasoning_steps=2,
        tokens_per_step=50,
        answer_tokens=100,
        samples=3,
        ttft=1,
        itl=0.5,
        price_per_hour=3600,
        power=2,
    )
    assert float(o.tokens_per_query) == 3 * 200
    assert (float(o.direct_cost), float(o.direct_energy)) == pytest.approx((51, 102))


SERVED = {"served_model": "llama-3.1-8b", "served_on": "h100-sxm5-80gb"}


@pytest.mark.parametrize("chip", ["h100-sxm5-80gb", "t4", "a100-sxm4-80gb"])
def test_a_query_costs_the_on_demand_price_of_the_devices_it_runs_on(chip):
    spec, asked = find(Accelerator, chip), SERVED | {"served_on": chip, "tensor_parallel": 4}
    o = reasoning(**asked)
    assert float(o.cost_per_query) == pytest.approx(4 * spec.cloud_price * float(o.latency))
    assert float(o.energy_per_query) == pytest.approx(4 * float(o.device_power * o.latency))
    assert 0.3 * spec.tdp < float(o.device_power) < spec.tdp
    typed = reasoning(**asked, price_per_hour=1, power=100)
    assert float(typed.cost_per_query) == pytest.approx(4 / 3600 * float(o.latency))
    assert float(typed.energy_per_query) == pytest.approx(400 * float(o.latency))
    assert float(o.direct_cost) == pytest.approx(4 * spec.cloud_price * float(o.direct_latency))


def test_what_is_not_known_of_a_chip_is_not_that_of_another():
    o = reasoning(**SERVED | {"served_on": "apple-m4-max"})
    assert np.isnan(o.cost_per_query) and np.isnan(o.energy_per_query) and np.isnan(o.queries_per_dollar)
    assert float(o.cost_multiple) == pytest.approx(float(o.slowdown))  # known whatever the price
    wanted = {n: getattr(question(reasoning, SERVED | {"served_on": "apple-m4-max"}), n) for n in SERVED}
    assert "cost_per_query" not in said(**wanted) and "{latency} per query" in said(**wanted)


@given(n=st.integers(1, 64), k=st.integers(0, 20), t=st.sampled_from([1, 2, 4]))
def test_samples_of_a_model_are_one_batch_that_reads_the_prompt_once(n, k, t):
    o = reasoning(reasoning_steps=k, samples=n, tensor_parallel=t, **SERVED)
    question = {"model": "llama-3.1-8b", "accelerator": "h100-sxm5-80gb", "prompt_length": 1024, "tensor_parallel": t}
    made = 150 * k + 250
    batch = serving(batch_size=n, output_length=made, **question)
    assert float(o.token_time) == pytest.approx(batch.itl, rel=1e-9)
    assert float(o.first_token_time) == pytest.approx(serving(batch_size=1, **question).ttft, rel=1e-9)
    assert float(o.latency) == pytest.approx(float(o.first_token_time) + made * batch.itl, rel=1e-9)
    assert float(o.cost_per_query) == pytest.approx(t * 2.95 / 3600 * float(o.latency))
    assert o.machines == t and float(o.tokens_per_query) == n * made


def test_more_samples_of_a_batch_cost_more_but_far_less_than_in_proportion():
    one, forty = reasoning(**SERVED), reasoning(samples=40, **SERVED)
    assert float(one.cost_per_query) < float(forty.cost_per_query) < 4 * float(one.cost_per_query)
    assert float(forty.latency) > float(one.latency)
    assert "one batch" in said(samples=40, **{n: getattr(question(reasoning, SERVED), n) for n in SERVED})


def test_a_model_without_a_chip_is_refused_with_the_field_to_fill():
    with pytest.raises(InputErrors, match="served_on: is needed"):
        reasoning(served_model="llama-3.1-8b")
    with pytest.raises(InputErrors, match="does not generate"):
        reasoning(served_model="resnet-50", served_on="h100-sxm5-80gb")


def test_a_link_that_is_not_published_is_asked_for():
    split = {"served_model": "llama-3.1-8b", "served_on": "trainium1", "tensor_parallel": 2}
    with pytest.raises(InputErrors, match="Trainium") as bad:
        reasoning(**split)
    assert [error.field for error in bad.value.errors] == ["interconnect_bandwidth"]
    assert reasoning(**split, interconnect_bandwidth="192 GB/s").latency > 0
    assert reasoning(**{**split, "tensor_parallel": 1}).latency > 0


@pytest.mark.parametrize("precision", ["fp16", "int8"])
@pytest.mark.parametrize("chip", ["h100-sxm5-80gb", "mi300x"])
def test_a_query_in_one_batch_has_the_step_and_the_power_of_the_serving_wall(chip, precision):
    shared = {"prompt_length": 1024, "precision": precision}
    thought = reasoning.solve(
        served_model="llama-3.1-8b", served_on=chip, samples=8, answer_tokens=200, reasoning_steps=0, **shared
    )
    served = serving.solve(model="llama-3.1-8b", accelerator=chip, batch_size=8, output_length=200, **shared)
    assert thought["token_time"] == served["decode_step_time"]
    assert thought["decode_power"] == pytest.approx(served["decode_power"])
    watts = thought["energy_per_query"] / thought["latency"]
    assert thought["prefill_power"] > watts == pytest.approx(thought["device_power"])
    assert watts < find(Accelerator, chip).tdp


def test_the_classes_of_kernels_add_up_to_the_step_of_all_samples():
    asked = {"served_model": "mixtral-8x7b", "served_on": "h200-sxm-141gb", "samples": 16}
    split = reasoning.solve(tensor_parallel=2, **asked)
    parts = [split[f"{name}_time"] for name in ("products", "attention", "experts", "small", "head", "network")]
    assert sum(parts) == pytest.approx(split["token_time"]) and min(parts) > 0
    assert reasoning.solve(**asked)["network_time"] == 0
    assert np.isnan(reasoning.solve()["products_time"])


def test_a_typed_power_counts_more_than_the_activity():
    asked = {"served_model": "llama-3.1-8b", "served_on": "h100-sxm5-80gb"}
    typed = reasoning.solve(power="300 W", **asked)
    assert typed["energy_per_query"] == pytest.approx(300 * typed["latency"])
    assert typed["direct_energy"] == pytest.approx(300 * typed["direct_latency"])


def test_a_model_keeps_its_cache_in_the_format_asked_for():
    asked = {"served_model": "llama-3.1-8b", "served_on": "h100-sxm5-80gb", "samples": 64, "precision": "int8"}
    assert reasoning(kv_precision="int8", **asked).token_time < reasoning(**asked).token_time
