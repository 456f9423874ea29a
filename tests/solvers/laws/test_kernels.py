import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.laws.concurrency import closed_loop, host_time
from solvers.laws.decoder import (
    Decoder,
    Layout,
    kv_cache,
    kv_heads_per_device,
    memory_per_device,
    parameters,
    parameters_per_device,
    touched_experts,
)
from solvers.laws.kernel_constants import STAND_INS, is_measured, kernel_constants
from solvers.laws.kernels import KernelDevice, all_reduce_time, product_time, update_time
from solvers.laws.training_pass import backward_pass, forward_pass
from solvers.laws.transformer_pass import decode_pass, prefill_pass
from solvers.shipped import all_specs, find
from solvers.specs import Accelerator

H100 = KernelDevice(
    peak=989.5e12,
    half_peak=989.5e12,
    bandwidth=3.35e12,
    link=450e9,
    constants=kernel_constants(find(Accelerator, "h100-sxm5-80gb")),
)
LLAMA_8B = Decoder(
    layers=32.0, hidden=4096.0, heads=32.0, kv_heads=8.0, head_dim=128.0, intermediate=14336.0, vocabulary=128256.0
)
MIXTRAL = dataclasses.replace(
    LLAMA_8B, vocabulary=32000.0, experts=8.0, experts_per_token=2.0, expert_intermediate=14336.0, expert_layers=32.0
)
GEMMA_27B = Decoder(
    layers=62.0,
    hidden=5376.0,
    heads=32.0,
    kv_heads=16.0,
    head_dim=128.0,
    intermediate=21504.0,
    vocabulary=262208.0,
    windowed_layers=52.0,
    window=1024.0,
)
DEEPSEEK = Decoder(
    layers=61.0,
    hidden=7168.0,
    heads=128.0,
    kv_heads=128.0,
    head_dim=192.0,
    intermediate=18432.0,
    vocabulary=129280.0,
    experts=256.0,
    experts_per_token=8.0,
    expert_intermediate=2048.0,
    shared_intermediate=2048.0,
    expert_layers=58.0,
    latent=576.0,
    latent_rank=512.0,
    query_rank=1536.0,
    value_dim=128.0,
)
CLASSES = ("products", "attention", "experts", "small", "head", "all_reduce")

decoders = st.sampled_from([LLAMA_8B, MIXTRAL, GEMMA_27B, DEEPSEEK])
batches = st.integers(1, 512)
lengths = st.integers(2, 65536)
splits = st.sampled_from([1.0, 2.0, 4.0, 8.0])


def passes(decoder, layout, batch, length):
    return (
        decode_pass(decoder, H100, layout, batch, length),
        prefill_pass(decoder, H100, layout, batch, length),
        forward_pass(decoder, H100, layout, batch, length),
    )


@given(decoder=decoders, batch=batches, length=lengths, split=splits)
def test_the_classes_of_a_pass_sum_to_it_and_none_is_negative(decoder, batch, length, split):
    for time in passes(decoder, Layout(tensor_parallel=split), batch, length):
        shares = [float(getattr(time, name)) for name in CLASSES]
        assert min(shares) >= 0
        assert float(time.total) == pytest.approx(sum(shares))


@given(decoder=decoders, batch=st.integers(1, 256), length=st.integers(2, 8192), split=splits)
def test_a_larger_batch_and_a_longer_context_never_take_less_time(decoder, batch, length, split):
    layout = Layout(tensor_parallel=split)
    now = passes(decoder, layout, batch, length)
    for more in (passes(decoder, layout, batch + 1, length), passes(decoder, layout, batch, length + 1)):
        for before, after in zip(now, more, strict=True):
            assert float(after.total) >= float(before.total) * (1 - 1e-12)


@given(decoder=decoders, batch=batches, length=lengths)
def test_more_devices_never_slow_the_kernels_down_and_only_they_pay_for_all_reduces(decoder, batch, length):
    alone, two, eight = (decode_pass(decoder, H100, Layout(tensor_parallel=t), batch, length) for t in (1.0, 2.0, 8.0))
    assert float(alone.all_reduce) == 0 < float(two.all_reduce)
    for name in ("products", "attention", "experts", "small", "head"):
        assert float(getattr(eight, name)) <= float(getattr(two, name)) * (1 + 1e-12)
        assert float(getattr(two, name)) <= float(getattr(alone, name)) * (1 + 1e-12)


