import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solvers.fleet.parallelism import parallelism
from solvers.laws.losses import StepLoss
from solvers.node.efficiency import AttentionKernel, BackwardRecomputation, Pass, efficiency
from solvers.node.serving import serving
from solvers.specs import Accelerator, Model, Precision, stack, table, take
from tests.solvers.sentences import says
from tests.solvers.systems import A100, DEEPSEEK_V3, H100, LLAMA_8B, MAMBA, MIXTRAL, RESNET_50, with_figure

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"recomputation": "selective", "phase": "decode", "sequence_length": "1024"},
    {"attention": "unfused", "batch_size": "1000000"},
    {"measured_throughput": "1e6 1/s"},
]

PALM = Model(
    name="PaLM 540B", parameters=540.35e9, layers=118, hidden_size=18432, attention_heads=48, kv_heads=1, head_dim=256
)
TPU_V4 = Accelerator(name="TPU v4", peak=table({"bf16": 275e12}), memory_capacity=32e9, memory_bandwidth=1.2e12)
GPT_2 = Model(name="GPT-2", parameters=124e6, layers=12, hidden_size=768, attention_heads=12, kv_heads=12, head_dim=64)
GPT_3 = Model(
    name="GPT-3", parameters=175e9, layers=96, hidden_size=12288, attention_heads=96, kv_heads=96, head_dim=128
)

# One question takes about a millisecond; a hundred examples of each would make the file slow.
few = settings(max_examples=25)
lengths = st.integers(1, 65536)
questions = st.fixed_dictionaries(
    {
        "model": st.sampled_from([LLAMA_8B, MIXTRAL, MAMBA, RESNET_50]),
        "phase": st.sampled_from(Pass),
        "attention": st.sampled_from(AttentionKernel),
        "recomputation": st.sampled_from(BackwardRecomputation),
        "batch_size": st.integers(1, 1024),
        "sequence_length": lengths,
        "gemm_efficiency": st.floats(0.05, 1),
        "attention_efficiency": st.floats(0.05, 1),
        "pipeline_stages": st.integers(1, 64),
        "exposed_communication": st.floats(0, 10),
    }
).filter(lambda q: not (q["model"] is RESNET_50 and q["phase"] is Pass.DECODE))


def on_h100(**inputs):
    return efficiency(**{"model": LLAMA_8B, "accelerator": H100, **inputs})


@few
@given(question=questions)
def test_the_factors_multiply_to_the_achieved_share_of_the_peak(question):
    o = on_h100(**question)
    product = math.prod(float(getattr(o, f"{loss.name.lower()}_factor")) for loss in StepLoss)
    assert product == pytest.approx(float(o.achieved_rate / o.peak))
    assert product == pytest.approx(float(o.mfu))


@few
@given(question=questions)
def test_useful_time_and_losses_fill_the_step_and_none_is_negative(question):
    o = on_h100(**question)
    losses = [float(getattr(o, f"{loss.name.lower()}_loss")) for loss in StepLoss]
    assert min(losses) >= -1e-12 * float(o.step_time)
    assert float(o.useful_time) + sum(losses) == pytest.approx(float(o.step_time))
    assert losses[int(o.largest_loss)] == max(losses)


@few
@given(length=lengths, batch=st.integers(1, 64))
def test_with_perfect_kernels_and_endless_bandwidth_nothing_is_lost(length, batch):
    perfect = with_figure(H100, memory_bandwidth=1e30, dispatch_overhead=0.0)
    ask = {"gemm_efficiency": 1, "attention_efficiency": 1, "layer_overhead": 0}
    assert float(on_h100(accelerator=perfect, sequence_length=length, batch_size=batch, **ask).mfu) == pytest.approx(1)


@few
@given(length=lengths)
def test_full_recomputation_costs_a_quarter_of_the_step_and_leaves_hfu_as_it_is(length):
    kept, again = (
        on_h100(sequence_length=length, recomputation=r, timing="roofline")
        for r in (BackwardRecomputation.NONE, BackwardRecomputation.FULL)
    )
    assert float(again.recomputation_factor) == pytest.approx(3 / 4)
    assert float(again.hfu) == pytest.approx(float(kept.hfu)) == pytest.approx(float(again.mfu) * 4 / 3)


