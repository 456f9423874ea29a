"""A figure that several walls and pages show, asked on all of them for one random system."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mlsysweb.answer import validated
from mlsysweb.pages.capstone.design import scores
from mlsysweb.pages.capstone.question import CAPSTONE
from mlsysweb.pages.system.answer import _answered
from solvers.errors import InputErrors
from solvers.registry import solvers
from solvers.shipped import find
from solvers.specs import Accelerator, Fleet, Precision, peak_rate

from .systems import CHIPS, SERVED

pytestmark = pytest.mark.usefixtures("catalog")

SOME = settings(max_examples=15, suppress_health_check=list(HealthCheck))
chips = st.sampled_from(CHIPS)
models = st.sampled_from(SERVED)
powers = st.sampled_from([1, 2, 4, 8, 16, 32, 64])


def ask(wall, **values):
    """A wall's outputs; a question it refuses is no example."""
    try:
        return solvers()[wall](**values)
    except InputErrors:
        assume(False)


def same(*figures):
    return all(figure == pytest.approx(figures[0], rel=1e-9, nan_ok=True) for figure in figures)


@SOME
@given(models, chips, powers, st.integers(64, 8192), st.integers(2, 1024), st.sampled_from(["fp16", "fp8", "int8"]))
def test_serving_batching_and_streaming_agree_on_what_is_stored(model, chip, batch, prompt, output, precision):
    shared = {"model": model, "accelerator": chip, "precision": precision, "kv_precision": precision}
    served = ask("serving", **shared, batch_size=batch, prompt_length=prompt, output_length=output)
    paged = ask("batching", **shared, context_length=prompt + output, max_batch_size=batch, page_size=1)
    streamed = ask("weight_streaming", model=model, precision=precision, context_length=prompt + output)
    assert same(served.weights, paged.weights, streamed.weights)
    assert same(served.kv_cache_per_token, paged.kv_cache_per_token)
    assert bool(served.feasible) == (paged.max_concurrent_requests >= batch)
    assert same(served.largest_batch_size, paged.max_concurrent_requests)


@SOME
@given(models, chips, powers, st.integers(64, 8192), st.sampled_from(["fp16", "fp8"]))
def test_serving_and_batching_agree_on_a_decode_step(model, chip, batch, prompt, precision):
    shared = {"model": model, "accelerator": chip, "precision": precision, "kv_precision": precision}
    served = ask("serving", **shared, batch_size=batch, prompt_length=prompt, output_length=2)
    paged = ask("batching", **shared, context_length=served.decode_context, max_batch_size=batch, page_size=1)
    assume(paged.active_requests == batch)
    assert same(served.itl, paged.itl)


@SOME
@given(models, chips, powers, powers, st.integers(64, 8192), st.integers(2, 1024))
def test_the_system_and_the_capstone_serve_as_the_wall_does(model, chip, batch, tensor, prompt, output):
    text = {
        "model": model,
        "accelerator": chip,
        "batch_size": str(batch),
        "tensor_parallel": str(tensor),
        "prompt_length": str(prompt),
        "output_length": str(output),
    }
    alone = ask("serving", **text | {"batch_size": "1"})
    served = ask("serving", **text, devices_per_node="8")  # as the nodes of the whole system
    try:
        design = scores(validated(CAPSTONE, text | {"precision": "fp16", "requests": "1e-6"})[1].point)
        walls = _answered(text)[0]
    except InputErrors:
        assume(False)
    assert same(alone.ttft, float(np.ravel(design.ttft)[0]))  # nothing waits
    assert same(served.ttft, walls["serving"].values["ttft"])
    assert same(served.itl, walls["serving"].values["itl"])
    assert same(served.memory_per_device, float(np.ravel(design.memory)[0]))


@SOME
@given(st.integers(1, 4096), st.sampled_from(CHIPS), st.floats(0, 1), st.floats(1, 2), st.floats(1e-6, 1e-3))
def test_cost_and_carbon_use_the_same_energy(devices, chip, mfu, pue, price):
    tdp = find(Accelerator, chip).tdp
    assume(not np.isnan(tdp))
    shared = {"devices": devices, "duration": 30 * 86400.0, "mfu": mfu, "pue": pue, "tdp": tdp}
    cost = ask("tco", accelerator=chip, electricity_price=price / 3.6e6, **shared)
    carbon = ask("sustainability", electricity_price=price / 3.6e6, **shared)
    assert same(cost.facility_energy, carbon.facility_energy)
    assert same(cost.energy_opex, carbon.energy_cost)


