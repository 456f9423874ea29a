import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers import shipped
from solvers.fleet.parallelism import Cause, parallelism
from solvers.fleet.training_memory import training_memory
from solvers.laws.collectives import ring_all_reduce
from solvers.laws.training_step import bubble_fraction
from solvers.specs import Node
from tests.solvers.sentences import says
from tests.solvers.systems import H100, LLAMA_8B, LLAMA_405B, MIXTRAL, with_figure

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"recomputation": "none", "microbatch_size": "16"},
    {
        "model": "llama-3.1-405b",
        "data_parallel": "128",
        "pipeline_parallel": "16",
        "virtual_stages": "4",
        "attention": "unfused",
    },
    {"pipeline_parallel": "54", "virtual_stages": "4"},
    {"tensor_parallel": "128", "pipeline_parallel": "1"},
    {
        "model": "llama-3-8b",
        "data_parallel": "64",
        "tensor_parallel": "1",
        "pipeline_parallel": "1",
        "microbatches": "4",
        "zero_stage": "0",
        "recomputation": "full",
    },
    {"data_parallel": "1", "tensor_parallel": "1", "pipeline_parallel": "1", "recomputation": "full"},
]

powers = st.sampled_from([1, 2, 4, 8])
ways = st.sampled_from(["none", "selective", "full"])
ALONE = {"data_parallel": 1, "tensor_parallel": 1, "pipeline_parallel": 1}


def trained(**other):
    return parallelism(**{"model": LLAMA_8B, "accelerator": H100, **other})


def by_the_textbook(**other):
    """One roofline for all kernels, nothing hidden but gradients, links at their full rate."""
    return trained(**{"timing": "roofline", "tensor_overlap": 0, "expert_overlap": 0, **other})


def causes(o):
    names = (
        "compute_time memory_time straggler_time imbalance_time tensor_time context_time expert_time bubble_time "
        "pipeline_time data_time update_time"
    )
    return {name: getattr(o, name) for name in names.split()}


@given(
    data=powers,
    tensor=powers,
    stages=powers,
    context=powers,
    way=ways,
    zero=st.integers(0, 3),
    slow=st.floats(1, 3),
    congested=st.floats(1, 3),
)
def test_the_causes_are_the_whole_step_and_none_is_negative(data, tensor, stages, context, way, zero, slow, congested):
    o = trained(
        data_parallel=data,
        tensor_parallel=tensor,
        pipeline_parallel=stages,
        context_parallel=context,
        recomputation=way,
        zero_stage=zero,
        straggler_factor=slow,
        congestion_factor=congested,
    )
    assert float(o.step_time) == pytest.approx(float(sum(causes(o).values())), rel=1e-12)
    assert min(float(time) for time in causes(o).values()) >= 0
    assert float(o.mfu) == pytest.approx(float(o.device_mfu * o.scaling_efficiency))
    assert 0 < float(o.mfu) < 1


def test_one_device_exchanges_nothing():
    o = trained(**ALONE)
    nothing = {name for name, time in causes(o).items() if float(time) == 0}
    assert nothing == set(causes(o)) - {"compute_time", "update_time", "memory_time"} | (
        {"memory_time"} if float(o.memory_time) == 0 else set()
    )


@pytest.mark.parametrize(
    ("dimension", "cause"),
    [
        ({"tensor_parallel": 2}, "tensor_time"),
        ({"context_parallel": 2}, "context_time"),
        ({"pipeline_parallel": 2}, "bubble_time"),
        ({"pipeline_parallel": 2}, "pipeline_time"),
        ({"data_parallel": 2}, "data_time"),
        ({"straggler_factor": 1.1}, "straggler_time"),
        ({"pipeline_parallel": 3}, "imbalance_time"),
    ],
)
def test_a_dimension_costs_what_it_is_known_for(dimension, cause):
    assert float(causes(trained(**ALONE))[cause]) == 0
    assert float(causes(trained(**{**ALONE, **dimension}))[cause]) > 0