def test_a_row_of_a_batch_of_questions_equals_the_question_alone():
    rng = np.random.default_rng(7)
    batch, length = rng.integers(1, 300, 40).astype(float), rng.integers(2, 9000, 40).astype(float)
    split = rng.choice([1.0, 2.0, 4.0, 8.0], 40)
    for decoder in (LLAMA_8B, MIXTRAL, GEMMA_27B, DEEPSEEK):
        together = passes(decoder, Layout(tensor_parallel=split), batch, length)
        for row in range(40):
            alone = passes(decoder, Layout(tensor_parallel=split[row]), batch[row], length[row])
            for one, all_ in zip(alone, together, strict=True):
                assert float(one.total) == pytest.approx(float(all_.total[row]), rel=1e-12)


def test_models_in_columns_equal_each_model_alone():
    models = (LLAMA_8B, MIXTRAL, GEMMA_27B, DEEPSEEK)
    names = [f.name for f in dataclasses.fields(Decoder) if f.name not in ("gated", "attention_layers")]
    column = Decoder(**{name: np.array([getattr(model, name) for model in models]) for name in names})
    layout = Layout(tensor_parallel=4.0)
    for place, model in enumerate(models):
        for one, all_ in zip(passes(model, layout, 16.0, 700.0), passes(column, layout, 16.0, 700.0), strict=True):
            assert float(all_.total[place]) == pytest.approx(float(one.total), rel=1e-12)


def test_one_sequence_waits_for_the_weights():
    read = parameters(LLAMA_8B) * 2 / (3.35e12 * 0.85)
    step = float(decode_pass(LLAMA_8B, H100, Layout(), 1.0, 1.0).total)
    assert read < step < 1.35 * read


def test_a_huge_prefill_without_attention_runs_at_the_rate_of_its_products():
    tokens = 1e6
    time = prefill_pass(LLAMA_8B, H100, Layout(), tokens, 1.0)
    layers = parameters(LLAMA_8B) - 2 * 128256 * 4096
    assert float(time.products) == pytest.approx(2 * layers * tokens / (989.5e12 * 0.80), rel=1e-3)


def test_a_product_is_the_slower_of_its_two_roofs_and_a_launch():
    arithmetic = 2 * 4096 * 4096 * 8192 / (989.5e12 * 0.8)
    assert float(product_time(8192.0, 4096.0, 4096.0, 2.0, H100.half_rate, H100)) == pytest.approx(arithmetic + 4e-6)
    reading = (4096 * 4096 * 2 + 2 * 8192) / (3.35e12 * 0.85)
    assert float(product_time(1.0, 4096.0, 4096.0, 2.0, H100.half_rate, H100)) == pytest.approx(reading + 4e-6)


def test_eight_bits_halve_the_weights_read_but_not_the_head():
    chip = dataclasses.replace(H100, peak=1979e12, narrow=True)
    wide = decode_pass(LLAMA_8B, H100, Layout(), 1.0, 100.0)
    narrow = decode_pass(LLAMA_8B, chip, Layout(weight_bytes=1.0), 1.0, 100.0)
    launches = 32 * 4 * 4e-6
    assert float(narrow.products) - launches == pytest.approx((float(wide.products) - launches) / 2, rel=1e-2)
    assert float(narrow.head) == float(wide.head)


@given(tokens=st.integers(1, 4096))
def test_experts_touched_lie_between_those_of_one_token_and_all(tokens):
    touched = float(touched_experts(MIXTRAL, tokens))
    assert 2 - 1e-9 <= touched <= 8
    assert float(touched_experts(MIXTRAL, 1)) == pytest.approx(2)
    assert float(touched_experts(MIXTRAL, 2)) == pytest.approx(8 * (1 - 0.75**2))
    assert float(touched_experts(dataclasses.replace(MIXTRAL, experts_per_token=8.0), tokens)) == 8


