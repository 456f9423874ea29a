"""The limits of the best of a search are named: the end of an axis, a constraint, the load that is offered."""

import pytest

from solvers import pipeline, search, serving, tail_latency, tco
from solvers.errors import InputErrors

QUEUE = pipeline(
    "serving",
    "tail_latency",
    links={"tail_latency.service_time": "serving.end_to_end_latency", "tail_latency.replicas": "serving.slots"},
)


def test_an_optimum_at_the_end_of_an_axis_is_said_to_be_one():
    found = search(serving, maximize="token_throughput", prompt_length=128, batch_size=[1, 64, 512])
    assert found.best["batch_size"] == 512
    assert "The best value of batch size is the largest searched, 512: extend the axis" in str(found)


def test_an_optimum_within_an_axis_is_not():
    found = search(serving, minimize="tokens_per_device_second", batch_size=[1, 64, 512])
    assert found.best["batch_size"] == 1 and found.limits == ()  # there is no batch below 1


def test_an_axis_that_changes_nothing_has_no_end():
    found = search(serving, minimize="itl", replicas=[2, 4, 8], batch_size=8)
    assert found.limits == ()


def test_the_constraint_the_next_place_fails_is_named():
    batches = [1, 16, 64, 128]
    found = search(
        serving, maximize="token_throughput", subject_to=["ttft <= 1 s"], prompt_length=512, batch_size=batches
    )
    assert found.best["batch_size"] == 64 and serving(prompt_length=512, batch_size=128).ttft > 1
    assert found.limits == ("With batch size 128 it would be better, but violate time to first token (TTFT) ≤ 1 s.",)


def test_the_load_that_is_offered_is_held_against_what_the_best_can_serve():
    found = search(QUEUE, maximize="token_throughput", arrival_rate=10, prompt_length=128, batch_size=[64, 512])
    best = serving(prompt_length=128, batch_size=512)
    queue = tail_latency(arrival_rate=10, service_time=best.end_to_end_latency, replicas=512)
    assert queue.utilization == pytest.approx(10 * 256 / best.token_throughput)
    said = [sentence for sentence in found.limits if sentence.startswith("Offered load: requests arrive at 10/s")]
    assert len(said) == 1 and f"{queue.utilization * 100:.0f}\u00a0%" in said[0]


def test_the_devices_are_those_of_the_replicas():
    found = search(
        ["serving", "tco"],
        minimize="tco.tco",
        subject_to=["tco.tco > 0 USD"],
        model="gpt2-small",
        replicas=[1, 8, 64],
        tensor_parallel=[1, 8],
        keep=9,
    )
    for row in found.top.rows():
        devices = row["replicas"] * row["tensor_parallel"]
        done = pipeline("serving", "tco").run(
            model="gpt2-small", replicas=row["replicas"], tensor_parallel=row["tensor_parallel"]
        )
        assert done["tco"]["devices"] == devices and done["tco"]["tco"] == pytest.approx(row["tco"])
    assert len(found.top) == 6


@pytest.mark.parametrize("name", ["devices", "tco.devices"])
@pytest.mark.parametrize("value", [64, [64, 128]])
def test_devices_beside_the_replicas_are_refused(name, value):
    with pytest.raises(InputErrors, match=r"found by serving.devices \(the tensor-parallel devices of all replicas"):
        search(["serving", "tco"], minimize="tco.tco", replicas=[1, 2], **{name: value})


def test_the_cost_of_a_token_includes_the_time_of_its_prompt():
    done = pipeline("serving", "tco").run(accelerator="mi300x", batch_size=512, precision="fp8", replicas=8)
    one, bill = done["serving"], done["tco"]
    tokens = one["request_throughput"] * one["output_length"] * one["replicas"]
    assert bill["cost_per_million_tokens"] == pytest.approx(
        bill["tco"] / bill["duration"] / bill["time_in_use"] / tokens * 1e6
    )
    assert tokens < 0.7 * one["decode_throughput"] * one["replicas"]


def test_a_price_that_places_along_an_axis_do_not_know_is_said_to_be_assumed():
    places = ["quebec", "us-virginia", "poland"]
    asked = {"minimize": "tco.tco", "grid": places, "devices": 8}
    said = [each for each in search(tco, **asked).limits if "assumed" in each]
    assert said == [
        "The electricity price of Quebec (tutorial) and Poland (tutorial) is not known; $0.10/kWh is assumed."
    ]
    given = search(tco, **asked, electricity_price="0.1 USD/kWh").limits
    known = search(tco, **{**asked, "grid": ["us-virginia", "ireland"]}).limits
    assert not [each for each in (*given, *known) if "assumed" in each]
