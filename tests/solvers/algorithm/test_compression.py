import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers import serving
from solvers.algorithm.compression import Method, compression
from solvers.errors import InputErrors
from solvers.plan import plan
from solvers.read import read
from tests.solvers.sentences import says
from tests.solvers.systems import H100, LLAMA_8B, with_figure

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"method": "pruning", "sparsity": "0.002"},
    {"bits": "16"},
    {"served_model": "llama-3-8b", "served_on": "h100-sxm5-80gb", "method": "pruning"},
    {"served_model": "llama-3-8b", "served_on": "h100-sxm5-80gb", "batch_size": "512", "context_length": "128"},
    {"served_model": "llama-3-70b", "served_on": "h100-sxm5-80gb"},
    {"served_model": "llama-3-70b", "served_on": "h100-sxm5-80gb", "method": "pruning"},
]

sizes = st.floats(1e3, 1e13)
bits = st.integers(1, 16)
sparsities = st.floats(0, 0.99)
patterns = st.sampled_from(["unstructured", "structured", "n_m"])


def quantized(to, **other):
    return compression(method="quantization", bits=to, **{"baseline_bits": 16, "parameters": 1e9, **other})


def pruned(sparsity, pattern="unstructured", **other):
    return compression(method="pruning", sparsity=sparsity, pattern=pattern, **{"parameters": 1e9, **other})


@given(parameters=sizes, to=bits)
def test_what_is_left_and_what_is_saved_are_the_whole(parameters, to):
    o = quantized(to, parameters=parameters)
    assert float(o.compressed_size + o.memory_saving * o.original_size) == pytest.approx(float(o.original_size))
    assert float(o.compressed_size) == pytest.approx(parameters * to / 8)


@given(to=bits, gain=st.floats(0.5, 16))
def test_arithmetic_gains_what_the_chip_gives_and_never_more_than_the_bits(to, gain):
    waiting = quantized(to, memory_bound="no", compute_speedup=gain)
    assert float(waiting.speedup) == min(gain, 16 / to)
    assert float(quantized(to, compute_speedup=gain).speedup) == 16 / to


@given(sparsity=sparsities, pattern=patterns)
def test_pruning_saves_the_same_memory_whatever_the_pattern(sparsity, pattern):
    o = pruned(sparsity, pattern)
    assert float(o.memory_saving) == pytest.approx(sparsity, abs=1e-12)
    assert 1 <= float(o.speedup) <= max(float(o.compression_ratio), 2)


@given(sparsity=sparsities)
def test_only_whole_channels_turn_sparsity_into_speed(sparsity):
    assert float(pruned(sparsity, "structured").speedup) == pytest.approx(1 / (1 - sparsity))
    assert float(pruned(sparsity).speedup) == 1


@pytest.mark.parametrize(("sparsity", "speedup"), [(0.5, 2), (0.49999, 1), (0.50001, 1), (0.9, 1), (0, 1)])
def test_two_of_four_is_exactly_half(sparsity, speedup):
    assert float(pruned(sparsity, "n_m").speedup) == speedup


def test_indices_of_two_of_four_take_an_eighth_of_what_is_left_in_16_bits():
    # Mishra et al. 2021, section 3: two bits of index for each 16-bit value kept.
    o = pruned(0.5, "n_m", baseline_bits=16)
    assert float(o.index_size / o.compressed_size) == pytest.approx(2 / 16)
    assert float(pruned(0.5, "structured").index_size) == 0


def test_a_little_sparsity_takes_more_room_than_none():
    assert float(pruned(0.05).stored_ratio) < 1 < float(pruned(0.2).stored_ratio)


def test_more_bits_than_before_are_refused():
    asked = {"method": "quantization", "bits": "16", "baseline_bits": "8"}
    (error,) = compression.check(compression.accept(read(compression, asked).values))
    assert error.field == "bits" and "at most the 8" in error.sentence


@pytest.mark.parametrize("said", [True, "yes", "true"])
def test_yes_is_said_by_a_person_and_by_json(said):
    assert read(compression, {"memory_bound": said}).values["memory_bound"] == 1


@pytest.mark.parametrize(
    ("to", "who"), [(2, "Gholami"), (3, "95\u00a0%"), (4, "0.4\u00a0%"), (6, "Frantar"), (8, "Wu")]
)
def test_accuracy_is_quoted_and_never_computed(to, who):
    inputs = compression.accept({"bits": to})
    (note, *_) = compression.notes(inputs, compression.function(inputs))
    assert note.startswith("Accuracy, from the literature") and who in note
    assert not [name for name in compression.outputs if "accuracy" in name]


SERVED = {"served_model": "llama-3.1-8b", "served_on": "h100-sxm5-80gb"}