def test_one_token_reads_two_of_eight_experts_and_many_tokens_all_of_them():
    expert = 3 * 4096 * 14336 * 2 / (3.35e12 * 0.85)
    one, many = (float(decode_pass(MIXTRAL, H100, Layout(), b, 1.0).experts) / 32 for b in (1.0, 64.0))
    assert one - 6 * 4e-6 == pytest.approx(2 * expert, rel=0.01)
    assert many > 8 * expert


def test_experts_on_devices_of_their_own_read_the_same_weights_as_experts_that_are_split():
    split = decode_pass(MIXTRAL, H100, Layout(tensor_parallel=8.0), 1.0, 1.0)
    apart = decode_pass(MIXTRAL, H100, Layout(tensor_parallel=8.0, expert_parallel=8.0), 1.0, 1.0)
    assert float(apart.experts) == pytest.approx(float(split.experts), rel=0.01)


def test_kv_heads_that_do_not_divide_are_copied_in_memory_and_in_time():
    assert [float(kv_heads_per_device(LLAMA_8B, t)) for t in (1, 4, 8, 16)] == [8, 2, 1, 1]
    assert kv_cache(LLAMA_8B, 16.0).elements(1000.0) == kv_cache(LLAMA_8B, 8.0).elements(1000.0)
    eight, sixteen = (decode_pass(LLAMA_8B, H100, Layout(tensor_parallel=t), 64.0, 30000.0) for t in (8.0, 16.0))
    assert float(sixteen.attention) == float(eight.attention)


def test_a_compressed_cache_is_the_same_on_every_device():
    assert kv_cache(DEEPSEEK, 8.0).elements(1000.0) == kv_cache(DEEPSEEK).elements(1000.0) == 61 * 576 * 1000


def test_absorbed_latent_attention_computes_2_576_512_per_pair_and_prefill_2_192_128():
    layout, context, batch = Layout(cache_bytes=0.0), 1e6, 64.0
    step = decode_pass(DEEPSEEK, H100, layout, batch, context)
    flop = 61 * 128 * 2 * (576 + 512) * batch * context
    assert float(step.attention) - 61 * 50e-6 == pytest.approx(flop / (0.6 * 0.8 * 989.5e12), rel=1e-9)
    prompt = prefill_pass(DEEPSEEK, H100, layout, 1.0, context)
    flop = 61 * 128 * 2 * (192 + 128) * context * (context + 1) / 2
    assert float(prompt.attention) - 61 * 50e-6 == pytest.approx(flop / (0.6 * 0.8 * 989.5e12), rel=1e-9)


def test_prefill_runs_the_head_on_the_last_token_and_training_on_every_one():
    short, long = (prefill_pass(LLAMA_8B, H100, Layout(), 4.0, s) for s in (100.0, 4000.0))
    assert float(short.head) == float(long.head)
    every = forward_pass(LLAMA_8B, H100, Layout(), 4.0, 4000.0)
    busy = 2 * 128256 * 4096 * 16000 / (0.8 * 989.5e12)
    assert float(every.head) == pytest.approx(1.1 * (busy + 4e-6))


def test_two_all_reduces_a_layer_and_one_of_the_embedding():
    time = decode_pass(LLAMA_8B, H100, Layout(tensor_parallel=4.0), 16.0, 100.0)
    assert float(time.all_reduce) == pytest.approx(65 * float(all_reduce_time(16 * 4096 * 2, 4.0, H100)))


def test_norms_activations_and_embeddings_by_hand():
    time = decode_pass(LLAMA_8B, H100, Layout(tensor_parallel=2.0), 8.0, 100.0)
    elements = 32 * (2 * 4 * 4096 + 3 * 14336 / 2) + 2 * 4096
    assert float(time.small) == pytest.approx((3 * 32 + 1) * 3e-6 + 8 * elements * 2 / (0.8 * 3.35e12))


def test_checking_guessed_tokens_costs_their_arithmetic_and_experts_but_one_reading_of_the_cache():
    one = decode_pass(MIXTRAL, H100, Layout(), 1.0, 30000.0)
    five = decode_pass(MIXTRAL, H100, Layout(), 1.0, 30000.0, new_tokens=5.0)
    assert float(five.attention) == float(one.attention)
    assert float(five.experts) == pytest.approx(float(decode_pass(MIXTRAL, H100, Layout(), 5.0, 1.0).experts))
    assert float(five.experts) > 2 * float(one.experts)