@SOME
@given(st.floats(0.1, 100), st.floats(0.01, 10), st.integers(1, 200), st.floats(0, 4))
def test_the_two_queues_are_one(rate, service, servers, spread):
    shared = {"arrival_rate": rate, "service_time": service, "service_cv": spread}
    requests = ask("tail_latency", replicas=servers, **shared)
    jobs = ask("cluster_queue", servers=servers, **shared)
    assert same(requests.mean_wait, jobs.mean_wait)
    assert same(requests.wait_probability, jobs.wait_probability)
    assert same(requests.utilization, jobs.utilization)


layouts = st.fixed_dictionaries(
    {
        "data_parallel": powers,
        "tensor_parallel": st.sampled_from([1, 2, 4, 8]),
        "pipeline_parallel": st.sampled_from([1, 2, 4]),
        "microbatches": st.sampled_from([1, 4, 8]),
        "zero_stage": st.sampled_from(["0", "1", "2", "3"]),
        "recomputation": st.sampled_from(["none", "selective", "full"]),
        "sequence_length": st.sampled_from([1024, 4096, 8192]),
    }
)


@SOME
@given(models, st.sampled_from(["h100-sxm5-80gb", "a100-sxm4-80gb", "b200-sxm-180gb"]), layouts)
def test_a_device_of_a_training_run_holds_the_same_on_both_walls(model, chip, layout):
    shared = {"model": model, "accelerator": chip, "precision": "bf16", "attention": "fused", **layout}
    run = ask("parallelism", **shared, microbatch_size=1, sequence_parallel="on")
    held = ask("training_memory", **shared, batch_size=1, sequence_parallel="on")
    assert same(run.memory_per_device, held.total)
    assert bool(run.feasible) == (bool(held.feasible) and bool(run.possible))


@SOME
@given(models, st.sampled_from(["h100-sxm5-80gb", "a100-sxm4-80gb", "b200-sxm-180gb"]), powers)
def test_one_device_trains_at_the_same_mfu_on_both_walls(model, chip, batch):
    shared = {"model": model, "accelerator": chip, "precision": "bf16", "sequence_length": 4096}
    alone = {f"{name}_parallel": 1 for name in ("data", "tensor", "pipeline", "context", "expert")}
    run = ask("parallelism", **shared, **alone, microbatch_size=batch, microbatches=1, zero_stage="0")
    device = ask("efficiency", **shared, batch_size=batch, phase="training", microbatches=1)
    assert same(run.step_time, device.step_time)
    assert same(run.mfu, device.mfu)


@SOME
@given(models, chips, powers, st.integers(64, 8192), st.sampled_from(["fp16", "fp8", "int8"]))
def test_a_pass_takes_the_same_on_the_efficiency_and_the_serving_wall(model, chip, batch, prompt, precision):
    shared = {"model": model, "accelerator": chip, "batch_size": batch, "precision": precision}
    served = ask("serving", **shared, kv_precision=precision, prompt_length=prompt, output_length=2)
    prefill = ask("efficiency", **shared, phase="forward", sequence_length=prompt)
    decode = ask("efficiency", **shared, phase="decode", sequence_length=served.decode_context)
    assert same(served.ttft, prefill.step_time) and same(served.itl, decode.step_time)
    assert same(served.prefill_flop, prefill.model_flop) and same(served.decode_flop, decode.model_flop)


@SOME
@given(models, st.sampled_from(["h100-sxm5-80gb", "mi300x"]), st.sampled_from([64, 256, 1000]), st.sampled_from([1, 4]))
def test_a_training_run_lasts_the_same_on_every_page(model, chip, devices, stages):
    text = {"model": model, "accelerator": chip, "devices": str(devices), "pipeline_parallel": str(stages)}
    try:
        walls, _ = _answered(text)
    except InputErrors:
        assume(False)
    time = walls["iron_law"].values["training_time"]
    assert same(time, walls["tco"].values["duration"], walls["sustainability"].values["duration"])
    assert same(time, walls["reliability"].values["duration"], walls["reliability"].values["time_to_finish"])
    assert same(walls["parallelism"].values["mfu"], walls["iron_law"].values["run_mfu"])
    energy = [walls[wall].values["facility_energy"] for wall in ("tco", "sustainability")]
    assert same(*energy)


@SOME
@given(models, chips, powers, st.integers(64, 8192), st.sampled_from(["bf16", "fp8"]))
def test_the_comparison_of_accelerators_serves_as_the_serving_wall_does(model, chip, batch, context, precision):
    shared = {"model": model, "accelerator": chip, "batch_size": batch, "precision": precision}
    compared = ask("shootout", **shared, workload="serving", context_length=context)
    split = {"tensor_parallel": float(compared.reference_least)}
    assume(split["tensor_parallel"] <= 1024)
    served = ask("serving", **shared, **split, prompt_length=context - 1, output_length=2)
    assert same(compared.reference_rate, batch / served.itl / split["tensor_parallel"])
    held = ask("serving", **shared, **split, prompt_length=context - 2, output_length=2)
    assert same(compared.reference_least, held.devices_needed)


