import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers import roofline, serving
from solvers.errors import InputErrors
from solvers.laws.collectives import NetworkLink
from solvers.laws.language_pass import ModelServer, Roofline, price_decode, price_prefill
from solvers.specs import Precision
from tests.solvers.sentences import says
from tests.solvers.systems import A100, DEEPSEEK_V3, H100, LLAMA_8B, LLAMA_405B, MIXTRAL, with_figure

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"model": "llama-3-70b", "tensor_parallel": "4", "precision": "fp64"},
    {"accelerator": "l40s", "tensor_parallel": "4"},
    {"model": "deepseek-v3", "batch_size": "2000", "prompt_length": "100000"},
    {"accelerator": "rp2040", "precision": "int8", "batch_size": "1"},
    # The largest batch that fits, memory-bound and overhead-bound.
    {"model": "llama-3-70b", "tensor_parallel": "2", "batch_size": "32"},
    {"model": "llama-3-8b", "batch_size": "1", "layer_overhead": "1e-3", "timing": "roofline", "prompt_length": "4e5"},
    {"decode_accelerator": "h200-sxm-141gb", "network_bandwidth": "1e8"},
    {"accelerator": '{"peak": {"fp16": 1e15}, "memory_bandwidth": 1e12}'},
]

SMALL = with_figure(LLAMA_8B, name="draft", parameters=1e9, layers=16, hidden_size=2048)


def serve(model=LLAMA_8B, accelerator=H100, **inputs):
    return serving(model=model, accelerator=accelerator, **inputs)


def test_both_phases_are_the_roofline_of_their_step():
    eta = {"efficiency": 0.5, "bandwidth_efficiency": 0.8, "layer_overhead": 1e-5}
    found = serve(prompt_length=512, output_length=100, batch_size=4, **eta)
    ask = {"model": LLAMA_8B, "accelerator": H100, "batch_size": 4, **eta}
    assert found.ttft == pytest.approx(float(roofline(phase="prefill", prompt_length=512, **ask).latency), rel=1e-12)
    assert found.itl == pytest.approx(float(roofline(phase="decode", context_length=562, **ask).latency), rel=1e-12)


def test_a_request_lasts_the_first_token_and_a_latency_for_each_further_one():
    found = serve(output_length=101)
    assert found.end_to_end_latency == pytest.approx(float(found.ttft + 100 * found.itl), rel=1e-12)


def test_the_kv_cache_of_llama_405b_is_516_kb_a_token():
    """DeepSeek-V3 at ISCA 2025, table 1 (arXiv:2505.09343): 516.096 kB at bf16."""
    geometry = with_figure(LLAMA_8B, layers=126, kv_heads=8, head_dim=128)
    assert serve(geometry).kv_cache_per_token == 516096


def test_the_kv_cache_of_deepseek_v3_is_70_kb_a_token():
    """DeepSeek-V3 at ISCA 2025, table 1 (arXiv:2505.09343): 70.272 kB at bf16."""
    assert serve(DEEPSEEK_V3).kv_cache_per_token == 70272


def test_a_cached_prefix_leaves_only_the_new_tokens_to_compute():
    cold, warm = (serve(prompt_length=8192, cached_prefix_length=c) for c in (0, 8191))
    assert warm.prefill_flop < cold.prefill_flop / 4000
    assert warm.kv_cache == cold.kv_cache


def test_split_over_one_device_adds_no_all_reduce():
    found = serve(tensor_parallel=1)
    assert found.prefill_network_time == found.decode_network_time == 0


@given(st.integers(2, 64))
def test_splitting_divides_arithmetic_and_memory_evenly_by_the_roofline(t):
    one, split = serve(timing="roofline"), serve(timing="roofline", tensor_parallel=t)
    assert split.decode_compute_time * t == pytest.approx(float(one.decode_compute_time), rel=1e-12)
    assert split.memory_per_device * t == pytest.approx(float(one.memory_per_device), rel=1e-12)
    assert split.decode_network_time > 0


