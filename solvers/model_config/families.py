"""The families of networks, by `model_type`: where they have biases and norms, which the keys of a config do not say,
and whether the head shares the embedding. Sources: the model classes of Hugging Face transformers 4.57 and the model
cards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class ConfigFamily:
    """A family of networks. `shape` is `decoder`, `encoder` or `encoder_decoder`; `norms` counts those of a layer, each
    as wide as the hidden size. `biases` are `none`, `qkv` (of queries, keys and values), `all` (the output's too), or
    `flag`: those of the key `attention_bias`, the output's too. `mlp_biases` and `norm_biases` say that MLPs and norms
    have biases, `head_bias` that the head has, `full_qk_norm` that one norm spans all queries and one all keys.
    `positions` counts learned positions beyond the longest context; None without any. `defaults` are the values of keys
    that a nested config leaves out, which the class of the model sets."""

    title: str
    shape: str = "decoder"
    tied: bool = False
    norms: int = 2
    biases: str = "flag"
    qk_norm: bool = False
    gated: bool = True
    router_bias: bool = False
    shared_gate: bool = False
    sinks: bool = False
    expert_biases: bool = False
    alternating: int = 0
    full_qk_norm: bool = False
    mlp_biases: bool = False
    norm_biases: bool = False
    head_bias: bool = False
    embedding_norm: bool = False
    positions: int | None = None
    defaults: Mapping[str, int] = field(default_factory=dict)


_QWEN3 = ConfigFamily("Qwen", qk_norm=True)
_QWEN35 = ConfigFamily("Qwen", qk_norm=True, shared_gate=True)
_DEEPSEEK = ConfigFamily("DeepSeek", router_bias=True)
_GEMMA3 = {
    "vocab_size": 262_208,
    "hidden_size": 2304,
    "intermediate_size": 9216,
    "num_hidden_layers": 26,
    "num_attention_heads": 8,
    "num_key_value_heads": 4,
    "head_dim": 256,
    "sliding_window": 4096,
    "max_position_embeddings": 131_072,
}
_LLAMA = {"vocab_size": 32_000, "hidden_size": 4096, "intermediate_size": 11_008, "num_hidden_layers": 32}
_LLAMA |= {"num_attention_heads": 32, "max_position_embeddings": 2048}
_MISTRAL = _LLAMA | {"intermediate_size": 14_336, "num_key_value_heads": 8, "max_position_embeddings": 131_072}
_QWEN2 = {"vocab_size": 151_936, "hidden_size": 4096, "intermediate_size": 22_016, "num_hidden_layers": 32}
_QWEN2 |= {"num_attention_heads": 32, "num_key_value_heads": 32, "max_position_embeddings": 32_768}
LLAMA = ConfigFamily("Llama", defaults=_LLAMA)
_QWEN25 = ConfigFamily("Qwen", biases="qkv", defaults=_QWEN2)
# Layers as those of GPT-2: biases everywhere, norms with biases, an MLP of two matrices.
_GPT = ConfigFamily("GPT-2", biases="all", gated=False, mlp_biases=True, norm_biases=True)
FAMILIES: Mapping[str, ConfigFamily] = {
    "llama": LLAMA,
    "llama4": ConfigFamily("Llama", biases="none"),
    "mllama": ConfigFamily("Llama"),
    "mistral": ConfigFamily("Mistral", biases="none", defaults=_MISTRAL),
    "mixtral": ConfigFamily("Mistral", biases="none"),
    "phi": replace(_GPT, title="Phi", norms=1, head_bias=True),
    "phi3": ConfigFamily("Phi", biases="none"),
    "phimoe": ConfigFamily("Phi", norm_biases=True, head_bias=True),
    "qwen2": _QWEN25,
    "qwen2_vl": _QWEN25,
    "qwen2_5_vl": _QWEN25,
    "qwen2_moe": ConfigFamily("Qwen", biases="qkv", shared_gate=True),
    "qwen3": _QWEN3,
    "qwen3_moe": _QWEN3,
    "qwen3_vl": _QWEN3,
    "qwen3_vl_moe": _QWEN3,
    "qwen3_next": _QWEN35,
    "qwen3_5": _QWEN35,
    "qwen3_5_moe": _QWEN35,
    "mimo": ConfigFamily("MiMo", biases="qkv"),
    "mimo_v2_flash": ConfigFamily("MiMo", biases="none", router_bias=True),
    "minimax_m2": ConfigFamily("MiniMax", biases="none", router_bias=True),
    "gemma": ConfigFamily("Gemma", tied=True),
    "gemma2": ConfigFamily("Gemma", tied=True, norms=4, alternating=2),
    "gemma3": ConfigFamily("Gemma", tied=True, norms=4, qk_norm=True, alternating=6, defaults=_GEMMA3),
    "gpt_oss": ConfigFamily("gpt-oss", sinks=True, expert_biases=True),
    "deepseek_v2": ConfigFamily("DeepSeek"),
    "deepseek_v3": _DEEPSEEK,
    "deepseek_v32": _DEEPSEEK,
    "kimi_k2": ConfigFamily("Kimi", router_bias=True),
    "kimi_k25": ConfigFamily("Kimi", router_bias=True),
    "glm_moe_dsa": ConfigFamily("GLM", router_bias=True),
    "nemotron_h": ConfigFamily("Nemotron", norms=1, gated=False, router_bias=True),
    "mamba": ConfigFamily("Mamba", tied=True, norms=1),
    "mamba2": ConfigFamily("Mamba", norms=1),
    "jamba": ConfigFamily("Jamba", biases="none"),
    "granite": ConfigFamily("Granite", tied=True),
    "granitemoehybrid": ConfigFamily("Granite", tied=True),
    "glm4_moe": ConfigFamily("GLM", biases="qkv", router_bias=True),
    "smollm3": ConfigFamily("SmolLM", tied=True),
    "olmo2": ConfigFamily("OLMo", full_qk_norm=True),
    "olmo3": ConfigFamily("OLMo", full_qk_norm=True),
    "cohere": ConfigFamily("Cohere", tied=True, norms=1),
    "dbrx": ConfigFamily("DBRX", biases="none"),
    "mpt": ConfigFamily("MPT", tied=True, biases="none", gated=False),
    "starcoder2": replace(_GPT, title="StarCoder", tied=True),
    "falcon": ConfigFamily("Falcon", tied=True, gated=False, norm_biases=True),
    "gpt_neox": replace(_GPT, title="GPT-NeoX"),
    "gptj": replace(_GPT, title="GPT-J", norms=1, biases="none", head_bias=True),
    "gpt2": replace(_GPT, tied=True, positions=0),
    "gpt_bigcode": replace(_GPT, title="StarCoder", tied=True, positions=0),
    "opt": replace(_GPT, title="OPT", tied=True, positions=2),
    "bloom": replace(_GPT, title="BLOOM", tied=True, embedding_norm=True),
    "distilbert": ConfigFamily("DistilBERT", shape="encoder", gated=False),
    "bert": ConfigFamily("BERT", shape="encoder", gated=False),
    "roberta": ConfigFamily("RoBERTa", shape="encoder", gated=False),
    "t5": ConfigFamily("T5", shape="encoder_decoder", tied=True, gated=False),
    "bart": ConfigFamily("BART", shape="encoder_decoder", tied=True, gated=False),
    "whisper": ConfigFamily("Whisper", shape="encoder_decoder", tied=True, gated=False),
}

# Types that no figures here describe, and why.
BEYOND: Mapping[str, str] = {
    "deepseek_v4": "its layers keep keys compressed at several ratios beside a window",
    "deepseek_ref": "its layers keep keys compressed at several ratios beside a window",
    "kimi_k3": "its delta-attention layers and latent experts have sizes that the config does not state in full",
    "kimi_linear": "its delta-attention layers have sizes that the config does not state in full",
    "nemotron-nas": "each of its layers has sizes of its own",
    "minimax_m3": "its sparse attention selects blocks by an index whose parameters the config does not state in full",
    "minimax_m3_vl": "its sparse attention selects blocks by an index whose parameters the config does not state",
    "gemma4": "its layers hold an MLP and experts side by side, and keys of global layers are their values",
    "gemma3n": "its layers have embeddings of their own, and some share the keys and values of others",
    "falcon_h1": "each of its layers has attention and a state-space model side by side",
    "zamba": "its attention layers share their weights",
    "zamba2": "its attention layers share their weights",
    "bamba": "its layers alternate by a rule that the config does not state in full",
    "recurrent_gemma": "its recurrent layers have sizes that the config does not state in full",
    "lfm2": "its convolution layers have sizes that the config does not state in full",
    "rwkv": "it has no attention, and a state for each layer that the figures do not describe",
    "minimax": "its lightning-attention layers have sizes that the config does not state in full",
    "minimax_text_01": "its lightning-attention layers have sizes that the config does not state in full",
    "modernbert": "it is an encoder that attends to windows",
    "step3p7": "its sliding-window layers have heads of their own, which the config does not state in full",
}


def family_of(model_type: str) -> ConfigFamily | None:
    """Return the family of a `model_type`; None for one that is not known. A language model within a multimodal one
    ends in `_text` or `_text_model`."""
    return FAMILIES.get(plain_type(model_type))


def plain_type(model_type: str) -> str:
    """Return a `model_type` without the ending that says it is the language model of a larger one."""
    return model_type.removesuffix("_model").removesuffix("_text")