def test_hfu_counts_just_what_is_computed_again():
    none, selective, full = (on_h100(recomputation=r) for r in BackwardRecomputation)
    assert float(selective.hardware_flop - none.hardware_flop) == pytest.approx(float(none.attention_flop))
    assert float(full.hardware_flop - none.hardware_flop) == pytest.approx(float(none.model_flop) / 3)


@few
@given(eta=st.floats(0.05, 1), question=questions)
def test_kernels_that_all_reach_the_same_share_reach_that_share_together(eta, question):
    same = {f"{kind}_efficiency": eta for kind in ("gemm", "attention", "convolution")}
    assert float(on_h100(**{**question, **same}).efficiency) == pytest.approx(eta)


@few
@given(length=lengths)
def test_scores_cost_what_unfused_attention_takes_longer(length):
    for timing, passes in (("roofline", 3), ("kernels", 3.5)):
        o = on_h100(sequence_length=length, attention=AttentionKernel.UNFUSED, timing=timing)
        longer = float(o.unfused_attention_time - o.attention_time)
        assert float(o.scores_loss) == pytest.approx(passes * longer, abs=1e-15)


@few
@given(
    batch=st.integers(1, 64),
    length=st.integers(1, 65536),
    way=st.sampled_from(["none", "selective", "full"]),
    attention=st.sampled_from(["fused", "unfused"]),
    precision=st.sampled_from(["bf16", "fp8"]),
    model=st.sampled_from([LLAMA_8B, MIXTRAL, GPT_3, with_figure(LLAMA_8B, vocabulary=128256)]),
    chip=st.sampled_from([H100, A100, with_figure(H100, measured_gemm_efficiency=0.7, measured_memory_efficiency=0.9)]),
)
def test_one_device_takes_as_long_here_as_on_the_parallelism_wall(
    batch, length, way, attention, precision, model, chip
):
    ask = {"model": model, "accelerator": chip, "sequence_length": length, "recomputation": way}
    ask |= {"attention": attention, "precision": precision}
    here = efficiency(**ask, batch_size=batch)
    split = {"data_parallel": 1, "tensor_parallel": 1, "pipeline_parallel": 1, "microbatches": 1}
    there = parallelism(**ask, **split, microbatch_size=batch)
    assert float(here.step_time) == pytest.approx(float(there.step_time), rel=1e-9)
    assert float(here.mfu) == pytest.approx(float(there.mfu), rel=1e-9)
    assert float(here.hfu) == pytest.approx(float(there.hfu), rel=1e-9)
    assert float(here.throughput) == pytest.approx(float(there.tokens_per_second), rel=1e-9)


def test_changing_a_constant_of_the_roofline_asks_for_it():
    asked, meant = on_h100(timing="roofline", gemm_efficiency=0.7), on_h100(gemm_efficiency=0.7)
    assert float(asked.step_time) == float(meant.step_time) != float(on_h100().step_time)
    for phase in ("forward", "decode"):
        ask = {"phase": phase, "batch_size": 64}
        asked, meant = on_h100(**ask, timing="roofline", gemm_efficiency=0.7), on_h100(**ask, gemm_efficiency=0.7)
        assert float(asked.step_time) == float(meant.step_time) != float(on_h100(**ask).step_time)


