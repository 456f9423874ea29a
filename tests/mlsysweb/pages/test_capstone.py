from dataclasses import replace
from html import unescape

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.resolve import resolve
from mlsysweb.pages.capstone import answer
from mlsysweb.pages.capstone.design import FORMATS, LADDERS, design_space, remedies, scores
from mlsysweb.pages.capstone.question import CAPSTONE
from mlsysweb.pages.capstone.replica import replica
from mlsysweb.show.unit_filter import units
from solvers.node.serving import serving
from solvers.operations.tco import tco
from solvers.read import read
from solvers.specs import Precision
from tests.solvers.systems import H100

pytestmark = pytest.mark.usefixtures("catalog")

SMALL = {"requests": "50 1/s", "ttft_target": "500 ms", "budget": "$1M", "replicas": "6"}
PRICED = replace(H100, unit_price=25000.0, embodied_carbon=164.0)


def design(**text):
    return resolve(read(CAPSTONE, {**SMALL, **text})).point


def test_a_fleet_that_meets_the_brief_is_told_so_with_its_price(client):
    page = client.get("/capstone/", SMALL).context["page"]
    assert "All 6 requirements met" in page.verdict
    assert [constraint.met for constraint in page.constraints] == [True] * 6


def test_remedies_are_searched_only_where_a_requirement_is_not_met(client, monkeypatch):
    searched = []
    monkeypatch.setattr(answer, "remedies", lambda i, now: searched.append(i) or remedies(i, now))
    client.get("/capstone/", SMALL)
    assert searched == []
    page = client.get("/capstone/", {**SMALL, "replicas": "1"}).context["page"]
    assert len(searched) == 1
    assert any(constraint.sentence for constraint in page.constraints)


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
    assert "Serve Llama 3 70B to 50 requests/s, each of 256 prompt tokens and 64 output tokens" in brief
    assert "at most 500 ms from 2 regions" in brief
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
    prompts, steps, time = float(i.batch_size), i.output_length - 1.0, float(full.end_to_end_latency)
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
    today = scores(i)
    met = today.meets(i)
    for constraint, (name, value, _) in remedies(i, today).items():
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


def page_of(client, **text):
    return client.get("/capstone/", {**SMALL, **text}).context["page"]


def test_the_budget_is_said_and_can_be_the_purchase_price(client):
    yearly, bought = page_of(client), page_of(client, budget_basis="purchase")
    assert "The budget is $1M per year; the fleet costs" in yearly.verdict and "to buy." in yearly.verdict
    assert "The budget is $1M to buy" in bought.verdict and "$1M to buy and" in bought.brief
    lines = {c.name: c for c in bought.constraints}
    assert lines["Budget to buy"].wanted == "≤ $1M to buy"
    price = float(scores(design()).purchase)
    assert lines["Budget to buy"].has.number == price == 2.5 * 48 * float(design().accelerator.unit_price)
    assert not lines["Budget to buy"].met and {c.name: c for c in yearly.constraints}["Budget"].met


def test_a_pipeline_of_one_stage_is_the_serving_walls_replica():
    i = design(second="none")
    own, one = scores(i), replica(i)
    full = serving(
        model=i.model,
        accelerator=i.accelerator,
        precision=i.precision,
        kv_precision=i.precision,
        tensor_parallel=i.tensor_parallel,
        prompt_length=i.prompt_length,
        output_length=i.output_length,
        concurrency=i.batch_size,
    )
    assert float(one.service) == float(full.end_to_end_latency) and float(one.memory) == float(full.memory_per_device)
    assert float(own.devices) == 6 * 4


def test_stages_divide_memory_and_add_transfers_to_the_first_token():
    one = replica(design(tensor_parallel="2"))
    two, four = (replica(design(tensor_parallel="2", pipeline_parallel=stages)) for stages in ("2", "4"))
    assert float(two.memory) == pytest.approx(float(one.memory) / 2)
    assert float(four.memory) == pytest.approx(float(one.memory) / 4)
    i = design(tensor_parallel="2")
    hop = 256 * float(i.model.hidden_size) * 2 / float(i.accelerator.interconnect_bandwidth)
    assert float(four.ttft) == pytest.approx(float(one.ttft) + 3 * hop)
    assert float(scores(design(tensor_parallel="2", pipeline_parallel="4")).devices) == 2 * 6 * 8


def test_layers_that_do_not_divide_wait_for_the_largest_stage():
    even, odd = (replica(design(pipeline_parallel=stages, batch_size="60")) for stages in ("5", "6"))
    assert float(odd.memory) == pytest.approx(float(even.memory) * 14 / 16)  # 80 layers: 16 and 14 in the largest
    i = design(pipeline_parallel="6", batch_size="60")
    alone = replica(replace(i, pipeline_parallel=1, batch_size=10))
    assert float(odd.service) > float(alone.service) * 14 * 6 / 80