def test_two_all_reduces_a_layer_carry_16_bit_activations():
    link = {"interconnect_bandwidth": 1e9, "interconnect_latency": 0}
    found = serve(tensor_parallel=2, batch_size=3, timing="roofline", **link)
    assert found.decode_network_time == pytest.approx(32 * 2 * 3 * 4096 * 2 / 1e9, rel=1e-12)


def test_speculation_yields_the_geometric_series_of_its_acceptance():
    """Leviathan et al. 2023 (arXiv:2211.17192), equation 1."""
    found = serve(draft_model=SMALL, acceptance=0.8, draft_tokens=3)
    assert found.tokens_per_step == pytest.approx(1 + 0.8 + 0.64 + 0.512, rel=1e-12)
    assert found.itl == pytest.approx(
        float((3 * found.draft_step_time + found.decode_step_time) / found.tokens_per_step)
    )


@pytest.mark.parametrize(("acceptance", "tokens"), [(0.0, 1.0), (1.0, 5.0)])
def test_speculation_at_its_ends(acceptance, tokens):
    assert serve(draft_model=SMALL, acceptance=acceptance, draft_tokens=4).tokens_per_step == tokens


def test_a_draft_that_is_never_right_makes_tokens_slower():
    assert serve(draft_model=SMALL, acceptance=0.0).itl > serve().itl


def test_decode_chips_of_their_own_set_the_inter_token_latency_and_cost_a_transfer():
    apart, together = serve(accelerator=A100, decode_accelerator=H100), serve()
    assert apart.itl == together.itl
    assert apart.kv_transfer_time == pytest.approx(8 * 131072 * 1024 / 50e9, rel=1e-12)


@given(st.integers(1, 512))
def test_a_larger_batch_never_lowers_throughput_nor_the_inter_token_latency(batch):
    one, more = serve(batch_size=batch), serve(batch_size=batch + 1)
    assert more.decode_throughput >= one.decode_throughput * (1 - 1e-12)
    assert more.itl >= one.itl


def test_the_largest_batch_is_the_last_that_fits():
    limit = float(serve().largest_batch_size)
    assert serve(batch_size=limit).feasible and not serve(batch_size=limit + 1).feasible


def test_what_does_not_fit_says_over_how_many_devices_it_would():
    found = serve(DEEPSEEK_V3, precision="fp8", batch_size=1)
    assert (
        not found.feasible
        and serve(DEEPSEEK_V3, precision="fp8", batch_size=1, tensor_parallel=float(found.devices_needed)).feasible
    )


def test_a_sweep_over_batches_equals_each_batch_alone():
    swept = serve(batch_size=np.array([1.0, 7.0, 300.0]))
    assert swept.itl.tolist() == [float(serve(batch_size=b).itl) for b in (1, 7, 300)]


KERNELS = ("products", "attention", "experts", "small", "head", "network")


@given(
    batch=st.integers(1, 256),
    prompt=st.integers(1, 8192),
    output=st.integers(2, 2048),
    split=st.sampled_from([1, 2, 4, 8]),
    model=st.sampled_from([LLAMA_8B, DEEPSEEK_V3]),
)
def test_a_pass_is_the_sum_of_its_kernels_and_the_laws_own(batch, prompt, output, split, model):
    found = serve(model, batch_size=batch, prompt_length=prompt, output_length=output, tensor_parallel=split)
    for phase, total in (("prefill", found.ttft), ("decode", found.decode_step_time)):
        assert sum(getattr(found, f"{phase}_{name}_time") for name in KERNELS) == pytest.approx(total, rel=1e-9)
    machine = ModelServer(
        chip=H100,
        precision=Precision.FP16,
        cache_precision=Precision.FP16,
        roofline=Roofline(efficiency=1.0, bandwidth_efficiency=1.0, layer_overhead=0.0),
        devices=float(split),
        link=NetworkLink(450e9, 0.5e-6),
    )
    assert found.ttft == pytest.approx(float(price_prefill(model, machine, batch, prompt).time.total), rel=1e-9)
    step = price_decode(model, machine, batch, prompt + output / 2)
    assert found.itl == pytest.approx(float(step.time.total), rel=1e-9)


