from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from catalog.resolve import resolve
from mlsysweb.pages.capstone.design import LADDERS, design_space, remedies, scores
from mlsysweb.pages.capstone.question import CAPSTONE
from solvers.node.serving import serving
from solvers.operations.tco import tco
from solvers.read import read
from tests.solvers.systems import H100

pytestmark = pytest.mark.usefixtures("catalog")

SMALL = {"requests": "50 1/s", "ttft_target": "500 ms", "budget": "1 MUSD", "replicas": "6"}
PRICED = replace(H100, unit_price=25000.0, embodied_carbon=164.0)


def design(**text):
    return resolve(read(CAPSTONE, {**SMALL, **text})).point


def test_a_fleet_that_meets_the_brief_is_told_so_with_its_price(client):
    page = client.get("/capstone/", SMALL).context["page"]
    assert "All 6 requirements met" in page.verdict
    assert [constraint.met for constraint in page.constraints] == [True] * 6


def test_each_requirement_has_a_target_and_the_designs_value(client):
    text = {"replicas": "1", "batch_size": "1", "requests": "1e5 1/s", "tensor_parallel": "1", "second": "none"}
    answer = client.get("/capstone/", text)
    lines = {c.name: (c.wanted, c.has.value) for c in answer.context["page"].constraints}
    assert lines["TTFT (p99)"] == ("≤ 100 ms", "unbounded: the queue is unstable")
    assert lines["Throughput"][0] == "≥ 100,000 requests/s"
    assert lines["Budget"][0] == "≤ $5M per year"
    shown = unescape(answer.content.decode())
    assert "✗ missed" in shown and shown.count('scope="row"') >= len(lines)
    verdict = answer.context["page"].verdict
    assert verdict.startswith("2 of 6 requirements met. 1 device in 1 region; not met: memory per device")


def test_the_assignment_follows_the_inputs_of_the_brief(client):
    brief = client.get("/capstone/", SMALL).context["page"].brief
    assert "Serve Llama 3 70B to 50 requests/s" in brief and "at most 500 ms from 2 regions" in brief
    assert "$1M" in brief and "loss of a region" in brief
    alone = client.get("/capstone/", {**SMALL, "second": "none"}).context["page"].brief
    assert "from 1 region," in alone and "loss of a region" not in alone


def test_the_challenge_says_that_its_budget_is_of_a_year(client):
    assert any("per year" in preset.name for preset in CAPSTONE.presets)


def test_the_front_is_neither_sought_nor_sent_before_the_design_is_handed_in(client):
    before = client.get("/capstone/", SMALL).context["page"]
    assert not before.submitted and not before.designs and before.figure is None
    handed_in = client.get("/capstone/", {**SMALL, "submitted": "yes"}).context["page"]
    assert handed_in.submitted and handed_in.designs and handed_in.figure.id == "designs-0"


def test_every_design_of_the_front_opens_and_meets_the_brief(client):
    designs = client.get("/capstone/", {**SMALL, "submitted": "yes"}).context["page"].designs
    opened = [client.get(each.design.url).context["page"].verdict for each in designs]
    assert opened and all("All 6 requirements met" in verdict for verdict in opened)


def test_cost_is_that_of_the_walls_for_every_region():
    i = design(second="none", replicas="4")
    own = scores(i)
    shared = {
        "model": i.model,
        "accelerator": i.accelerator,
        "precision": i.precision,
        "kv_precision": i.precision,
        "tensor_parallel": i.tensor_parallel,
        "prompt_length": i.prompt_length,
        "output_length": i.output_length,
    }
    full = serving(**shared, concurrency=i.batch_size)
    prompts, steps, time = float(i.batch_size), float(i.output_length), float(full.end_to_end_latency)
    flop = prompts * float(full.prefill_flop) + steps * float(full.decode_flop)
    moved = prompts * float(full.prefill_moved) + steps * float(full.decode_moved)
    bill = tco(
        accelerator=i.accelerator,
        devices=16,
        duration=365 * 86400.0,
        time_in_use=min(50 / float(own.capacity), 1),
        mfu=flop / time / float(full.peak),
        memory_utilization=moved / time / float(i.accelerator.memory_bandwidth),
        pue=1.2,
        electricity_price=i.first.electricity_price,
    )
    assert float(own.devices) == 16 and float(own.cost) == pytest.approx(float(bill.tco))


def test_a_replica_is_the_serving_walls_own_server_with_a_concurrency():
    i = design(second="none", replicas="4")
    own = serving(
        model=i.model,
        accelerator=i.accelerator,
        precision=i.precision,
        kv_precision=i.precision,
        tensor_parallel=i.tensor_parallel,
        prompt_length=i.prompt_length,
        output_length=i.output_length,
        concurrency=i.batch_size,
    )
    assert float(scores(i).capacity) == pytest.approx(4 * own.request_throughput, rel=1e-9)
    assert float(scores(i).memory) == pytest.approx(own.memory_per_device, rel=1e-9)


def test_twice_the_replicas_serve_twice_and_more_regions_share_the_load():
    one, two = scores(design(replicas="4")), scores(design(replicas="8"))
    assert float(two.capacity) == pytest.approx(2 * float(one.capacity))
    assert float(scores(design(replicas="4", third="france")).capacity) == pytest.approx(1.5 * float(one.capacity))


def test_without_another_region_nothing_survives_and_with_one_the_rest_carries_all():
    assert np.isinf(scores(design(second="none")).ttft_left)
    i = design()
    left = scores(replace(i, second=None))
    assert float(scores(i).ttft_left) == pytest.approx(float(left.ttft))


@pytest.mark.parametrize(
    "text", [{"replicas": "1"}, {"tensor_parallel": "1"}, {"budget": "100 kUSD"}, {"carbon_limit": "10 t"}]
)
def test_a_remedy_does_what_it_promises_and_none_is_nearer_on_its_ladder(text):
    i = design(**text)
    met = scores(i).meets(i)
    for constraint, (name, value) in remedies(i).items():
        assert bool(scores(replace(i, **{name: value})).meets(i)[constraint])
        if not bool(met[constraint]):
            now = float(getattr(i, name))
            nearer = [v for v in LADDERS[name] if abs(np.log(v / now)) < abs(np.log(value / now)) * (1 - 1e-9)]
            assert not any(bool(scores(replace(i, **{name: v})).meets(i)[constraint]) for v in nearer)


def test_nobody_on_the_front_is_beaten_and_everybody_off_it_is():
    space = design_space(design(), [PRICED, replace(PRICED, tdp=300, unit_price=40000.0)])
    pairs = np.stack([space.scores.cost, space.scores.carbon], axis=1)
    met = np.flatnonzero(space.met)
    on = set(space.front.tolist())
    for row in met[:: max(1, len(met) // 50)]:
        beaten = ((pairs[met] <= pairs[row]).all(axis=1) & (pairs[met] < pairs[row]).any(axis=1)).any()
        assert beaten or row in on or any((pairs[k] == pairs[row]).all() for k in on)
    assert space.knee in on


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"accelerator": "gaudi3"}, "unit price is unknown"),
        ({"model": "resnet-50"}, "Choose a transformer"),
        ({"tenure": "cloud", "accelerator": "mi300x"}, "no price to rent"),
        ({"replicas": "0"}, "must be at least 1"),
    ],
)
def test_what_cannot_be_scored_is_told_at_its_field(client, query, sentence):
    refused = client.get("/capstone/", query)
    assert refused.status_code == 422 and sentence in refused.content.decode()