@few
@given(
    batch=st.integers(1, 256),
    length=st.integers(2, 32768),
    precision=st.sampled_from(["fp16", "fp8"]),
    model=st.sampled_from([LLAMA_8B, MIXTRAL, DEEPSEEK_V3, with_figure(LLAMA_8B, vocabulary=128256)]),
    chip=st.sampled_from([H100, A100, with_figure(H100, measured_gemm_efficiency=0.7, measured_memory_efficiency=0.9)]),
)
def test_a_prefill_and_a_decode_step_take_as_long_here_as_on_the_serving_wall(batch, length, precision, model, chip):
    shared = {"model": model, "accelerator": chip, "batch_size": batch, "precision": precision}
    served = serving(**shared, kv_precision=precision, prompt_length=length, output_length=2)
    prefill = efficiency(**shared, phase="forward", sequence_length=length)
    decode = efficiency(**shared, phase="decode", sequence_length=length + 1)
    for here, time, flop in ((prefill, served.ttft, served.prefill_flop), (decode, served.itl, served.decode_flop)):
        assert float(here.step_time) == pytest.approx(float(time), rel=1e-9)
        assert float(here.model_flop) == pytest.approx(float(flop), rel=1e-9)
        assert float(here.mfu) == pytest.approx(float(flop / time / here.peak), rel=1e-9)


@few
@given(length=lengths, phase=st.sampled_from(["forward", "decode"]))
def test_scores_of_a_pass_that_serves_cost_what_unfused_attention_takes_longer(length, phase):
    o = on_h100(sequence_length=length, attention=AttentionKernel.UNFUSED, phase=phase)
    assert float(o.scores_loss) == pytest.approx(float(o.unfused_attention_time - o.attention_time), abs=1e-15)


def test_the_input_embedding_is_looked_up_and_not_multiplied():
    known = with_figure(LLAMA_8B, vocabulary=128256)
    embedding = 3 * 2 * 8192 * 128256 * 4096
    assert float(on_h100().model_flop - on_h100(model=known).model_flop) == pytest.approx(embedding)


def test_selective_recomputation_avoids_nine_tenths_of_what_full_costs():
    # Korthikanti et al. 2023, abstract: over 90 % of the overhead of recomputation is avoided.
    none, selective, full = (
        float(efficiency(model=GPT_3, accelerator=A100, sequence_length=2048, recomputation=r).step_time)
        for r in BackwardRecomputation
    )
    assert 0 < selective - none < 0.1 * (full - none)


@few
@given(length=st.integers(64, 65536), question=questions)
def test_fusing_never_slows_attention_and_leaves_its_arithmetic_alone(length, question):
    fused, unfused = (
        on_h100(**{**question, "sequence_length": length, "model": LLAMA_8B, "attention": a}) for a in AttentionKernel
    )
    assert fused.step_time <= unfused.step_time and fused.hardware_flop == unfused.hardware_flop
    assert (float(fused.mfu), float(unfused.mfu)) == (float(fused.mfu_fused), float(fused.mfu_unfused))


@few
@given(length=lengths)
def test_scores_multiply_the_traffic_of_attention_by_one_and_length_over_head_size(length):
    # Dao et al. 2022, section 3.1: N·d for queries, keys, values and result against N² for the scores, four times each.
    o = efficiency(model=GPT_2, accelerator=A100, phase="forward", sequence_length=length)
    assert float(o.unfused_attention_moved / o.attention_moved) == pytest.approx(1 + length / GPT_2.head_dim)


def test_bytes_alone_explain_most_of_the_speedup_flashattention_measured_on_gpt_2():
    # Dao et al. 2022, figure 1 right: 7.6 times on GPT-2 attention, sequences of 1024 on an A100. A model: 40 %.
    o = efficiency(model=GPT_2, accelerator=A100, phase="forward", sequence_length=1024, batch_size=8)
    assert float(o.fusion_speedup) == pytest.approx(7.6, rel=0.4)


def test_palm_reached_an_mfu_of_46_percent():
    # Chowdhery et al. 2022, section 4.1: 238.3k tokens/s on 6144 TPU v4; 46.2 %, counting attention without its mask.
    o = efficiency(
        model=PALM,
        accelerator=TPU_V4,
        precision=Precision.BF16,
        sequence_length=2048,
        devices=6144,
        measured_throughput=238.3e3,
    )
    assert float(o.measured_mfu) == pytest.approx(0.462, rel=0.01)