@given(batch=st.integers(1, 256), prompt=st.integers(1, 8192), load=st.sampled_from(["batch_size", "concurrency"]))
def test_more_requests_and_longer_prompts_never_shorten_a_token(batch, prompt, load):
    now = serve(prompt_length=prompt, **{load: batch})
    for more in (serve(prompt_length=prompt, **{load: batch + 1}), serve(prompt_length=prompt + 1, **{load: batch})):
        assert more.itl >= now.itl * (1 - 1e-12)


def test_prefills_of_others_fall_between_the_tokens_of_a_server_with_a_concurrency():
    alone, many = serve(concurrency=1), serve(concurrency=32, output_length=201, host_step_time=0, host_request_time=0)
    step = serve(batch_size=32, output_length=201)
    assert many.ttft == pytest.approx(alone.ttft)
    assert many.itl == pytest.approx(step.itl + 31 * alone.ttft / 200)
    assert many.end_to_end_latency == pytest.approx(32 * alone.ttft + 200 * step.itl)
    assert many.request_throughput == pytest.approx(32 / many.end_to_end_latency)
    assert many.prefill_share == pytest.approx(32 * alone.ttft / many.end_to_end_latency)


def test_a_server_with_a_concurrency_has_the_time_of_its_host_added_and_a_batch_has_not():
    slow, quick = (serve(concurrency=16, host_step_time=t, host_request_time=1e-5) for t in (1e-3, 0))
    assert slow.itl - quick.itl == pytest.approx(1e-3)
    assert slow.host_time == pytest.approx(1e-3 + 16e-5)
    assert serve(batch_size=16).host_time == 0


def test_prefills_on_chips_of_their_own_hold_no_token_up():
    together, apart = serve(concurrency=32), serve(concurrency=32, decode_accelerator=H100)
    assert apart.itl == pytest.approx(together.token_time)
    assert apart.itl < together.itl


def test_an_answer_of_one_token_has_no_time_between_tokens():
    assert np.isinf(serve(concurrency=4, output_length=1).itl)
    assert serve(concurrency=4, output_length=1).end_to_end_latency == pytest.approx(4 * serve(concurrency=1).ttft)


def test_kv_heads_that_do_not_divide_are_copied_and_count_in_what_fits():
    eight, sixteen = (serve(batch_size=200, prompt_length=8000, tensor_parallel=t) for t in (8, 16))
    per_head = 2 * 32 * 128 * 2 * (8000 + 256)
    assert eight.memory_per_device - eight.weights / 8 == pytest.approx(200 * per_head)
    assert sixteen.memory_per_device - sixteen.weights / 16 == pytest.approx(200 * per_head, rel=0.01)
    halved = serve(batch_size=200, prompt_length=8000, tensor_parallel=16, timing="roofline").memory_per_device
    assert sixteen.memory_per_device > 1.5 * halved


def test_latent_vectors_lie_on_every_device():
    one, eight = (serve(DEEPSEEK_V3, batch_size=64, tensor_parallel=t) for t in (1, 8))
    assert eight.memory_per_device - one.weights / 8 >= one.kv_cache


def test_checking_drafted_tokens_is_priced_as_a_pass_of_them_with_their_experts():
    plain = serve(DEEPSEEK_V3, batch_size=1)
    checked = serve(DEEPSEEK_V3, batch_size=1, draft_model=SMALL, draft_tokens=4)
    assert checked.decode_experts_time > 2 * plain.decode_experts_time
    assert checked.decode_flop == pytest.approx(5 * float(plain.decode_flop))
    by_roofline = {"timing": "roofline"}
    textbook = serve(DEEPSEEK_V3, batch_size=1, draft_model=SMALL, draft_tokens=4, **by_roofline)
    assert textbook.decode_step_time == serve(DEEPSEEK_V3, batch_size=1, **by_roofline).decode_step_time


def test_a_chip_without_constants_of_its_own_says_so():
    assert not any("Not measured" in note for note in serving.solve().notes)
    assert any("Not measured" in note for note in serving.solve(accelerator="mi300x").notes)
    by_roofline = serving.solve(accelerator="mi300x", timing="roofline").notes
    assert not any("kernel constants" in note for note in by_roofline)
    assert any("Not measured on AMD Instinct MI300X: compute efficiency" in note for note in by_roofline)