def test_spread_experts_send_tokens_and_hold_less():
    alone = trained(model=MIXTRAL, **{**ALONE, "data_parallel": 8})
    spread = by_the_textbook(model=MIXTRAL, **{**ALONE, "data_parallel": 8}, expert_parallel=8)
    assert float(alone.expert_time) == 0 < float(spread.expert_time)
    assert float(spread.model_state) < float(alone.model_state)
    # Two all-to-alls a layer forward and two backward, of two copies of each token.
    message = 8192 * 4096 * 2 * 2
    once = 7 / 8 * message / 450e9 + 7 * 0.5e-6
    assert float(spread.expert_time) == pytest.approx(4 * 32 * 16 * once)


def test_experts_exchange_is_hidden_by_the_share_given():
    asked = {**ALONE, "data_parallel": 8, "model": MIXTRAL, "expert_parallel": 8}
    none, half = (trained(**asked, expert_overlap=share) for share in (0, 0.5))
    assert float(half.expert_time) == pytest.approx(float(none.expert_time) / 2)


def test_weights_gathered_by_zero_3_are_waited_for_unless_said_otherwise():
    asked = {**ALONE, "data_parallel": 64, "zero_stage": 3}
    waited, hidden = trained(**asked), trained(**asked, exposed_gathers=0)
    gathers = 2 / 3 * float(waited.exchange_time)
    assert float(waited.data_time) >= gathers > float(hidden.data_time)


def test_tensor_parallelism_takes_four_all_reduces_a_layer_and_six_with_full_recomputation():
    # Shoeybi et al. 2019, section 3: two forward and two backward; recomputation repeats the forward ones.
    message = 8192 * 4096 * 2
    once = float(ring_all_reduce(message, 8, 450e9, 0.5e-6))
    four = by_the_textbook(**{**ALONE, "tensor_parallel": 8}, microbatches=3)
    six = by_the_textbook(**{**ALONE, "tensor_parallel": 8}, microbatches=3, recomputation="full")
    assert float(four.tensor_time) == pytest.approx(4 * 32 * 3 * once)
    assert float(six.tensor_time) == pytest.approx(6 * 32 * 3 * once)


@pytest.mark.parametrize(
    ("stages", "virtual", "microbatches", "share"), [(8, 1, 8, 7 / 15), (8, 4, 8, 7 / 39), (1, 1, 8, 0)]
)
def test_the_bubble_is_that_of_narayanan(stages, virtual, microbatches, share):
    assert float(bubble_fraction(stages, virtual, microbatches)) == pytest.approx(share)
    o = trained(**{**ALONE, "pipeline_parallel": stages}, virtual_stages=virtual, microbatches=microbatches)
    whole = o.stage_time * microbatches + o.bubble_time
    assert float(o.bubble_time / whole) == pytest.approx(share)


def test_gradients_hide_behind_the_backward_pass_as_far_as_it_lasts():
    bare = {**ALONE, "data_parallel": 8, "microbatches": 1, "zero_stage": 0}
    exposed = trained(**bare, overlap=0)
    assert float(exposed.data_time) == pytest.approx(float(exposed.exchange_time))
    hidden = trained(**bare, overlap=1)
    assert float(hidden.data_time) == 0
    slow = trained(**bare, overlap=1, intra_bandwidth=1e9)
    backward = 2 / 3 * float(slow.compute_time + slow.memory_time)
    assert float(slow.data_time) == pytest.approx(float(slow.exchange_time) - backward)


def test_sharded_weights_are_gathered_twice_for_every_microbatch():
    bare = {**ALONE, "data_parallel": 8, "microbatches": 4}
    exchange = [float(trained(**bare, zero_stage=stage).exchange_time) for stage in range(4)]
    assert exchange[0] == exchange[1] == exchange[2]
    # And their gradients are scattered each time: a device keeps none but its own part.
    assert exchange[3] == pytest.approx(exchange[0] / 2 * 3 * 4)


def test_a_node_boundary_slows_tensor_parallelism_down():
    inside = by_the_textbook(**{**ALONE, "tensor_parallel": 8})
    across = by_the_textbook(**{**ALONE, "tensor_parallel": 8}, devices_per_node=4)
    assert float(across.tensor_time) > 2 * float(inside.tensor_time)


