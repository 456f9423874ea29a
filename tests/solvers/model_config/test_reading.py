"""Real configs, compared with the rows of the catalog and with what the makers publish."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.errors import InputErrors
from solvers.model_config import read_config
from solvers.registry import solvers
from solvers.shipped import find
from solvers.specs import Model, columns

FOLDER = Path(__file__).parent / "configs"
CONFIGS = {path.stem.partition("--")[2]: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
# Read, and nothing is computed for them: their layers are of kinds that the figures do not describe.
BEYOND = {
    "DeepSeek-V4-Flash",
    "DeepSeek-V4-Pro",
    "Kimi-K3",
    "MiniMax-M3",
    "Step-3.7-Flash",
    "gemma-4-26B-A4B",
}
SLUGS = {
    "DeepSeek-R1": "deepseek-r1",
    "DeepSeek-V3": "deepseek-v3",
    "Kimi-K2-Instruct": "kimi-k2",
    "Kimi-K2.5": "kimi-k2.5",
    "Llama-4-Maverick-17B-128E-Instruct": "llama-4-maverick",
    "Llama-4-Scout-17B-16E-Instruct": "llama-4-scout",
    "Meta-Llama-3.1-405B": "llama-3.1-405b",
    "Meta-Llama-3.1-70B": "llama-3.1-70b",
    "Meta-Llama-3.1-8B": "llama-3.1-8b",
    "Mixtral-8x7B-v0.1": "mixtral-8x7b",
    "Qwen3-0.6B": "qwen3-0.6b",
    "Qwen3-1.7B": "qwen3-1.7b",
    "Qwen3-235B-A22B": "qwen3-235b-a22b",
    "Qwen3-30B-A3B": "qwen3-30b-a3b",
    "Qwen3-32B": "qwen3-32b",
    "Qwen3-8B": "qwen3-8b",
    "gpt-oss-120b": "gpt-oss-120b",
    "gpt-oss-20b": "gpt-oss-20b",
}
# Where a row leaves a figure out on purpose: no machine of the catalog holds such a context, or it was not read.
LEFT_OUT = {"llama-4-scout": {"context_length"}, "kimi-k2.5": {"context_length"}}
# Billions of parameters and of active ones, of the language model, as the model cards state them.
PUBLISHED = {
    "GLM-5": (744, 40),
    "MiMo-V2-Flash": (309, 15),
    "MiniMax-M2.5": (229, 10),
    "NVIDIA-Nemotron-3-Nano-30B-A3B-BF16": (31.6, 3.6),
    "NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16": (550, 55),
    "Nemotron-H-56B-Base-8K": (56, 56),
    "Qwen3-Coder-480B-A35B-Instruct": (480, 35),
    "Qwen3.5-122B-A10B": (122, 10),
    "Qwen3.5-27B": (27, 27),
    "Qwen3.5-35B-A3B": (35, 3),
    "Qwen3.5-397B-A17B": (397, 17),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_every_config_is_read_and_says_what_it_does_not_know(name):
    reading = read_config(CONFIGS[name])
    assert (reading.parameters is None) == (reading.law is None) == (name in BEYOND)
    if name in BEYOND:
        assert reading.notes[0].startswith("Parameters and KV cache are unknown: its ")
    else:
        assert reading.recognised and reading.active_parameters <= reading.parameters


@pytest.mark.parametrize("name", SLUGS)
def test_a_reading_is_the_row_of_the_catalog(name):
    read, row = read_config(CONFIGS[name]).spec("x"), find(Model, SLUGS[name])
    of_training = {"training_tokens", "inference_flop", "activation_bytes"}
    for figure in columns(Model).keys() - of_training - LEFT_OUT.get(SLUGS[name], set()):
        assert getattr(read, figure) == pytest.approx(getattr(row, figure), rel=1e-12, nan_ok=True), figure


@pytest.mark.parametrize("name", PUBLISHED)
def test_computed_parameters_agree_with_those_published(name):
    reading, (total, active) = read_config(CONFIGS[name]), PUBLISHED[name]
    assert reading.parameters == pytest.approx(total * 1e9, rel=0.01)
    # Some cards count the input embedding, some do not, and they round to a whole billion.
    looked_up = reading.figures["embedding_parameters"]
    low, high = reading.active_parameters - 2 * looked_up, reading.active_parameters
    assert low * 0.95 <= active * 1e9 <= high * 1.05


def test_rows_that_differ_do_so_for_a_known_reason():
    # The row counts norms of queries and keys once for a head; the model has one over all heads: 2 in a million.
    minimax = read_config(CONFIGS["MiniMax-M2.5"]).parameters
    assert minimax / float(find(Model, "minimax-m2.5").parameters) == pytest.approx(1, abs=3e-6)
    # v0.1 has a vocabulary of 32,000; the row is of the later 32,768.
    mixtral = read_config(CONFIGS["Mixtral-8x22B-v0.1"])
    row = find(Model, "mixtral-8x22b")
    assert float(row.parameters) - mixtral.parameters == 2 * 768 * 6144


@pytest.mark.parametrize("name", sorted(CONFIGS.keys() - BEYOND - {"MiMo-V2-Flash", "DeepSeek-V3.2"}))
def test_the_law_of_the_cache_is_that_of_the_spec(name):
    reading = read_config(CONFIGS[name])
    spec = reading.spec()
    if not any("one size of keys" in note for note in reading.notes):
        assert reading.law.full == float(spec.kv_elements_full)
        assert reading.law.windowed == float(spec.kv_elements_windowed)
        assert reading.law.fixed == pytest.approx(float(spec.kv_elements_fixed + spec.state_elements), rel=1e-12)


@pytest.mark.parametrize(
    ("name", "tokens", "elements"),
    [
        ("Meta-Llama-3.1-8B", 8192, 8192 * 32 * 2 * 8 * 128),
        ("DeepSeek-V3", 4096, 4096 * 61 * 576),
        ("gpt-oss-20b", 131_072, 12 * 2 * 8 * 64 * (131_072 + 128)),
        ("gpt-oss-20b", 100, 24 * 2 * 8 * 64 * 100),
        ("Llama-4-Scout-17B-16E-Instruct", 131_072, 2 * 8 * 128 * (12 * 131_072 + 36 * 8192)),
        ("MiMo-V2-Flash", 10_000, (192 + 128) * (9 * 4 * 10_000 + 39 * 8 * 128)),
        ("DeepSeek-V3.2", 1000, 61 * (576 + 128) * 1000),
        ("NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", 1000, 6 * 2 * 2 * 128 * 1000 + 23 * 64 * 64 * 128),
        ("Qwen3.5-27B", 1000, 16 * 2 * 4 * 256 * 1000 + 48 * 48 * 128 * 128),
    ],
)
def test_a_cache_keeps_what_its_layers_keep(name, tokens, elements):
    assert read_config(CONFIGS[name]).law.elements(tokens) == elements


def test_a_cache_that_a_row_cannot_hold_is_said():
    for name in ("MiMo-V2-Flash", "DeepSeek-V3.2"):
        assert any("one size of keys and values" in note for note in read_config(CONFIGS[name]).notes)
    assert not any("one size" in note for note in read_config(CONFIGS["gpt-oss-20b"]).notes)


def test_what_is_not_counted_is_said():
    notes = " ".join(read_config(CONFIGS["Qwen3.5-35B-A3B"]).notes)
    assert "no vision or audio tower" in notes and "multi-token prediction" in notes
    assert "Weights are stored as mxfp4" in " ".join(read_config(CONFIGS["gpt-oss-20b"]).notes)


T5 = {"model_type": "t5", "d_model": 1024, "d_kv": 128, "d_ff": 16384, "num_layers": 24, "num_heads": 32}
WHISPER = {"model_type": "whisper", "d_model": 512, "encoder_layers": 6, "decoder_layers": 6, "vocab_size": 51865}
WHISPER |= {
    "encoder_attention_heads": 8,
    "decoder_attention_heads": 8,
    "encoder_ffn_dim": 2048,
    "decoder_ffn_dim": 2048,
}
GEMMA = {"model_type": "gemma2", "vocab_size": 256000, "hidden_size": 3584, "num_hidden_layers": 42}
GEMMA |= {"num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 256, "intermediate_size": 14336}
GEMMA3 = {"model_type": "gemma3_text", "vocab_size": 262144, "hidden_size": 5376, "num_hidden_layers": 62}
GEMMA3 |= {"num_attention_heads": 32, "num_key_value_heads": 16, "head_dim": 128, "intermediate_size": 21504}
JAMBA = {"model_type": "jamba", "vocab_size": 65536, "hidden_size": 4096, "num_hidden_layers": 32, "num_experts": 16}
JAMBA |= {"num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336, "num_experts_per_tok": 2}
JAMBA |= {"mamba_d_state": 16, "mamba_d_conv": 4, "mamba_expand": 2, "mamba_dt_rank": 256}
BY_HAND = {
    "t5-3b": T5 | {"vocab_size": 32128},
    "bert-base": {"model_type": "bert", "vocab_size": 30522, "hidden_size": 768, "num_hidden_layers": 12}
    | {"num_attention_heads": 12, "intermediate_size": 3072},
    "gpt2-xl": {"model_type": "gpt2", "vocab_size": 50257, "n_embd": 1600, "n_layer": 48, "n_head": 25}
    | {"n_positions": 1024},
    "gemma-2-9b": GEMMA | {"sliding_window": 4096},
    "gemma-3-27b": GEMMA3 | {"sliding_window": 1024},
    "mamba-130m": {"model_type": "mamba", "vocab_size": 50280, "hidden_size": 768, "num_hidden_layers": 24},
    "jamba-v0.1": JAMBA,
    "mistral-7b": {"model_type": "mistral", "vocab_size": 32000, "hidden_size": 4096, "num_hidden_layers": 32}
    | {"num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336, "sliding_window": 4096},
    "qwen2.5-7b": {"model_type": "qwen2", "vocab_size": 152064, "hidden_size": 3584, "num_hidden_layers": 28}
    | {"num_attention_heads": 28, "num_key_value_heads": 4, "intermediate_size": 18944},
}


@pytest.mark.parametrize("slug", BY_HAND)
def test_families_that_no_config_here_has_come_to_the_row_of_the_catalog(slug):
    reading, row = read_config(BY_HAND[slug]), find(Model, slug)
    spec = reading.spec()
    assert reading.parameters == pytest.approx(float(row.parameters), rel=1e-6)
    for figure in ("active_parameters", "layers", "windowed_layers", "attention_window", "experts", "expert_layers"):
        assert getattr(spec, figure) == pytest.approx(getattr(row, figure), rel=1e-5, nan_ok=True), figure
    for figure in ("kv_elements_full", "kv_elements_windowed", "kv_elements_fixed", "state_elements"):
        assert getattr(spec, figure) == pytest.approx(getattr(row, figure), rel=1e-12, nan_ok=True), figure


# Configs of further families, with the parameters that their model pages count; those of the language model alone where
# there is a vision tower. Gemma's class has 64 words more than its tokenizer, which the page leaves out.
FURTHER = json.loads((Path(__file__).parent / "families.json").read_text())


@pytest.mark.parametrize("name", FURTHER)
def test_further_families_come_to_their_published_parameters(name):
    reading = read_config(FURTHER[name]["config"])
    assert reading.parameters == FURTHER[name]["parameters"]
    assert not any("guess" in note for note in reading.notes)


def test_keys_that_a_nested_config_leaves_out_are_assumed_and_only_there():
    nested = {field.name: field for field in read_config(FURTHER["gemma-3-4b-it"]["config"]).assumed}
    assert nested["num_attention_heads"].value == "8" and "default of transformers" in nested["head_dim"].meaning
    with pytest.raises(InputErrors) as wrong:
        read_config({"model_type": "llama", "vocab_size": 100})
    assert "hidden_size" in wrong.value.sentences


def test_falcon_shares_one_head_of_keys_whatever_its_config_repeats():
    config = FURTHER["falcon-7b"]["config"]
    assert read_config(config).law.full == read_config({**config, "num_kv_heads": 71}).law.full == 32 * 2 * 64
    assert read_config(FURTHER["falcon-40b"]["config"]).law.full == 60 * 2 * 8 * 64


@pytest.mark.parametrize("kind", ["zamba2", "falcon_h1", "rwkv", "gemma3n", "modernbert"])
def test_layers_that_no_figure_describes_have_none(kind):
    reading = read_config({"model_type": kind, "hidden_size": 64, "num_hidden_layers": 2, "vocab_size": 100})
    assert reading.parameters is None and reading.law is None
    assert reading.notes[0].startswith("Parameters and KV cache are unknown: ")


def test_an_unknown_kind_is_a_guess_unless_its_keys_name_other_layers():
    llama = CONFIGS["Meta-Llama-3.1-8B"] | {"model_type": "lama"}
    assert read_config(llama).notes[0].startswith("The figures are a guess: model_type 'lama' is not known")
    other = read_config(llama | {"mamba_d_state": 16})
    assert other.parameters is None and "the layers of mamba_d_state" in other.notes[0]
    assert other.figures["layers"] == 32


def test_a_model_that_is_not_of_language_is_said_to_be_none():
    for kind in ({"model_type": "resnet", "depths": [3, 4]}, {"_class_name": "UNet2DConditionModel"}):
        with pytest.raises(InputErrors) as wrong:
            read_config(kind)
        assert list(wrong.value.sentences) == ["model_type"]
        assert "only language models" in wrong.value.sentences["model_type"]


def test_each_key_has_one_error():
    with pytest.raises(InputErrors) as wrong:
        read_config({"model_type": "llama"})
    fields = [error.field for error in wrong.value.errors]
    assert fields == ["hidden_size", "vocab_size", "num_hidden_layers", "num_attention_heads"]


def test_a_vision_tower_beside_the_language_model_is_said_to_be_left_out():
    config = {**BY_HAND["qwen2.5-7b"], "model_type": "qwen2_5_vl", "vision_config": {"depth": 32}}
    assert any("no vision or audio tower" in note for note in read_config(config).notes)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"metadata": {}, "weight_map": {}}, "is the index of the weights"),
        ({"dim": 4096, "n_layers": 32, "n_heads": 32, "multiple_of": 1024}, "is the params.json of a checkpoint"),
    ],
)
def test_another_file_of_a_repository_is_recognised(config, sentence):
    with pytest.raises(InputErrors) as wrong:
        read_config(config)
    assert wrong.value.sentences["config"].startswith(sentence)


def test_whisper_agrees_with_its_paper():
    reading = read_config(WHISPER)
    assert reading.parameters == pytest.approx(74e6, rel=0.03) and reading.task == "speech recognition"
    assert reading.law.fixed == 6 * 2 * 8 * 64 * 1500


def test_a_reading_is_a_model_that_walls_take():
    answer = solvers()["roofline"](model=read_config(CONFIGS["Qwen3.5-27B"]).spec("Qwen3.5 27B"))
    assert answer.latency > 0


def test_an_unknown_type_is_counted_as_llama_and_said():
    known, other = CONFIGS["Meta-Llama-3.1-8B"], {**CONFIGS["Meta-Llama-3.1-8B"], "model_type": "lama", "wings": 2}
    reading = read_config(other)
    assert reading.parameters == read_config(known).parameters
    assert "model_type 'lama' is not known" in reading.assumed[0].meaning and reading.unknown == ("wings",)


def test_assumed_figures_are_listed():
    small = {"model_type": "llama", "vocab_size": 100, "hidden_size": 64, "num_hidden_layers": 2}
    reading = read_config(small | {"num_attention_heads": 4})
    assert {field.name: field.value for field in reading.assumed} == {
        "KV heads": "4",
        "head dimension": "16",
        "MLP width": "256",
        "shared embedding": "no",
    }


@pytest.mark.parametrize(
    ("config", "field", "sentence"),
    [
        (None, "config", "needs the JSON object of a config.json."),
        ([], "config", "needs the JSON object of a config.json."),
        ({}, "hidden_size", "is needed: hidden size."),
        ({"hidden_size": -1}, "hidden_size", "needs a whole number from 1; -1 is not one."),
        ({"hidden_size": 1e300}, "hidden_size", "needs a whole number from 1; 1e+300 is not one."),
        ({"hidden_size": True}, "hidden_size", "needs a whole number from 1; true is not one."),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers", "must be at most 2,000; 1,000,000,000 is not."),
        ({"layer_types": ["round"]}, "layer_types", "has 'round'; known are full_attention, attention,"),
        ({"num_experts": 2, "num_experts_per_tok": 3}, "num_experts_per_tok", "must be at most the 2 experts; 3 is"),
        ({"tie_word_embeddings": "yes", "attention_bias": 3}, "attention_bias", "must be true or false; 3 is neither."),
    ],
)
def test_a_key_that_cannot_be_used_gets_a_sentence(config, field, sentence):
    with pytest.raises(InputErrors) as wrong:
        read_config(config)
    assert wrong.value.sentences[field].startswith(sentence)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**13),
    st.floats(allow_nan=True),
    st.text(max_size=5),
    st.lists(st.integers(0, 2), max_size=5),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@given(st.sampled_from(sorted(CONFIGS)), st.data())
def test_no_config_is_an_error_of_the_program(name, data):
    config = dict(CONFIGS[name])
    for key in data.draw(st.lists(st.sampled_from(sorted(config)), max_size=4)):
        config[key] = data.draw(VALUES)
    if isinstance(inner := config.get("text_config"), dict):
        inner = config["text_config"] = dict(inner)
        for key in data.draw(st.lists(st.sampled_from(sorted(inner) or ["x"]), max_size=4)):
            inner[key] = data.draw(VALUES)
    try:
        reading = read_config(config)
    except InputErrors as wrong:
        assert wrong.errors
    else:
        assert all(value is None or math.isfinite(value) for value in reading.figures.values())
        reading.spec()