def test_what_the_first_token_waits_for_under_load_is_said_to_be_unknown():
    assert any("under load" in note for note in serving.solve(concurrency=8).notes)
    assert not any("under load" in note for note in serving.solve().notes)


def test_changing_a_constant_of_the_roofline_asks_for_it():
    assert serve(efficiency=0.5).ttft != serve().ttft
    by_name = serve(efficiency=0.5, timing="roofline")
    assert serve(efficiency=0.5).ttft == by_name.ttft
    assert serve(efficiency=0.5, timing="kernels").ttft == serve().ttft


@given(
    model=st.sampled_from([LLAMA_8B, DEEPSEEK_V3, LLAMA_405B, MIXTRAL]),
    batch=st.integers(1, 2000),
    prompt=st.integers(1, 100_000),
    drafted=st.booleans(),
    timing=st.sampled_from(["kernels", "roofline"]),
)
def test_the_fewest_devices_hold_the_copies_too_and_one_device_less_does_not(model, batch, prompt, drafted, timing):
    asked = {"batch_size": batch, "prompt_length": prompt, "timing": timing, "draft_model": SMALL if drafted else None}
    needed = float(serve(model, **asked).devices_needed)
    if np.isinf(needed):
        assert not serve(model, tensor_parallel=1024, **asked).feasible
    elif needed <= 1024:
        assert serve(model, tensor_parallel=needed, **asked).feasible
        assert needed == 1 or not serve(model, tensor_parallel=needed - 1, **asked).feasible


def test_where_copies_alone_do_not_fit_no_number_of_devices_does():
    found = serving.solve(model=DEEPSEEK_V3, accelerator=H100, batch_size=2000, prompt_length=100_000)
    assert np.isinf(found["devices_needed"])
    one = float(found["devices_for_one"])
    assert f"one request fits on {one:g} devices" in found.verdict
    assert serve(DEEPSEEK_V3, batch_size=1, prompt_length=100_000, tensor_parallel=one).feasible


def test_fewer_requests_are_not_advised_where_one_does_not_fit_on_any_number_of_devices():
    asked = {"accelerator": "rp2040", "precision": "int8", "batch_size": 1}
    found = serving.solve(**asked)
    assert np.isinf(found["devices_for_one"]) and "not even one request" in found.verdict


def test_decode_devices_exchange_over_their_own_links():
    t4, h100 = "t4", "h100-sxm5-80gb"
    asked = {"tensor_parallel": 2, "batch_size": 4}
    apart = serving(accelerator=h100, decode_accelerator=t4, **asked)
    assert apart.decode_network_time == serving(accelerator=t4, **asked).decode_network_time
    assert apart.prefill_network_time == serving(accelerator=h100, **asked).prefill_network_time


def test_decode_devices_whose_link_is_not_published_are_asked_for_it():
    with pytest.raises(InputErrors, match="MI300A") as bad:
        serving(decode_accelerator="mi300a", tensor_parallel=2)
    assert [error.field for error in bad.value.errors] == ["decode_interconnect_bandwidth"]
    assert serving(decode_accelerator="mi300a", tensor_parallel=2, decode_interconnect_bandwidth="1 TB/s").itl > 0


def test_cards_on_pcie_share_a_bus_unless_it_is_said_that_they_do_not():
    asked = {"accelerator": "l40s", "tensor_parallel": 4}
    assert serving(**asked).itl == serving(shared_bus="shared", **asked).itl > serving(shared_bus="own", **asked).itl
    nvlink = {"tensor_parallel": 4}
    assert serving(**nvlink).itl == serving(shared_bus="own", **nvlink).itl < serving(shared_bus="shared", **nvlink).itl


APART = {"model": LLAMA_8B, "accelerator": H100, "decode_accelerator": H100}


@pytest.mark.parametrize("concurrency", [0, 16])
def test_the_verdict_names_the_transfer_where_it_is_the_longest_part(concurrency):
    slow = says(serving, **APART, concurrency=concurrency, network_bandwidth=1e7)
    assert slow.startswith("Network-bound KV cache transfer. It takes {kv_transfer_time} of {end_to_end_latency}")
    assert "larger batch" not in slow
    assert "transfer" not in says(serving, **APART, concurrency=concurrency, network_bandwidth=1e12)