def test_the_arithmetic_is_six_flop_a_parameter_and_token_and_causal_attention():
    o = trained(**ALONE, microbatches=1, sequence_length=1024)
    attention = 3 * 4 * 32 * 32 * 128 * 1024 * 1025 / 2
    assert float(o.model_flop) == pytest.approx(6 * 8.03e9 * 1024 + attention)
    full = trained(**ALONE, microbatches=1, sequence_length=1024, recomputation="full")
    assert float(full.device_flop / full.model_flop) == pytest.approx(4 / 3)
    assert float(full.hfu / full.mfu) == pytest.approx(4 / 3)


def test_llama_3_405b_reaches_the_mfu_its_paper_reports():
    # Grattafiori et al. 2024, table 4: 43% on 8,192 H100 (DP 64), 41% on 16,384 (DP 128). Nothing is fitted: within
    # 15%, too fast.
    split = {"tensor_parallel": 8, "pipeline_parallel": 16, "virtual_stages": 4, "recomputation": "none"}
    copies, batches = np.array([64.0, 128.0]), np.array([32.0, 16.0])
    o = trained(model=LLAMA_405B, **split, data_parallel=copies, microbatches=batches)
    assert o.mfu == pytest.approx([0.43, 0.41], rel=0.15)
    assert o.mfu[0] > o.mfu[1]


@given(factor=st.floats(1.01, 10))
def test_more_bandwidth_is_never_slower(factor):
    split = {"data_parallel": 16, "tensor_parallel": 4, "pipeline_parallel": 2}
    before = trained(**split)
    for name in ("intra_bandwidth", "inter_bandwidth"):
        after = trained(**split, **{name: {"intra_bandwidth": 450e9, "inter_bandwidth": 50e9}[name] * factor})
        assert float(after.step_time) <= float(before.step_time)
    faster = replace(H100, memory_bandwidth=H100.memory_bandwidth * factor)
    assert float(trained(accelerator=faster, **split).step_time) <= float(before.step_time)


@pytest.mark.parametrize(
    ("values", "possible"),
    [
        ({}, True),
        ({"pipeline_parallel": 33}, False),
        ({"tensor_parallel": 64}, False),
        ({"tensor_parallel": 3}, False),
        ({"tensor_parallel": 7}, False),
        ({"tensor_parallel": 8}, True),
        ({"pipeline_parallel": 16, "virtual_stages": 4}, False),
    ],
)
def test_more_stages_than_layers_or_splits_than_heads_cannot_be(values, possible):
    o = trained(**{**ALONE, "data_parallel": 64, "zero_stage": 3, "recomputation": "full", **values})
    assert bool(o.possible) is possible and bool(o.feasible) is possible


def test_a_tensor_parallel_size_that_does_not_divide_the_heads_is_named():
    told = says(parallelism, tensor_parallel=3, recomputation="full")
    assert told.startswith(
        "Invalid layout. {tensor_parallel} tensor-parallel devices do not divide the attention heads"
    )


def test_stages_that_do_not_divide_the_layers_are_said_to_be_uneven():
    uneven = "layers do not divide evenly"
    assert uneven in says(parallelism, virtual_stages=3) and uneven not in says(parallelism, virtual_stages=2)


def test_what_does_not_fit_says_by_how_much():
    o = trained(**ALONE)
    assert not o.feasible and float(o.memory_shortfall) == pytest.approx(float(o.memory_per_device) - 72e9)


def test_the_largest_loss_is_named():
    assert trained(**{**ALONE, "pipeline_parallel": 8}, microbatches=1).largest_loss == Cause.BUBBLE
    assert trained(**ALONE, straggler_factor=2).largest_loss == Cause.STRAGGLER