def test_devices_hold_their_share_and_what_does_not_divide():
    assert float(parameters_per_device(LLAMA_8B, 8.0)) == pytest.approx(float(parameters(LLAMA_8B)) / 8)
    beyond = float(parameters_per_device(LLAMA_8B, 16.0)) - float(parameters(LLAMA_8B)) / 16
    assert beyond == pytest.approx(32 * 2 * 0.5 * 128 * 4096)
    down = float(parameters_per_device(DEEPSEEK, 8.0)) - float(parameters(DEEPSEEK)) / 8
    assert down == pytest.approx(61 * 7168 * (1536 + 576) * 7 / 8)


def test_memory_counts_weights_in_their_format_and_copies_of_the_cache():
    empty = float(memory_per_device(LLAMA_8B, 1.0, 2.0, 1.0, 0.0, 0.0))
    assert empty == pytest.approx(float(parameters(LLAMA_8B)) + 2 * 128256 * 4096)
    eight, sixteen = (float(memory_per_device(LLAMA_8B, 0.0, 2.0, t, 10.0, 1e6)) for t in (8.0, 16.0))
    cache = 10 * 1e6 * 32 * 2 * 128 * 2
    assert eight - 4 * 128256 * 4096 / 8 == pytest.approx(cache)
    assert sixteen - 4 * 128256 * 4096 / 16 == pytest.approx(cache)


def test_parameters_of_known_models():
    assert float(parameters(LLAMA_8B)) == pytest.approx(8.03e9, rel=1e-3)
    assert float(parameters(MIXTRAL)) == pytest.approx(46.7e9, rel=1e-3)
    assert float(parameters(DEEPSEEK)) == pytest.approx(671e9, rel=2e-3)


@given(context=st.integers(1, 10**6))
def test_a_windowed_cache_grows_as_the_declared_law_says(context):
    per_layer = 2 * 16 * 128
    by_hand = per_layer * (10 * context + 52 * min(context, 1024))
    assert kv_cache(GEMMA_27B).elements(float(context)) == pytest.approx(by_hand)


@given(prompt=st.integers(1, 3000), window=st.integers(1, 2000), cached=st.integers(0, 2000))
def test_windowed_prefill_counts_the_pairs_one_would_count_by_hand(prompt, window, cached):
    end = prompt + cached
    pairs = sum(min(position, window) for position in range(cached + 1, end + 1))
    fast = dataclasses.replace(H100, bandwidth=1e30)  # so that arithmetic decides
    windowed = dataclasses.replace(LLAMA_8B, windowed_layers=32.0, window=float(window))
    time = prefill_pass(windowed, fast, Layout(), 1.0, float(end), float(cached)).attention
    busy = 32 * 4 * 32 * 128 * pairs / (0.6 * 0.8 * 989.5e12)
    assert float(time) == pytest.approx(busy + 32 * 8 * 4e-6)


def test_a_state_is_read_at_every_step_and_does_not_grow():
    recurrent = dataclasses.replace(LLAMA_8B, attention_layers=0.0, state=1e9)
    assert kv_cache(recurrent).elements(10.0) == kv_cache(recurrent).elements(1e6) == 1e9


def test_small_messages_go_straight_and_large_ones_in_a_ring():
    small, large = 1e3, 1e9
    rate = 450e9 * 0.82
    assert float(all_reduce_time(small, 8.0, H100)) == pytest.approx(4e-6 + 7 * small / (0.8 * rate))
    assert float(all_reduce_time(large, 8.0, H100)) == pytest.approx(28e-6 + 2 * 7 / 8 * large / rate)
    assert float(all_reduce_time(large, 1.0, H100)) == 0


def test_a_shared_bus_slows_more_than_two_devices_only():
    bus = dataclasses.replace(H100, shared_bus=True)
    assert float(all_reduce_time(1e9, 2.0, bus)) == float(all_reduce_time(1e9, 2.0, H100))
    assert float(all_reduce_time(1e9, 8.0, bus)) > 3.5 * float(all_reduce_time(1e9, 8.0, H100))


