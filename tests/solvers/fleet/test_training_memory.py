from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.errors import InputErrors
from solvers.fleet.training_memory import training_memory
from tests.solvers.systems import GPT_3, H100, LLAMA_8B, MIXTRAL

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"model": "llama-3-8b", "tensor_parallel": "8", "batch_size": "10000", "data_parallel": "1"},
    {"accelerator": '{"peak": {"fp16": 1e15}, "memory_bandwidth": 1e12}'},
    {"model": "llama-3-8b", "data_parallel": "64", "zero_stage": "1", "accelerator": "apollo3-blue"},
    {"model.parameters": "7.5e9", "data_parallel": "64", "zero_stage": "1", "recomputation": "none"},
    {"model.parameters": "7.5e9", "data_parallel": "64", "zero_stage": "3", "batch_size": "64"},
    {"model": "llama-3-70b", "tensor_parallel": "8", "pipeline_parallel": "4", "data_parallel": "1"},
]

powers = st.sampled_from([1, 2, 4, 8, 16, 64])
ways = st.sampled_from(["none", "selective", "full"])


def held(**other):
    return training_memory(**{"model": LLAMA_8B, "accelerator": H100, **other})


@pytest.mark.parametrize(("stage", "gigabytes"), [(0, 120), (1, 31.4), (2, 16.6), (3, 1.9)])
def test_model_state_is_that_of_the_zero_paper(stage, gigabytes):
    # Rajbhandari et al. 2020, figure 1: 7.5 billion parameters, 64 devices; printed to three digits (1.9: two).
    o = held(model=replace(LLAMA_8B, parameters=7.5e9), data_parallel=64, zero_stage=stage)
    assert float(o.model_state) / 1e9 == pytest.approx(gigabytes, rel=0.02)


@pytest.mark.parametrize(("way", "share"), [("none", 1.0), ("selective", 0.35), ("full", 0.02)])
def test_recomputation_saves_what_korthikanti_reports_for_gpt_3(way, share):
    # Korthikanti et al. 2023, section 5: 5as/h is 80 for GPT-3 at 2048 tokens, so selective recomputation keeps 34 of
    # 114 parts; full keeps 2.
    layer = held(model=GPT_3, sequence_length=2048, recomputation=way).activations_per_layer
    whole = held(model=GPT_3, sequence_length=2048, recomputation="none").activations_per_layer
    assert float(layer / whole) == pytest.approx({"none": 1, "selective": 34 / 114, "full": 2 / 114}[way])
    assert float(layer / whole) == pytest.approx(share, abs=0.06)


@given(stage=st.integers(0, 3), copies=powers, tensor=powers, stages=powers, way=ways)
def test_the_parts_are_the_whole(stage, copies, tensor, stages, way):
    o = held(
        zero_stage=stage, data_parallel=copies, tensor_parallel=tensor, pipeline_parallel=stages, recomputation=way
    )
    parts = o.weights + o.gradients + o.optimizer_state + o.activations
    assert float(o.total) == pytest.approx(float(parts))
    assert float(o.feasible) == (float(o.memory_shortfall) == 0)


@given(copies=powers, tensor=powers, stages=powers, way=ways)
def test_each_zero_stage_holds_no_more_than_the_one_before(copies, tensor, stages, way):
    o = held(
        zero_stage=np.arange(4),
        data_parallel=copies,
        tensor_parallel=tensor,
        pipeline_parallel=stages,
        recomputation=way,
    )
    assert (np.diff(o.total) <= 0).all()
    assert (np.diff(o.total) < 0).all() or copies == 1


@given(batch=st.integers(1, 16), way=ways)
def test_activations_grow_with_the_microbatch_and_state_does_not(batch, way):
    one, many = held(recomputation=way), held(recomputation=way, batch_size=batch)
    assert float(many.activations) == pytest.approx(batch * float(one.activations))
    assert float(many.model_state) == float(one.model_state)


def test_the_largest_microbatch_fits_and_one_more_does_not():
    tight = {"zero_stage": 3, "recomputation": "full", "data_parallel": 64}
    most = float(held(**tight).largest_batch_size)
    assert held(**tight, batch_size=most).feasible and not held(**tight, batch_size=most + 1).feasible


def test_a_fused_kernel_keeps_no_scores_so_nothing_is_left_for_selective_recomputation():
    fused = held(attention="fused", recomputation="none")
    assert float(fused.activations) == float(held(recomputation="selective").activations)
    assert float(held(recomputation="none").activations) > float(fused.activations)


def test_sequence_parallelism_divides_what_tensor_parallelism_leaves_whole():
    split = held(tensor_parallel=8, sequence_parallel="on")
    assert float(split.activations_per_layer) == pytest.approx(float(held().activations_per_layer) / 8)
    assert float(held(tensor_parallel=8).activations_per_layer) > float(split.activations_per_layer)


def test_interleaving_keeps_more_and_few_microbatches_keep_less():
    plain = float(held(pipeline_parallel=8).layers_in_flight)
    assert plain == 32
    assert float(held(pipeline_parallel=8, virtual_stages=4).layers_in_flight) == pytest.approx(32 * (1 + 7 / 32))
    assert float(held(pipeline_parallel=8, microbatches=2).layers_in_flight) == 8


