import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.errors import InputError
from solvers.laws.step_time import Bound
from solvers.meta.sensitivity import Hardware, sensitivities, sensitivity
from solvers.node.roofline import roofline
from solvers.node.serving import serving
from solvers.node.tail_latency import tail_latency
from tests.solvers.sentences import says
from tests.solvers.systems import ESP32, H100, KEYWORDS, LLAMA_8B, LLAMA_405B

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    # Without a thermal design power the energy is unknown.
    {"output": "energy_per_sample", "accelerator": '{"peak": {"fp16": 1e15}, "memory_bandwidth": 1e12}'},
    {"batch_size": "21", "phase": "decode", "output": "mfu"},
]


def llama_on_h100(**values):
    return sensitivity(model=LLAMA_8B, accelerator=H100, **values)


def test_bandwidth_binds_one_sequence_and_a_higher_peak_rate_gains_nothing():
    # Tutorial part 8, sensitivity and its exercise.
    o = llama_on_h100()
    assert Hardware(int(o.binding)) is Hardware.MEMORY_BANDWIDTH
    assert o.to_peak == 0


@pytest.mark.parametrize(("phase", "binding"), [("decode", Hardware.MEMORY_BANDWIDTH), ("prefill", Hardware.PEAK)])
def test_at_batch_64_prefill_hinges_on_the_peak_rate_and_decode_does_not(phase, binding):
    # Tutorial part 8, exercise: "at batch 64 peak FLOPS binds" is true of prefill only.
    assert Hardware(int(llama_on_h100(batch_size=64, phase=phase).binding)) is binding


@settings(max_examples=25)
@given(batch=st.integers(1, 1024), phase=st.sampled_from(["decode", "prefill"]))
def test_rate_bandwidth_and_overheads_share_the_whole_latency(batch, phase):
    # Latency is a time: twice as fast in every respect is half of it (Euler on a homogeneous function).
    o = llama_on_h100(batch_size=batch, phase=phase, step=1e-4)
    shares = -o.to_peak - o.to_memory_bandwidth + o.to_dispatch_overhead + o.to_layer_overhead
    assert float(shares) == pytest.approx(1, abs=1e-3)


@settings(max_examples=25)
@given(batch=st.integers(16, 140))
def test_binding_changes_where_the_two_roofs_meet(batch):
    o = llama_on_h100(batch_size=batch)
    r = roofline(model=LLAMA_8B, accelerator=H100, batch_size=batch)
    assert float(o.changes_above) == pytest.approx(float(r.memory_time / r.compute_time), rel=2e-4)


def test_throughput_answers_with_the_opposite_sign():
    latency, throughput = (llama_on_h100(output=of) for of in ("latency", "throughput"))
    assert float(throughput.to_memory_bandwidth) == pytest.approx(-float(latency.to_memory_bandwidth))


def test_on_a_microcontroller_the_launch_and_the_rate_share_the_time():
    o = sensitivity(model=KEYWORDS, accelerator=ESP32, precision="int8")
    assert Hardware(int(o.binding)) is Hardware.PEAK and o.to_flash_bandwidth == 0


def test_keyword_spotting_on_an_h100_hinges_on_launching():
    o = sensitivity(model=KEYWORDS, accelerator=H100)
    assert Hardware(int(o.binding)) is Hardware.DISPATCH_OVERHEAD
    assert o.to_layer_overhead > o.to_dispatch_overhead


def test_a_grid_of_questions_answers_like_each_alone():
    batches, outputs = np.array([[1.0], [64.0], [512.0]]), np.array([[0, 1]])
    grid = llama_on_h100(batch_size=batches, output=outputs)
    for at, batch in np.ndenumerate(np.broadcast_to(batches, (3, 2))):
        alone = llama_on_h100(batch_size=batch, output=outputs[0, at[1]])
        assert grid.to_peak[at] == pytest.approx(float(alone.to_peak), rel=1e-9)


def test_any_wall_answers_for_any_of_its_outputs():
    itl = sensitivities(serving, serving.accept({"model": LLAMA_8B, "accelerator": H100}), "itl")
    assert itl.binding == "accelerator.memory_bandwidth"
    assert abs(itl.rows[0].elasticity) >= abs(itl.rows[-1].elasticity)
    edge = next(k for k in itl.breakpoints if k.name == "accelerator.memory_capacity")
    assert edge.changes[0].output == "feasible" and 0 < edge.setting.value < 80e9


def test_counts_of_a_models_architecture_are_left_out():
    ttft = sensitivities(serving, serving.accept({"model": LLAMA_8B, "accelerator": H100}), "ttft")
    names = {row.name for row in ttft.rows}
    assert "model.parameters" in names
    assert not names & {"model.mlp_matrices", "model.layers", "model.kv_heads", "model.hidden_size"}
    assert abs(ttft.rows[0].elasticity) <= 2


def test_waiting_breaks_where_the_queue_starts_to_grow():
    p99 = sensitivities(tail_latency, tail_latency.accept({}), "p99_latency")
    breaks = {(k.name, k.changes[0].output) for k in p99.breakpoints if k.changes}
    assert ("arrival_rate", "stable") in breaks
    growing = next(
        k for k in p99.breakpoints if k.changes and k.changes[0].output == "stable" and k.name == "arrival_rate"
    )
    assert growing.setting.value == pytest.approx(4 / 0.3, rel=1e-4)


@pytest.mark.parametrize(("output", "hint"), [("latencyy", "latency"), ("bottleneck", "not a number")])
def test_an_output_that_is_no_number_is_refused_by_name(output, hint):
    with pytest.raises(InputError, match=hint):
        sensitivities(roofline, roofline.accept({"model": LLAMA_8B, "accelerator": H100}), output)


LIMIT = {Bound.COMPUTE: "Compute-bound", Bound.MEMORY: "Memory-bound", Bound.OVERHEAD: "Overhead-bound"}


@settings(max_examples=25, deadline=None)
@given(
    model=st.sampled_from([LLAMA_8B, KEYWORDS]),
    batch=st.integers(1, 512),
    overhead=st.sampled_from([0, 45e-6, 10e-3]),
    output=st.sampled_from(["latency", "throughput", "mfu", "energy_per_sample"]),
)
def test_the_verdict_names_the_limit_that_the_roofline_names(model, batch, overhead, output):
    shared = {"model": model, "accelerator": H100, "batch_size": batch, "layer_overhead": overhead}
    limit = LIMIT[Bound(int(roofline(**shared).binding))]
    assert says(sensitivity, **shared, output=output).startswith(f"{limit}.")


def test_where_overhead_per_layer_leads_the_verdict_begins_with_its_elasticity():
    said = says(sensitivity, model=LLAMA_8B, accelerator=H100, layer_overhead=10e-3)
    assert "more overhead per layer changes the latency by {to_layer_overhead}" in said


def test_a_model_that_does_not_fit_is_no_limit_of_bandwidth():
    said = says(sensitivity, model=LLAMA_405B, accelerator=H100)
    assert said.startswith("Does not fit in memory.")
