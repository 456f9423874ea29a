"""A change is offered only where the run with it fits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.fleet.parallelism import parallelism
from solvers.fleet.training_memory import training_memory
from solvers.laws.memory_remedies import Remedy
from tests.solvers.systems import H100, LLAMA_8B, LLAMA_405B

powers = st.sampled_from([1, 2, 4, 8, 64])
INPUT = {
    Remedy.SMALLER_MICROBATCH: "batch_size",
    Remedy.ZERO_STAGE: "zero_stage",
    Remedy.TENSOR_PARALLELISM: "tensor_parallel",
    Remedy.CONTEXT_PARALLELISM: "context_parallel",
    Remedy.PIPELINE_STAGES: "pipeline_parallel",
    Remedy.STAGES_AND_RECOMPUTATION: "pipeline_parallel",
    Remedy.CONTEXT_AND_ALL: "context_parallel",
}
FULL = {Remedy.RECOMPUTATION, Remedy.ZERO_AND_RECOMPUTATION, Remedy.STAGES_AND_RECOMPUTATION, Remedy.CONTEXT_AND_ALL}
SHARDED = {Remedy.ZERO_AND_RECOMPUTATION, Remedy.CONTEXT_AND_ALL}


def held(**run):
    return training_memory(**{"model": LLAMA_8B, "accelerator": H100, **run})


def changed(run, o):
    """The run with the change that `o` offers."""
    remedy = Remedy(int(o.remedy))
    sized = {INPUT[remedy]: float(o.remedy_size)} if remedy in INPUT else {}
    full = {"recomputation": "full"} if remedy in FULL else {}
    return run | sized | full | ({"zero_stage": 3} if remedy in SHARDED else {})


@given(
    batch=st.integers(1, 64),
    length=st.sampled_from([2048, 8192, 131072, 1_000_000]),
    copies=powers,
    tensor=st.sampled_from([1, 2, 8]),
    stages=st.sampled_from([1, 2, 4]),
    stage=st.integers(0, 3),
    way=st.sampled_from(["none", "selective", "full"]),
    model=st.sampled_from([LLAMA_8B, LLAMA_405B]),
)
def test_a_run_with_the_offered_change_fits_and_needs_what_was_said(
    batch, length, copies, tensor, stages, stage, way, model
):
    run = {
        "model": model,
        "batch_size": batch,
        "sequence_length": length,
        "data_parallel": copies,
        "tensor_parallel": tensor,
        "pipeline_parallel": stages,
        "zero_stage": stage,
        "recomputation": way,
    }
    o = held(**run)
    if o.remedy == Remedy.NONE:
        assert np.isnan(o.remedy_total)
        return
    again = held(**changed(run, o))
    assert not o.feasible and again.feasible
    assert float(again.total) == pytest.approx(float(o.remedy_total))


@pytest.mark.parametrize(
    ("run", "remedy"),
    [
        ({"batch_size": 8, "zero_stage": 3, "recomputation": "full", "sequence_length": 65536}, "SMALLER_MICROBATCH"),
        ({"zero_stage": 3, "recomputation": "none", "sequence_length": 8192}, "RECOMPUTATION"),
        ({"zero_stage": 0}, "ZERO_STAGE"),
        ({"data_parallel": 1, "recomputation": "full"}, "TENSOR_PARALLELISM"),
        ({"zero_stage": 3, "recomputation": "full", "sequence_length": 1_000_000}, "CONTEXT_PARALLELISM"),
    ],
)
def test_the_cheapest_change_that_is_enough_is_offered(run, remedy):
    assert Remedy(int(held(**run).remedy)).name == remedy


def test_a_million_tokens_are_split_over_context_parallel_devices_not_sharded():
    # 163.8 GB of activations: no ZeRO stage takes any of them away.
    o = parallelism(sequence_length=1_000_000, recomputation="full")
    assert Remedy(int(o.remedy)) is Remedy.CONTEXT_PARALLELISM and o.remedy_size == 4
    again = parallelism(sequence_length=1_000_000, recomputation="full", context_parallel=4)
    assert again.feasible and float(again.memory_per_device) == pytest.approx(float(o.remedy_total))


def test_nothing_is_offered_where_the_run_fits_or_no_capacity_is_known():
    assert held(zero_stage=3, recomputation="full").remedy == Remedy.NONE
    assert held(accelerator=None).remedy == Remedy.NONE


def test_rows_of_a_batch_are_changed_each_for_itself():
    stages = held(zero_stage=np.array([0, 3]), recomputation="full", sequence_length=131072)
    alone = [held(zero_stage=stage, recomputation="full", sequence_length=131072) for stage in (0, 3)]
    assert list(stages.remedy) == [int(o.remedy) for o in alone]