def test_no_larger_batch_is_advised_where_none_fits():
    largest = float(serve().largest_batch_size)
    shared = {"model": LLAMA_8B, "accelerator": H100}
    assert "At batch {largest_batch_size}, prefill included:" in says(serving, **shared, batch_size=largest - 1)
    assert "Memory holds no larger batch." in says(serving, **shared, batch_size=largest)


def test_without_a_known_capacity_a_larger_batch_has_no_limit_to_name():
    unknown = with_figure(H100, memory_capacity=np.nan)
    told = says(serving, model=LLAMA_8B, accelerator=unknown)
    assert "largest_batch_size" not in told and "no memory capacity is known" in told


@pytest.mark.parametrize("way", [{"batch_size": 8}, {"concurrency": 64}])
def test_what_the_largest_batch_brings_is_what_a_server_with_it_reaches(way):
    now = serve(**way)
    most = serve(**{name: float(now.largest_batch_size) for name in way})
    assert float(now.largest_batch_throughput) == pytest.approx(float(most.token_throughput))
    assert float(now.largest_batch_latency) == pytest.approx(float(most.end_to_end_latency))


def test_prefills_that_take_most_of_the_time_are_named_before_decode():
    # 64 % of the server's time: a larger batch doubles the latency for two percent more tokens.
    asked = {"model": "llama-3-70b", "accelerator": "b200-sxm-180gb", "precision": "fp8", "kv_precision": "fp8"}
    found = serving.solve(**asked, concurrency=256)
    assert found["prefill_share"] > 0.5 and found.verdict.startswith("Compute-bound prefill")
    assert found["largest_batch_throughput"] < 1.05 * found["token_throughput"]
    assert serving.solve(**asked, concurrency=4).verdict.startswith("Memory-bound decode")


def test_tensor_parallelism_beyond_a_node_waits_for_the_network_between_nodes():
    asked = {"model": "llama-3-70b", "tensor_parallel": 16}
    nodes = asked | {"devices_per_node": 8}
    inside, across = serving(**asked), serving(**nodes)
    assert across.itl > 1.1 * inside.itl and serving(**asked, devices_per_node=16).itl == inside.itl
    assert across.itl > serving(**nodes, network_bandwidth="400 GB/s").itl
    note = "spans nodes"
    assert note in says(serving, **nodes) and note not in says(serving, **asked, devices_per_node=16)
    assert serving(**nodes, timing="roofline").itl > serving(**asked, timing="roofline").itl


def test_more_devices_than_most_nodes_have_are_remarked_on_until_the_size_of_a_node_is_given():
    asked, note = {"model": "llama-3-70b", "tensor_parallel": 16}, "Most nodes have 8 devices"
    assert note in says(serving, **asked)
    assert note not in says(serving, **asked, devices_per_node=72)
    assert note not in says(serving, **asked | {"tensor_parallel": 8})


@pytest.mark.parametrize(("size", "divides"), [(3, False), (6, False), (8, True)])
def test_a_size_that_does_not_divide_the_attention_heads_is_remarked_on(size, divides):
    told = says(serving, model="llama-3-70b", tensor_parallel=size)
    assert ("attention heads do not divide" not in told) is divides


def test_energy_per_token_falls_with_the_batch_and_is_power_over_throughput():
    few, many = (serving(model="llama-3-8b", batch_size=batch) for batch in (1, 64))
    assert few.energy_per_token > 5 * many.energy_per_token and few.device_power < many.device_power <= 700
    assert few.energy_per_token == pytest.approx(few.device_power / few.tokens_per_device_second)
    assert few.decode_power < few.prefill_power <= 700


def test_energy_follows_the_fitted_constants_of_power_and_is_unknown_where_decode_has_its_own_devices():
    fitted = {"accelerator.measured_memory_power": 0.3, "accelerator.measured_idle_fraction": 0.2}
    assert serving(batch_size=1, **fitted).energy_per_token < serving(batch_size=1).energy_per_token
    assert np.isnan(serving(decode_accelerator="h200-sxm-141gb").energy_per_token)