@SOME
@given(st.sampled_from(CHIPS), st.integers(1, 4096), st.floats(0.01, 1), st.floats(0, 1), st.floats(1, 2))
def test_the_comparison_of_accelerators_costs_what_the_tco_and_sustainability_walls_say(chip, devices, mfu, read, pue):
    spec = find(Accelerator, chip)
    assume(not np.isnan(spec.tdp + spec.unit_price))
    shared = {"accelerator": chip, "devices": devices, "pue": pue, "memory_utilization": read}
    compared = ask("shootout", **shared, efficiency=mfu, model="llama-3-8b")
    assume(compared.reference_devices == devices)
    cost, carbon = ask("tco", **shared, mfu=mfu), ask("sustainability", **shared, mfu=mfu)
    assert same(compared.reference_cost, cost.tco)
    assert same(compared.reference_energy, cost.facility_energy, carbon.facility_energy)


@SOME
@given(models, chips, powers, powers, st.integers(64, 8192), st.integers(2, 1024))
def test_reasoning_is_timed_as_serving_is_and_priced_as_the_accelerator(model, chip, batch, tensor, prompt, output):
    shared = {"model": model, "accelerator": chip, "tensor_parallel": tensor, "prompt_length": prompt}
    served = ask("serving", **shared, batch_size=batch, output_length=output)
    query = ask(
        "reasoning",
        served_model=model,
        served_on=chip,
        tensor_parallel=tensor,
        prompt_length=prompt,
        samples=batch,
        reasoning_steps=0,
        answer_tokens=output,
    )
    assert same(query.token_time, served.itl)
    assert same(query.first_token_time, ask("serving", **shared, batch_size=1, output_length=output).ttft)
    spec = find(Accelerator, chip)
    assert same(query.cost_per_query, tensor * spec.cloud_price * query.latency)
    assert same(query.decode_power, served.decode_power)
    assert same(query.energy_per_query, tensor * query.device_power * query.latency)


@SOME
@given(models, chips, powers, st.integers(64, 8192), st.sampled_from([(16, "fp16"), (8, "int8"), (4, "int4")]))
def test_every_wall_that_asks_whether_a_model_fits_answers_alike(model, chip, batch, context, stored):
    bits, precision = stored
    shared = {"model": model, "accelerator": chip, "batch_size": batch, "precision": precision}
    served = ask("serving", **shared, kv_precision=precision, prompt_length=context - 2, output_length=2)
    step = ask("roofline", **shared, phase="decode", context_length=context)
    needed = ask("synthesis", **shared, phase="decode", context_length=context)
    small = ask(
        "compression",
        served_model=model,
        served_on=chip,
        batch_size=batch,
        context_length=context,
        bits=bits,
        kv_bits=bits,
    )
    assert same(served.memory_room, step.memory_room, small.memory_room)
    assert same(served.memory_per_device, step.memory_footprint, small.memory_after, needed.required_memory)
    assert bool(served.feasible) == bool(step.feasible)
    assert same(served.largest_batch_size, step.largest_batch_size)
    assert same(step.devices_needed, needed.devices_for_memory)


@SOME
@given(chips, st.sampled_from(["aws-eu-west-1", "azure-northeurope", "gcp-europe-north1", "aws-us-east-1"]))
def test_the_system_has_the_water_carbon_and_prices_of_its_region(chip, region):
    try:
        walls, _ = _answered({"accelerator": chip, "region": region})
    except InputErrors:
        assume(False)
    run = walls["sustainability"].values
    given = {name: run[name] for name in ("duration", "mfu", "memory_utilization")}
    alone = ask("sustainability", accelerator=chip, region=region, devices=256, **given)
    for name in ("water", "operational_carbon", "energy_cost", "embodied_carbon"):
        assert same(run[name], getattr(alone, name)), name
    query = walls["reasoning"].values
    assert same(query["power"] * 16, find(Accelerator, chip).tdp)
    assert same(query["price_per_hour"] * 16, 3600 * find(Accelerator, chip).cloud_price)


@pytest.mark.parametrize("fleet", ["meta-llama3-16k", "alps", "ornl-frontier", "google-tpu-v5p-pod", "gpt3-v100-10k"])
def test_the_iron_law_has_the_peak_of_the_chips_of_its_fleet(fleet):
    chip = find(Fleet, fleet).node.accelerator
    assert same(ask("iron_law", fleet=fleet).fleet_peak, find(Fleet, fleet).devices * peak_rate(chip, Precision.BF16))