def test_experts_are_divided_over_their_devices_and_zero_over_the_copies_left():
    whole = held(model=MIXTRAL, data_parallel=8)
    spread = held(model=MIXTRAL, data_parallel=8, expert_parallel=8)
    assert float(spread.held_parameters) < float(whole.held_parameters) / 3
    sharded = held(model=MIXTRAL, data_parallel=8, expert_parallel=8, zero_stage=3)
    assert float(sharded.model_state) == pytest.approx(
        float(held(model=MIXTRAL, data_parallel=8, zero_stage=3).model_state)
    )


def test_without_a_chip_nothing_is_said_of_room():
    o = training_memory(model=LLAMA_8B, accelerator=None)
    assert np.isnan(o.memory_room) and not o.feasible


@pytest.mark.parametrize(
    ("values", "field", "says"),
    [
        ({"expert_parallel": 2}, "expert_parallel", "no experts"),
        ({"model": MIXTRAL, "expert_parallel": 16, "data_parallel": 16}, "expert_parallel", "at most the 8"),
        ({"model": MIXTRAL, "expert_parallel": 4, "data_parallel": 6}, "expert_parallel", "does not divide 6"),
        ({"model": replace(LLAMA_8B, hidden_size=0.0)}, "model", "hidden size"),
    ],
)
def test_what_does_not_go_together_names_its_field(values, field, says):
    i = training_memory.accept({"model": LLAMA_8B, "accelerator": H100, **values})
    (error,) = training_memory.check(i)
    assert error.field == field and says in str(error)


def test_fractions_of_devices_are_refused():
    with pytest.raises(InputErrors, match="whole"):
        held(data_parallel=1.5)


def test_parameters_divide_by_tensor_times_pipeline_and_experts_by_their_group_too():
    o = held(tensor_parallel=4, pipeline_parallel=2)
    assert float(o.held_parameters) == pytest.approx(8.03e9 / 8)
    spread = held(model=MIXTRAL, tensor_parallel=2, data_parallel=4, expert_parallel=4)
    assert float(spread.held_parameters) == pytest.approx(((46.7e9 - 45.1e9) + 45.1e9 / 4) / 2)


def test_experts_are_sharded_over_the_copies_that_hold_the_same_ones():
    o = held(model=MIXTRAL, data_parallel=8, expert_parallel=4, zero_stage=3, optimizer_bytes=0)
    assert float(o.weights) == pytest.approx(2 * ((46.7e9 - 45.1e9) / 8 + 45.1e9 / 4 / 2))


def test_activations_divide_by_context_parallel_devices():
    whole, split = held(), held(context_parallel=4)
    assert float(split.activations) == pytest.approx(float(whole.activations) / 4)


@pytest.mark.parametrize(("way", "parts"), [("none", 34 + 5 * 32 * 8192 / 4096), ("selective", 34), ("full", 2)])
def test_a_layer_keeps_as_many_bytes_a_token_and_unit_of_width_as_korthikanti_counts(way, parts):
    o = held(recomputation=way, sequence_length=8192, batch_size=3)
    assert float(o.activations_per_layer) == pytest.approx(3 * 8192 * 4096 * parts)


def test_an_uninterleaved_pipeline_keeps_a_microbatch_a_stage():
    assert float(held(pipeline_parallel=4, virtual_stages=1).layers_in_flight) == 32
    assert float(held(pipeline_parallel=4, virtual_stages=2).layers_in_flight) == pytest.approx(32 * (1 + 3 / 8))


@given(stage=st.integers(0, 3), copies=powers, stages=st.sampled_from([1, 2, 4]), batch=st.integers(1, 8), way=ways)
def test_each_remedy_holds_what_the_run_with_it_would(stage, copies, stages, batch, way):
    run = {"data_parallel": copies, "pipeline_parallel": stages, "batch_size": batch, "context_parallel": 2}
    o = held(**run, zero_stage=stage, recomputation=way)
    remedies = (
        (o.total_recomputed, {"zero_stage": stage, "recomputation": "full"}),
        (o.total_sharded, {"zero_stage": 3, "recomputation": way}),
        (o.least_total, {"zero_stage": 3, "recomputation": "full"}),
    )
    for promised, values in remedies:
        assert float(promised) == pytest.approx(float(held(**run, **values).total))
    assert float(o.unsharded_state) == pytest.approx(float(held(**run, zero_stage=0).model_state))
    assert float(o.activation_share) == pytest.approx(float(o.activations / o.total))


def test_zero_divides_over_copies_and_context_alike():
    o = held(data_parallel=4, context_parallel=2, zero_stage=3)
    assert float(o.model_state) == pytest.approx(16 * 8.03e9 / 8)


def test_a_state_of_three_chips_has_to_be_split_three_times_and_no_sequence_fits_until_then():
    o = held(zero_stage=0)
    assert float(o.split_needed) == np.ceil(16 * 8.03e9 / 80e9) == 2
    assert float(o.largest_batch_size) == 0


def test_as_many_microbatches_as_there_are_is_all_a_device_ever_keeps():
    assert float(held(pipeline_parallel=8, microbatches=1).layers_in_flight) == 4
    assert float(held(pipeline_parallel=8, microbatches=0).layers_in_flight) == 32