@pytest.mark.parametrize("reached", [0.85, 0.02])
@pytest.mark.parametrize("spread", ["on", "off"])
def test_a_step_is_what_a_calculation_by_hand_gives(reached, spread):
    # Two copies, two devices per layer, three uneven stages, each sequence in two parts; one device a fifth too slow.
    d, t, p, c, m, b, s = 2, 2, 3, 2, 5, 2, 4096
    parameters, layers, hidden = 8.03e9, 32, 4096
    o = by_the_textbook(
        data_parallel=d,
        tensor_parallel=t,
        pipeline_parallel=p,
        context_parallel=c,
        microbatches=m,
        microbatch_size=b,
        sequence_length=s,
        straggler_factor=1.2,
        zero_stage=1,
        bandwidth_efficiency=reached,
        sequence_parallel=spread,
        recomputation="selective",
        tokens=1e12,
        precision="fp16",
    )
    bandwidth, held = 3.35e12 * reached, parameters / (t * p)
    scores = b * 4 * layers * 32 * 128 * s * (s + 1) / 2
    useful = 3 * (2 * b * parameters * s + scores)
    compute = (useful + scores) / (t * c * p) * m / (989e12 * 0.65)
    layer = s / c * b * hidden * (34 / t if spread == "on" else 10 + 24 / t)
    memory = m * (3 * held * 2 + 2 * layer * layers / p) / bandwidth
    busy = max(compute, memory)
    slow, uneven, here = 0.2 * busy, 1.2 * busy / 32, 11
    message, kv = s / c * b * hidden * 2, s * b * 2 * 8 * 128 * 2 / t
    tensor = m * 4 * here * (message / 450e9 + 2 * 0.5e-6)
    context = m * 3 * here * (kv / 2 / 450e9 + 0.5e-6)
    stage = (busy + slow + uneven + tensor + context) / m
    between = 2 * m * (message / (t if spread == "on" else 1) / 50e9 + 5e-6)
    exchange = 2 * (3 / 4 * held * 2 / 450e9 + 3 * 0.5e-6)
    exposed = exchange - min(0.8 * exchange, 2 / 3 * busy / m)
    state = held * (2 + 2 + 12 / (d * c))
    step = busy + slow + uneven + tensor + context + 2 * stage + between + exposed + 2 * state / bandwidth
    assert (float(o.compute_time), float(o.memory_time)) == pytest.approx((compute, busy - compute))
    assert (float(o.imbalance_time), float(o.stage_time)) == pytest.approx((uneven, stage))
    assert (float(o.context_time), float(o.pipeline_time), float(o.data_time)) == pytest.approx(
        (context, between, exposed)
    )
    assert float(o.step_time) == pytest.approx(step)
    batch = d * m * b * s
    assert float(o.tokens_per_second) == pytest.approx(batch / step) == pytest.approx(float(o.demand_bandwidth) / 4)
    assert float(o.training_time) == pytest.approx(1e12 / batch * step)
    assert float(o.run_flop) == pytest.approx(useful * m * d / batch * 1e12)
    assert float(o.memory_per_device) == pytest.approx(state + layer * layers)
    assert float(o.loss_time) == pytest.approx(max(float(v) for n, v in causes(o).items() if n != "compute_time"))


@given(
    data=powers,
    tensor=powers,
    stages=powers,
    context=powers,
    microbatches=st.integers(1, 64),
    way=ways,
    zero=st.integers(0, 3),
    attention=st.sampled_from(["fused", "unfused"]),
    spread=st.sampled_from(["on", "off"]),
)
def test_memory_is_what_the_training_memory_wall_says(
    data, tensor, stages, context, microbatches, way, zero, attention, spread
):
    ask = {
        "data_parallel": data,
        "tensor_parallel": tensor,
        "pipeline_parallel": stages,
        "context_parallel": context,
        "microbatches": microbatches,
        "recomputation": way,
        "zero_stage": zero,
        "attention": attention,
        "sequence_parallel": spread,
        "sequence_length": 4096,
    }
    here = trained(**ask, microbatch_size=2)
    there = training_memory(model=LLAMA_8B, accelerator=H100, batch_size=2, **ask)
    assert float(here.memory_per_device) == pytest.approx(float(there.total), rel=1e-9)
    assert bool(there.feasible) == bool(here.memory_shortfall == 0)


