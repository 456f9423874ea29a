import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.node.serving import serving
from solvers.node.tail_latency import tail_latency
from solvers.pipeline import pipeline, settle
from solvers.search.axes import ranged
from solvers.search.explore import Search
from solvers.search.goals import goals, metrics
from solvers.search.run import run
from solvers.search.space import Space
from tests.solvers.systems import H100, LLAMA_8B

LLAMA = {"model": LLAMA_8B, "accelerator": H100}


# A server with B slots in its batch is a queue with B servers, each with the service time of a full batch.
LINKS = {"tail_latency.service_time": "serving.end_to_end_latency", "tail_latency.replicas": "serving.batch_size"}
LARGEST_BATCH = ("maximize: batch_size", "minimize: p99_latency")
HIGHEST_THROUGHPUT = ("maximize: decode_throughput", "minimize: p99_latency")


def batches(given, rate, target, wanted=LARGEST_BATCH, largest=512):
    """Run the tutorial's batching optimizer (listing 6.6) as a search."""
    chain = pipeline("serving", "tail_latency", links=LINKS)
    fixed = settle(chain, {**given, "arrival_rate": rate})
    wanted = (*wanted, f"p99_latency <= {target!r} s", "stable", "serving.feasible")
    objectives, constraints = goals(wanted, metrics(chain))
    sizes = ranged(chain, "batch_size", 1, largest, largest)
    return run(Search(chain, fixed, Space((sizes,)), objectives, constraints))


def p99(batch, rate, **more):
    service = serving(**LLAMA, **more, batch_size=batch).end_to_end_latency
    return tail_latency(arrival_rate=rate, service_time=service, replicas=batch)


def test_the_tutorials_demo_fills_the_memory_long_before_the_sla_of_20_s_binds():
    # Tutorial part 6, batching optimizer: Llama-3-8B on an H100, 10 requests a second, 20 s, 128 tokens.
    outcome = batches({**LLAMA, "prompt_length": 128.0, "output_length": 128.0}, 10.0, 20.0, largest=4096)
    best = outcome.top[0]
    assert (
        best.places["batch_size"]
        == 1905
        == float(serving(**LLAMA, prompt_length=128.0, output_length=128.0).largest_batch_size)
    )
    assert best.values["tail_latency.p99_latency"] < 20


@settings(max_examples=15)
@given(rate=st.floats(0.5, 20), target=st.floats(2, 30))
def test_the_largest_batch_is_in_time_and_the_next_is_not(rate, target):
    outcome = batches(LLAMA, rate, target, largest=200)
    if outcome.top:
        batch = outcome.top[0].places["batch_size"]
        here = p99(batch, rate)
        assert here.stable and here.p99_latency <= target
        beyond = p99(batch + 1, rate)
        assert batch == 200 or not (beyond.stable and beyond.p99_latency <= target)


def test_a_small_batch_is_unstable_and_a_large_one_slow_and_the_reasons_say_so():
    outcome = batches(LLAMA, 12.0, 6.0)
    told = {reason.constraint.text: reason.failed for reason in outcome.reasons}
    unstable = int((~p99(np.arange(1.0, 513), 12.0).stable).sum())
    assert told["stable"] == unstable > 0
    assert told["p99_latency <= 6.0 s"] > unstable


def test_throughput_and_latency_pull_the_front_apart():
    outcome = batches(LLAMA, 5.0, 60.0, HIGHEST_THROUGHPUT, largest=256)
    latencies = [c.values["tail_latency.p99_latency"] for c in outcome.front]
    throughputs = [c.values["serving.decode_throughput"] for c in outcome.front]
    assert len(outcome.front) > 5
    assert throughputs == sorted(throughputs, reverse=True) and latencies == sorted(latencies, reverse=True)


def test_an_unmeetable_target_names_the_nearest_there_is():
    outcome = batches(LLAMA, 5.0, 0.1)
    (late,) = [r for r in outcome.reasons if r.constraint.metric.name == "p99_latency"]
    assert not outcome.top and late.failed == 512 and late.nearest > 0.1