@few
@given(stages=st.integers(1, 64), microbatches=st.integers(1, 512))
def test_a_pipeline_idles_for_its_stages_less_one_in_all_its_slots(stages, microbatches):
    # Narayanan et al. 2021, section 2.2.1: the bubble is (p − 1)/m of the ideal time.
    o = on_h100(pipeline_stages=stages, microbatches=microbatches, recomputation=BackwardRecomputation.FULL)
    assert float(o.pipeline_factor) == pytest.approx(microbatches / (microbatches + stages - 1))


def test_decode_of_one_sequence_loses_most_to_memory_and_gains_from_a_larger_batch():
    alone, many = (on_h100(phase="decode", sequence_length=1024, batch_size=b) for b in (1, 64))
    assert alone.largest_loss == StepLoss.MEMORY and float(alone.memory_factor) < 0.01
    assert many.mfu > 20 * alone.mfu


def test_a_convolutional_network_has_no_attention_to_fuse():
    o = on_h100(model=RESNET_50, batch_size=64, attention=AttentionKernel.UNFUSED)
    assert math.isinf(o.fusion_speedup) and o.scores_loss == o.gemm_loss == o.attention_loss == 0
    assert float(o.convolution_factor) == pytest.approx(0.5)
    assert float(o.model_flop) == 3 * 64 * RESNET_50.inference_flop


@pytest.mark.parametrize("varied", ["attention", "recomputation", "phase"])
def test_a_column_of_choices_finds_what_each_finds_alone(varied):
    kind = {"attention": AttentionKernel, "recomputation": BackwardRecomputation, "phase": Pass}[varied]
    together = on_h100(**{varied: np.array(list(kind))})
    alone = [float(on_h100(**{varied: each}).step_time) for each in kind]
    assert np.asarray(together.step_time).tolist() == pytest.approx(alone)


@few
@given(rate=st.floats(1, 1e9))
def test_twice_the_measured_throughput_is_twice_the_mfu(rate):
    one, two = (on_h100(measured_throughput=r, devices=8) for r in (rate, 2 * rate))
    assert float(two.measured_mfu) == pytest.approx(2 * float(one.measured_mfu))
    assert float(one.unexplained_factor) == pytest.approx(rate / 8 / float(one.throughput))


@pytest.mark.parametrize("phase", Pass)
def test_what_a_network_cannot_do_is_unknown(phase):
    networks = take(stack([LLAMA_8B, RESNET_50, with_figure(RESNET_50, inference_flop=math.nan)]), np.arange(3))
    with pytest.warns(UserWarning, match="no sense and are unknown"):
        found = on_h100(model=networks, phase=phase)
    assert np.isnan(found.mfu).tolist() == [False, phase is Pass.DECODE, True]


@few
@given(share=st.floats(0.05, 1), phase=st.sampled_from(Pass))
def test_a_share_of_the_bandwidth_is_a_memory_slower_by_that_share(share, phase):
    slower = with_figure(H100, memory_bandwidth=H100.memory_bandwidth * share)
    ask = {"phase": phase, "sequence_length": 1024}
    one = on_h100(bandwidth_efficiency=share, **ask)
    other = on_h100(accelerator=slower, bandwidth_efficiency=1, **ask)
    assert float(one.step_time) == pytest.approx(float(other.step_time))


def test_a_measurement_above_what_is_computed_is_noted_and_one_below_is_not():
    computed = float(on_h100().throughput)
    for share, noted in ((1.01, True), (0.99, False)):
        told = says(efficiency, model=LLAMA_8B, accelerator=H100, measured_throughput=share * computed)
        assert ("Measured faster than modeled" in told) is noted


def test_scores_larger_than_the_memory_are_noted_only_when_they_are_written():
    one_layer = {"model": LLAMA_8B, "accelerator": H100, "batch_size": 8, "sequence_length": 32768}
    assert float(on_h100(**one_layer).scores_bytes) > H100.memory_capacity
    small = {**one_layer, "sequence_length": 8192}
    for values, noted in (
        ({**one_layer, "attention": "unfused"}, True),
        ({**one_layer, "attention": "fused"}, False),
        ({**small, "attention": "unfused"}, False),
    ):
        assert ("could not run at all" in says(efficiency, **values)) is noted
