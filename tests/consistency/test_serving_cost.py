"""The serving cost says of each accelerator what the serving, tail-latency, TCO and sustainability walls say when they
are asked the same."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from mlsysweb.pages.serving_cost.question import COMPARED, Inputs
from mlsysweb.pages.serving_cost.sizing import MONTH, fleets, options
from solvers.laws.queueing import prefill_wait_quantile
from solvers.node.serving import serving
from solvers.node.tail_latency import tail_latency
from solvers.operations.sustainability import sustainability
from solvers.operations.tco import tco
from solvers.shipped.lookup import find
from solvers.specs import Accelerator, Model, Precision

CHIPS = [find(Accelerator, slug) for slug in ("h100-sxm5-80gb", *COMPARED)]
ASKED = Inputs(model=find(Model, "llama-3-70b"), accelerator=CHIPS[0], carbon_intensity=1e-7)
FLEET = fleets(ASKED, CHIPS, options(ASKED, CHIPS))
SERVED = [k for k in range(len(CHIPS)) if FLEET.met[k]]


def on_the_serving_wall(k):
    return serving(
        model=ASKED.model,
        accelerator=CHIPS[k],
        prompt_length=ASKED.prompt_length,
        output_length=ASKED.output_length,
        concurrency=FLEET.concurrency[k],
        tensor_parallel=FLEET.tensor_parallel[k],
        replicas=FLEET.replicas[k],
        precision=Precision.FP8,
        kv_precision=Precision.FP8,
    )


def activity(k):
    """Return the inputs of the TCO and sustainability walls: devices, and what they do while in use."""
    wall, held = on_the_serving_wall(k), FLEET.concurrency[k]
    prefills, steps = held / wall.end_to_end_latency, (ASKED.output_length - 1) / wall.end_to_end_latency
    return {
        "accelerator": CHIPS[k],
        "devices": wall.devices,
        "duration": MONTH,
        "pue": ASKED.pue,
        "mfu": (prefills * wall.prefill_flop + steps * wall.decode_flop) / wall.decode_peak,
        "memory_utilization": (prefills * wall.prefill_moved + steps * wall.decode_moved) / wall.decode_bandwidth,
    }


def test_most_accelerators_serve_the_default_question():
    assert len(SERVED) >= 6


@pytest.mark.parametrize("k", SERVED, ids=lambda k: CHIPS[k].name)
def test_latencies_are_those_of_the_serving_and_tail_latency_walls(k):
    wall = on_the_serving_wall(k)
    queue = tail_latency(
        arrival_rate=ASKED.requests, service_time=wall.end_to_end_latency, replicas=wall.slots, service_cv=1
    )
    assert wall.feasible
    prefills = prefill_wait_quantile(0.99, ASKED.requests / FLEET.replicas[k], wall.ttft)
    assert FLEET.ttft[k] == pytest.approx(wall.ttft + queue.p99_wait + prefills, rel=1e-9)
    assert FLEET.ttft[k] <= ASKED.ttft_target
    assert FLEET.itl[k] == pytest.approx(wall.itl, rel=1e-9)
    assert FLEET.utilization[k] == pytest.approx(queue.utilization, rel=1e-9)
    assert FLEET.utilization[k] <= ASKED.target_utilization * (1 + 1e-6)


def test_prompts_wait_for_the_prefills_of_others_at_a_higher_rate():
    few, many = (replace(ASKED, requests=rate) for rate in (0.1, 50.0))
    waits = [fleets(each, CHIPS, options(each, CHIPS)).ttft[0] for each in (few, many)]
    assert waits[1] > 2 * waits[0]


def test_a_looser_slo_never_needs_more_devices_on_any_accelerator():
    def devices(**slo):
        asked = replace(ASKED, requests=50.0, **slo)
        fleet = fleets(asked, CHIPS, options(asked, CHIPS))
        return np.where(fleet.met, fleet.replicas * fleet.tensor_parallel, np.inf)

    for slo in ("ttft_target", "itl_target"):
        needed = [devices(**{slo: seconds}) for seconds in (0.03, 0.1, 0.3, 0.5, 1.0, 3.0)]
        for tighter, looser in pairwise(needed):
            assert np.all(looser <= tighter)


def test_the_fleet_has_the_fewest_devices_over_degrees_of_tensor_parallelism():
    asked = replace(ASKED, requests=50.0, ttft_target=0.5)
    fleet = fleets(asked, CHIPS, options(asked, CHIPS))
    assert (fleet.tensor_parallel[0], fleet.replicas[0]) == (2, 8)  # 16 H100s; at TP 1 it takes 24 or more


@pytest.mark.parametrize("k", SERVED, ids=lambda k: CHIPS[k].name)
def test_owned_cost_and_carbon_are_those_of_the_tco_and_sustainability_walls(k):
    busy, used = activity(k), FLEET.utilization[k]
    emitted = sustainability(**busy, time_in_use=used, carbon_intensity=1e-7)
    assert FLEET.carbon[k] == pytest.approx(emitted.operational_carbon, rel=1e-9)
    if CHIPS[k].unit_price != CHIPS[k].unit_price:
        assert FLEET.monthly["own"][k] != FLEET.monthly["own"][k]
        return
    throughput = on_the_serving_wall(k).tokens_per_device_second
    bill = tco(**busy, time_in_use=used, electricity_price=ASKED.electricity_price, tokens_per_device_second=throughput)
    assert FLEET.monthly["own"][k] == pytest.approx(bill.tco, rel=1e-9)
    assert FLEET.per_million["own"][k] == pytest.approx(bill.cost_per_million_tokens, rel=1e-9)


@pytest.mark.parametrize("k", SERVED, ids=lambda k: CHIPS[k].name)
def test_rental_costs_are_those_of_the_tco_wall(k):
    price = {} if CHIPS[k].unit_price == CHIPS[k].unit_price else {"unit_price": 30000}
    busy = activity(k)
    rent = tco(**busy, **price)
    assert FLEET.monthly["on_demand"][k] == pytest.approx(rent.cloud_cost, rel=1e-9, nan_ok=True)
    one = tco(**{**busy, "devices": FLEET.tensor_parallel[k]}, **price, checkpoint_time=0)
    assert FLEET.monthly["spot"][k] == pytest.approx(one.spot_cost * FLEET.replicas[k], rel=1e-9, nan_ok=True)


def test_the_wait_of_a_short_queue_is_that_of_the_tail_latency_wall_for_any_service_cv():
    for cv in (0.0, 1.0, 3.0):
        slo = {"itl_target": 0.012, "ttft_target": 2.0, "target_utilization": 0.99}
        asked = replace(ASKED, **slo, requests=2.0, service_cv=cv)
        of = options(asked, CHIPS)
        fleet = fleets(asked, CHIPS, of)
        waits = []
        for k in (k for k in range(len(CHIPS)) if fleet.met[k]):
            degree = float(fleet.tensor_parallel[k])
            wall = serving(
                model=asked.model,
                accelerator=CHIPS[k],
                concurrency=fleet.concurrency[k],
                tensor_parallel=degree,
                replicas=fleet.replicas[k],
                precision=Precision.FP8,
                kv_precision=Precision.FP8,
            )
            queue = tail_latency(
                arrival_rate=2.0, service_time=wall.end_to_end_latency, replicas=wall.slots, service_cv=cv
            )
            prefills = prefill_wait_quantile(0.99, 2.0 / fleet.replicas[k], wall.ttft)
            assert fleet.ttft[k] == pytest.approx(wall.ttft + queue.p99_wait + prefills, rel=1e-9)
            waits.append(queue.p99_wait)
        assert max(waits) > 0.1


@pytest.mark.django_db
@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize("slug", ["h100-sxm5-80gb", "b200-sxm-180gb"])
def test_the_system_page_prices_serving_as_the_walls_do(slug, client):
    typed = {"accelerator": slug, "model": "llama-3-70b", "tensor_parallel": "4", "replicas": "6", "batch_size": "8"}
    typed |= {"arrival_rate": "2", "pue": "1.3"}
    keys = {key.card.name: key.card for key in client.get("/system/", typed).context["page"].keys}
    chip, model = find(Accelerator, slug), find(Model, "llama-3-70b")
    wall = serving(model=model, accelerator=chip, tensor_parallel=4, replicas=6, batch_size=8, precision=Precision.BF16)
    time = wall.end_to_end_latency
    queue = tail_latency(arrival_rate=2, service_time=time, replicas=6, slots_per_replica=8)
    bill = tco(
        accelerator=chip,
        devices=24,
        duration=MONTH,
        pue=1.3,
        time_in_use=queue.utilization,
        mfu=(wall.prefill_flop + 255 * wall.decode_flop) / time / wall.decode_peak,
        memory_utilization=(wall.prefill_moved + 255 * wall.decode_moved) / time / wall.decode_bandwidth,
        tokens_per_device_second=wall.tokens_per_device_second,
    )
    assert keys["serving_tco"].number == pytest.approx(float(bill.tco), rel=1e-9)
    assert keys["serving_cost_per_million_tokens"].number == pytest.approx(
        float(bill.cost_per_million_tokens), rel=1e-9
    )