@given(batch=st.integers(1, 128), context=st.integers(2, 16384))
def test_a_step_before_is_the_serving_walls_own(batch, context):
    o = compression(batch_size=batch, context_length=context, **SERVED)
    question = {"model": "llama-3.1-8b", "accelerator": "h100-sxm5-80gb", "prompt_length": context - 1}
    assert float(o.step_before) == pytest.approx(serving(batch_size=batch, output_length=2, **question).itl, rel=1e-9)
    assert float(o.speedup) == pytest.approx(float(o.step_before / o.step_after))


@given(batch=st.integers(1, 128), context=st.integers(1, 16384), bits=st.sampled_from([2, 4, 8]))
def test_fewer_bits_speed_a_step_up_by_less_than_their_ratio(batch, context, bits):
    o = compression(bits=bits, batch_size=batch, context_length=context, **SERVED)
    assert 1 <= float(o.speedup) < 16 / bits


def test_narrower_keys_and_values_speed_up_long_contexts_and_halve_the_cache():
    long = {"bits": 16, "batch_size": 64, "context_length": 8192, **SERVED}
    wide, narrow = compression(**long), compression(kv_bits=8, **long)
    assert float(wide.speedup) == pytest.approx(1)
    assert float(narrow.speedup) > 1.5
    assert float(narrow.cache_after) == pytest.approx(float(narrow.cache_before) / 2)
    assert float(narrow.cache_before) == pytest.approx(64 * 8192 * 131072)


def test_scattered_zeros_gain_a_served_model_nothing_and_whole_channels_do():
    pruned = {"method": "pruning", "sparsity": 0.5, "batch_size": 1, **SERVED}
    assert float(compression(**pruned).speedup) == pytest.approx(1)
    assert 1.3 < float(compression(pattern="structured", **pruned).speedup) < 2
    # Half the weights, and two bits for each that is left.
    assert 1.3 < float(compression(pattern="n_m", **pruned).speedup) < 16 / 9


def test_a_model_needs_a_chip_and_gives_its_own_size():
    with pytest.raises(InputErrors, match="served_on: is needed"):
        compression(served_model="llama-3.1-8b")
    assert float(compression(**SERVED).original_size) == pytest.approx(2 * 8030261248)
    assert np.isnan(compression().step_before)


@pytest.mark.parametrize(("method", "along"), [(Method.QUANTIZATION, "bits"), (Method.PRUNING, "sparsity")])
def test_only_the_chart_along_the_input_of_the_method_is_drawn(method, along):
    drawn = plan(compression, compression.accept({"method": method}))
    assert [figure.x for figure in drawn.figures] == [(along,)] == [(line.x,) for line in drawn.lines]


TIMED = {"served_model": LLAMA_8B, "served_on": H100}


@pytest.mark.parametrize("sparsity", [0.5, 0.9])
def test_zeros_that_dense_kernels_multiply_are_the_cause_of_no_speedup(sparsity):
    said = says(compression, method="pruning", sparsity=sparsity, **TIMED)
    assert "not faster" in said and "dense kernels read and multiply the zeros" in said
    assert "do not shrink" not in said


def test_a_compute_bound_step_names_compute_and_a_memory_bound_one_what_does_not_shrink():
    assert "compute takes {compute_share}" in says(compression, batch_size=512, context_length=128, **TIMED)
    small = says(compression, batch_size=8, **TIMED)
    assert "compute takes" not in small and "launches do not shrink" in small


def test_what_does_not_fit_is_said_before_and_after():
    whole = with_figure(LLAMA_8B, parameters=70e9, active_parameters=np.nan)
    on = {"served_model": whole, "served_on": H100}
    assert says(compression, **on).startswith("Fits only compressed.")
    assert says(compression, batch_size=512, **on).startswith("Does not fit.")
    assert says(compression, method="pruning", **on).startswith("Does not fit.")  # dense kernels store the zeros
    o = compression(**on)
    assert float(o.memory_before - o.cache_before) == 70e9 * 2
    assert float(o.memory_after - o.cache_after) == 70e9 / 2
    unknown = with_figure(H100, memory_capacity=np.nan)
    assert "fit" not in says(compression, served_model=whole, served_on=unknown).lower()


def test_the_classes_of_kernels_add_up_to_the_compressed_step():
    asked = {"served_model": "mixtral-8x7b", "served_on": "b200-sxm-180gb", "bits": 4}
    found = compression.solve(**asked)
    parts = [found[f"{name}_time"] for name in ("products", "attention", "experts", "small", "head")]
    assert sum(parts) == pytest.approx(found["step_after"]) and min(parts) > 0
    assert np.isnan(compression.solve()["products_time"])