def test_backward_is_twice_forward_and_recomputation_adds_the_layers_again():
    forward = forward_pass(LLAMA_8B, H100, Layout(tensor_parallel=2.0), 1.0, 4096.0)
    kept, again = backward_pass(forward), backward_pass(forward, 1.0)
    assert float(kept.products) == pytest.approx(2 * float(forward.products))
    assert float(kept.all_reduce) == float(forward.all_reduce)
    layers = float(forward.total) - float(forward.head)
    assert float(again.total) - float(kept.total) == pytest.approx(layers)


def test_an_update_moves_its_bytes_at_the_rate_of_small_kernels():
    assert float(update_time(1e9, 30.0, H100)) == pytest.approx(30e9 / (0.8 * 3.35e12))


def test_eight_bits_on_a_chip_that_was_not_measured_in_them_take_the_share_of_those_that_were():
    own = kernel_constants(find(Accelerator, "a100-sxm4-80gb"))
    assert own.measured and float(own.narrow_efficiency) == STAND_INS.narrow_efficiency
    chip = KernelDevice(peak=624e12, half_peak=312e12, bandwidth=2.039e12, link=300e9, constants=own, narrow=True)
    assert np.isfinite(float(decode_pass(LLAMA_8B, chip, Layout(weight_bytes=1.0), 8.0, 100.0).total))


def test_one_device_needs_no_link():
    alone = dataclasses.replace(H100, link=np.nan)
    assert np.isfinite(float(decode_pass(LLAMA_8B, alone, Layout(), 8.0, 100.0).total))


def geometric_mean(values):
    return float(np.exp(np.mean(np.log([value for value in values if not np.isnan(value)]))))


def test_a_chip_without_constants_of_its_own_gets_the_geometric_mean_of_the_measured_ones():
    measured = [chip for chip in all_specs(Accelerator).values() if is_measured(chip)]
    assert len(measured) >= 2
    figures = {
        "matrix_efficiency": "measured_gemm_efficiency",
        "narrow_efficiency": "measured_gemm_efficiency_8bit",
        "bandwidth_efficiency": "measured_memory_efficiency",
        "kernel_floor": "measured_kernel_time",
        "all_reduce_start": "measured_collective_latency",
        "link_efficiency": "measured_link_efficiency",
    }
    clock = geometric_mean(chip.boost_clock for chip in measured)
    unmeasured = kernel_constants(Accelerator(peak=H100.peak, boost_clock=clock))
    for name, figure in figures.items():
        mean = geometric_mean(getattr(chip, figure) for chip in measured)
        assert float(getattr(STAND_INS, name)) == pytest.approx(mean)
        assert float(getattr(unmeasured, name)) == pytest.approx(mean)
    assert not unmeasured.measured


def test_the_times_of_an_unmeasured_chip_go_with_its_clock_where_that_is_known():
    fast, slow, unknown = (kernel_constants(Accelerator(peak=H100.peak, boost_clock=c)) for c in (2e9, 1e9, np.nan))
    assert float(slow.kernel_floor) == pytest.approx(2 * float(fast.kernel_floor))
    assert float(slow.all_reduce_start) == pytest.approx(2 * float(fast.all_reduce_start))
    assert fast.link_efficiency == slow.link_efficiency
    assert float(unknown.kernel_floor) == STAND_INS.kernel_floor


@given(requests=st.integers(1, 1000), first=st.floats(1e-4, 10), step=st.floats(1e-4, 1), output=st.integers(2, 10000))
def test_a_request_in_a_closed_loop_takes_its_wait_for_prefills_and_its_tokens(requests, first, step, output):
    loop = closed_loop(requests, first, step, output)
    assert float(loop.itl) >= step
    assert float(first + (output - 1) * loop.itl) == pytest.approx(float(loop.request_time))
    assert 0 < float(loop.prefill_share) < 1


def test_a_request_alone_waits_for_nobody():
    assert float(closed_loop(1, 0.1, 0.01, 100).itl) == 0.01
    assert float(closed_loop(1, 0.1, 0.01, 1).itl) == 0.01
    assert np.isinf(closed_loop(2, 0.1, 0.01, 1).itl)


def test_the_host_adds_to_each_step_and_to_each_request():
    assert float(host_time(100, 1e-3, 1e-5)) == pytest.approx(2e-3)
