"""The one law of what a sequence keeps in memory, for layers of every kind."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.laws.transformer import (
    cache_bytes,
    decode_attention_flop,
    decode_work,
    kv_bytes_per_token,
    kv_elements,
    prefill_attention_flop,
    prefill_work,
)
from solvers.registry import solvers
from solvers.shipped import find
from solvers.specs import Model, Precision, stack, take

from ..systems import DEEPSEEK_V3, LLAMA_8B, MAMBA

GIB = 2.0**30
FP16 = int(Precision.FP16)
WINDOWED = dataclasses.replace(LLAMA_8B, windowed_layers=24, attention_window=1000)


@pytest.mark.parametrize(
    ("slug", "tokens", "gibibytes"),
    [
        ("gemma-3-27b", 131072, 10.4),
        ("gemma-3-12b", 131072, 8.3),
        ("gemma-3-4b", 131072, 2.6),
        ("gemma-3-1b", 32768, 0.136),
        ("mistral-7b", 32768, 0.5),
        ("gpt-oss-20b", 131072, 3.0),
        ("gpt-oss-120b", 131072, 4.5),
        ("gemma-2-9b", 8192, 0.75 * 42 * 8192 * 4096 * 2 / GIB),
        ("phi-3-mini", 4096, 2047 / 4096 * 32 * 4096 * 6144 * 2 / GIB),
        ("t5-3b", 1000, (1000 + 512) * 384 / 1024**2),
        ("whisper-large-v2", 0, 234 / 1024),
        ("whisper-base", 0, 17.6 / 1024),
        ("llama-3-8b", 8192, 1.0),
        ("deepseek-v3", 4096, 61 * 576 * 4096 * 2 / GIB),
    ],
)
def test_a_shipped_model_keeps_what_its_configuration_says(slug, tokens, gibibytes):
    """Worked out by hand from the published configurations, 2 bytes a number."""
    assert cache_bytes(find(Model, slug), tokens, FP16) / GIB == pytest.approx(gibibytes, rel=0.015)


def test_a_window_holds_a_layer_at_the_tokens_of_the_window():
    full = 2 * 8 * 8 * 128  # 8 of 32 layers, 8 KV heads of dimension 128
    assert kv_elements(WINDOWED, 500) == 4 * full * 500
    assert kv_elements(WINDOWED, 5000) == full * 5000 + 3 * full * 1000


@given(st.integers(0, 200_000))
def test_a_cache_has_three_parts(tokens):
    """full·s + windowed·min(s, w) + fixed."""
    model = dataclasses.replace(WINDOWED, cross_attention_tokens=300)
    windowed = model.kv_elements_windowed * min(tokens, 1000)
    assert kv_elements(model, tokens) == model.kv_elements_full * tokens + windowed + model.kv_elements_fixed


def test_a_layer_of_an_encoder_keeps_nothing_and_its_outputs_are_kept_once():
    half = dataclasses.replace(LLAMA_8B, kv_cache_layers=16, cross_attention_tokens=300)
    assert kv_elements(half, 100) == 16 * 2 * 8 * 128 * (100 + 300)


def test_a_hybrid_keeps_the_state_of_some_layers_and_the_cache_of_the_others():
    hybrid = dataclasses.replace(LLAMA_8B, kv_cache_layers=4, state_elements=1e6)
    assert cache_bytes(hybrid, 1000, FP16) == 2 * (4 * 2 * 8 * 128 * 1000 + 1e6)


def test_a_question_that_changes_the_kv_heads_changes_a_windowed_cache():
    fewer = dataclasses.replace(WINDOWED, kv_heads=1)
    assert kv_elements(fewer, 5000) * 8 == kv_elements(WINDOWED, 5000)


def test_figures_an_old_snapshot_does_not_know_mean_that_every_layer_keeps_every_token():
    unknown = dict.fromkeys(("windowed_layers", "attention_window", "cross_attention_tokens"), np.nan)
    assert kv_elements(dataclasses.replace(LLAMA_8B, **unknown), 4096) == kv_elements(LLAMA_8B, 4096)


sizes = st.integers(0, 200_000)


@given(tokens=sizes, more=sizes, windowed=st.integers(0, 32), window=st.integers(1, 50_000))
def test_a_cache_grows_with_the_sequence_and_never_past_that_of_full_attention(tokens, more, windowed, window):
    model = dataclasses.replace(LLAMA_8B, windowed_layers=windowed, attention_window=window)
    assert kv_elements(model, tokens) <= kv_elements(model, tokens + more)
    assert kv_elements(model, tokens) <= kv_elements(LLAMA_8B, tokens)
    within = kv_elements(model, min(tokens, window))
    assert within == kv_elements(LLAMA_8B, min(tokens, window))


@given(st.lists(st.tuples(st.integers(0, 3), sizes), min_size=1, max_size=6))
def test_a_column_of_models_is_answered_as_each_of_them(asked):
    models = [LLAMA_8B, WINDOWED, DEEPSEEK_V3, MAMBA]
    which, tokens = (np.array(column) for column in zip(*asked, strict=True))
    together = cache_bytes(take(stack(models), which), tokens, FP16)
    assert together.tolist() == [float(cache_bytes(models[w], t, FP16)) for w, t in asked]


@pytest.mark.parametrize("cached", [0, 3, 700, 1400])
def test_attention_looks_back_at_the_tokens_of_the_window(cached):
    """Counted pair by pair: 8 layers see every key up to the query's, 24 at most 1000."""
    prompt = 1500
    per_pair = 4 * 32 * 128
    pairs = sum(8 * (query + 1) + 24 * min(query + 1, 1000) for query in range(cached, prompt))
    assert prefill_attention_flop(WINDOWED, prompt, cached) == pytest.approx(per_pair * pairs, rel=1e-12)
    assert decode_attention_flop(WINDOWED, prompt) == pytest.approx(per_pair * (8 * 1500 + 24 * 1000), rel=1e-12)


def test_a_step_reads_the_windowed_cache():
    step = decode_work(WINDOWED, 2, 5000, FP16, FP16)
    assert step.moved - step.weights == pytest.approx(2 * 2 * kv_elements(WINDOWED, 5000))
    first = prefill_work(WINDOWED, 2, 5000, 0, FP16, FP16)
    assert first.resident - first.weights == pytest.approx(2 * 2 * kv_elements(WINDOWED, 5000))


@pytest.mark.parametrize(
    ("solver", "figure", "question"),
    [
        ("batching", "kv_cache_per_request", {"context_length": 131072, "page_size": 16, "max_length": 131072}),
        ("serving", "kv_cache", {"prompt_length": 131072 - 512, "output_length": 512, "batch_size": 1}),
    ],
)
def test_the_walls_that_size_a_cache_ask_the_law(solver, figure, question):
    found = solvers()[solver](model="gemma-3-27b", accelerator="h200-sxm-141gb", **question)
    assert getattr(found, figure) == pytest.approx(10.4 * GIB, rel=0.01)


def test_a_windowed_cache_of_the_streaming_wall_is_the_laws():
    question = {"model": "mistral-7b", "context_length": 32768, "batch_size": 1, "sram_reserve": 0}
    assert solvers()["weight_streaming"](**question).sram_required == pytest.approx(0.5 * GIB, rel=1e-9)


def test_what_a_token_adds_is_what_it_adds_within_the_window():
    assert kv_bytes_per_token(WINDOWED, FP16) == 2 * (kv_elements(WINDOWED, 501) - kv_elements(WINDOWED, 500))