@pytest.mark.parametrize("output", ["1", "2", "64"])
@given(st.sampled_from([1, 2, 4, 8]), st.sampled_from([1, 3, 8, 16, 50]), st.sampled_from(["fp16", "fp8"]))
def test_a_pipeline_never_uses_more_than_its_peaks(output, stages, batch, precision):
    text = {"pipeline_parallel": str(stages), "batch_size": str(batch), "precision": precision}
    one = replica(design(**text, output_length=output, tensor_parallel="1"))
    assert 0 < float(one.mfu) <= 1 and 0 < float(one.memory_utilization) <= 1
    assert float(one.service) >= float(one.ttft) * (1 - 1e-9) > 0


def test_requests_can_be_split_unevenly_and_the_busiest_region_sets_the_pace():
    even, uneven = scores(design()), scores(design(first_share="80 %"))
    assert float(uneven.capacity) == pytest.approx(float(even.capacity) / 1.6)
    assert float(uneven.ttft) >= float(even.ttft)
    assert float(scores(design(first_share="50 %")).cost) == pytest.approx(float(even.cost))


def test_emissions_move_to_the_region_that_serves_and_sum_to_the_total(client):
    green, dirty = (scores(design(first="norway", second="poland", first_share=s)) for s in ("90 %", "10 %"))
    for each in (green, dirty):
        assert sum(float(c) for c in each.carbon_by_region) == pytest.approx(float(each.carbon))
    assert float(green.carbon) < float(dirty.carbon)
    regions = page_of(client, first="norway", second="poland", first_share="90 %").regions
    assert [each.share.replace("\xa0", " ") for each in regions] == ["90 %", "10 %"]
    assert regions[0].region.startswith("Norway")


def test_the_loss_of_a_replica_is_that_of_a_smaller_fleet():
    i, fewer = design(), design(replicas="5")
    assert float(scores(i).ttft_degraded) == pytest.approx(float(scores(fewer).ttft))
    assert np.isinf(scores(design(replicas="1")).ttft_degraded)


def test_the_page_says_what_the_design_survives(client):
    survives = page_of(client, replicas="12").survives
    assert [": survives" in each for each in survives] == [True, True]
    alone = page_of(client, replicas="2", second="none").survives
    assert "does not survive" in alone[0] and "only region" in alone[1]


def test_the_brief_can_ask_for_less_redundancy(client):
    names = {
        kind: [c.name for c in page_of(client, redundancy=kind).constraints] for kind in ("region", "replica", "none")
    }
    assert "TTFT (p99) after loss of a region" in names["region"]
    assert "TTFT (p99) after loss of a replica" in names["replica"]
    assert len(names["none"]) == 5 and "All 5 requirements met" in page_of(client, redundancy="none").verdict
    assert "loss of a replica" in page_of(client, redundancy="replica").brief


def test_the_front_tries_every_format_a_chip_has_and_no_other():
    fp8_only = replace(PRICED, peak=np.where(np.arange(9) == Precision.FP8, PRICED.peak, np.nan))
    space = design_space(design(), [PRICED, fp8_only])
    tried = {chip: {int(p) for p in np.unique(space.settings["precision"][space.chip == chip])} for chip in (0, 1)}
    assert tried[1] == {Precision.FP8}
    assert tried[0] == {int(p) for p in FORMATS if not np.isnan(PRICED.peak[p])} and Precision.INT8 in tried[0]
    assert {1.0, 2.0} <= set(space.settings["pipeline_parallel"])


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"first_share": "60 %", "second": "none"}, "needs a second region"),
        ({"pipeline_parallel": "100"}, "must be at most 80, the layers of Llama 3 70B"),
        ({"budget_basis": "purchase", "tenure": "cloud"}, "rented hardware has no purchase price"),
        ({"first_share": "120 %"}, "Requests to the first region"),
    ],
)
def test_inputs_that_do_not_go_together_are_told_at_their_field(client, query, sentence):
    refused = client.get("/capstone/", query)
    assert refused.status_code == 422 and sentence in refused.content.decode()


def test_the_page_says_how_far_predictions_were_off_on_the_accelerator_of_the_design(client):
    found = client.get("/capstone/", {**SMALL, "accelerator": "a100-sxm4-80gb"})
    errors = found.context["page"].prediction_errors
    assert [each.partition(",")[0] for each in errors] == ["Decode steps", "Prefills"]
    assert all("on NVIDIA A100 SXM4 80GB" in each for each in errors)
    assert units(errors[0]) in unescape(found.content.decode())


def test_remedies_that_conflict_say_so(client):
    page = client.get("/capstone/").context["page"]
    told = {each.name: each.sentence for each in page.constraints}
    assert "No number of replicas meets all: budget allows at most" in page.verdict
    assert "in conflict with budget" in told["Throughput"] and "in conflict with throughput" in told["Budget"]


def test_a_remedy_that_breaks_a_requirement_met_today_says_which(client):
    page = client.get("/capstone/", {"budget": "$6M"}).context["page"]
    told = {each.name: each for each in page.constraints}
    assert told["Budget"].met and told["Throughput"].sentence.endswith("in conflict with budget.")


def test_a_remedy_without_conflict_names_none(client):
    page = client.get("/capstone/", {**SMALL, "replicas": "1"}).context["page"]
    assert not any("conflict" in each.sentence for each in page.constraints) and "No number" not in page.verdict