@given(tensor=powers, stages=powers, context=powers, way=ways)
def test_arithmetic_and_memory_are_the_kernels_of_a_device(tensor, stages, context, way):
    split = {"data_parallel": 2, "tensor_parallel": tensor, "pipeline_parallel": stages, "context_parallel": context}
    o = trained(**split, recomputation=way)
    kernels = o.products_time + o.attention_time + o.experts_time + o.small_time + o.head_time
    assert float(o.compute_time + o.memory_time) == pytest.approx(float(kernels), rel=1e-9)
    assert math.isnan(trained(**split, recomputation=way, efficiency=0.5).products_time)


def test_what_zero_3_gathers_is_exposed_by_the_share_given():
    bare = {**ALONE, "data_parallel": 8, "zero_stage": 3, "overlap": 1}
    shares = [float((o := trained(**bare, exposed_gathers=x)).data_time / o.exchange_time) for x in (0, 0.5, 1)]
    assert shares == pytest.approx([0, 1 / 3, 2 / 3])
    # Without arithmetic to hide behind all of it is.
    slow = trained(**bare, exposed_gathers=0, intra_bandwidth=1e8)
    assert float(slow.data_time) > 0.9 * float(slow.exchange_time)


def test_what_experts_and_tensor_parallelism_exchange_may_hide_as_far_as_arithmetic_lasts():
    for name, split, cause in (
        ("expert_overlap", {"model": MIXTRAL, "data_parallel": 8, "expert_parallel": 8}, "expert_time"),
        ("tensor_overlap", {"tensor_parallel": 8}, "tensor_time"),
    ):
        none, half, all_of_it = (float(causes(trained(**{**ALONE, **split, name: x}))[cause]) for x in (0, 0.5, 1))
        assert (half, all_of_it) == (pytest.approx(none / 2), 0)
        slow = trained(**{**ALONE, **split, name: 1}, intra_bandwidth=1e9)
        assert float(causes(slow)[cause]) > float(slow.compute_time)


def test_a_chip_without_constants_of_its_own_is_said_not_to_be_measured():
    measured = with_figure(
        H100, measured_gemm_efficiency=0.8, measured_memory_efficiency=0.85, measured_kernel_time=4e-6
    )
    assert "Not measured" in says(parallelism, model=LLAMA_8B, accelerator=H100, **ALONE)
    assert "Not measured" not in says(parallelism, model=LLAMA_8B, accelerator=measured, **ALONE)


def test_a_column_of_ways_to_time_a_step_finds_what_each_finds_alone():
    together = trained(**ALONE, timing=np.array([0, 1, 2]))
    alone = [float(trained(**ALONE, timing=way).step_time) for way in ("auto", "kernels", "roofline")]
    assert together.step_time == pytest.approx(alone) and alone[0] == alone[1] != alone[2]


def test_what_fits_is_short_of_nothing():
    split = {
        "data_parallel": 64,
        "zero_stage": 3,
        "recomputation": "full",
        "tensor_parallel": 1,
        "pipeline_parallel": 1,
    }
    assert float(trained(**split, sequence_length=1024).memory_shortfall) == 0


def test_no_recomputation_does_no_arithmetic_twice():
    o = trained(**ALONE, recomputation="none")
    assert float(o.hfu) == pytest.approx(float(o.mfu))


def test_interleaved_stages_are_even_only_where_the_layers_divide_by_all_of_them():
    assert float(trained(**{**ALONE, "pipeline_parallel": 4}, virtual_stages=4).imbalance_time) == 0
    assert float(trained(**{**ALONE, "pipeline_parallel": 4}, virtual_stages=3).imbalance_time) > 0


def test_the_network_inside_the_node_picked_says_whether_its_devices_share_a_bus():
    node = shipped.find(Node, "dgx-h100")
    bus = replace(node, fabric=replace(node.fabric, shared_bus=1.0))
    split = {"tensor_parallel": 8, "data_parallel": 1, "pipeline_parallel": 1}
    own, shared = (parallelism(node=each, **split) for each in (node, bus))
    assert shared.tensor_time > 2 * own.tensor_time
    assert own.tensor_time == parallelism(**split).tensor_time
