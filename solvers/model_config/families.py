"""The families of networks, by `model_type`: where they have biases and norms, which the keys of a config do not say,
and whether the head shares the embedding. Sources: the model classes of Hugging Face transformers 4.57 and the model
cards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ConfigFamily:
    """A family of networks. `shape` is `decoder`, `encoder` or `encoder_decoder`; `norms` counts those of a layer, each
    as wide as the hidden size. `biases` are `none`, `qkv` (of queries, keys and values), or `flag`: those of the key
    `attention_bias`, the output's too."""

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


_QWEN3 = ConfigFamily("Qwen", qk_norm=True)
_QWEN35 = ConfigFamily("Qwen", qk_norm=True, shared_gate=True)
_DEEPSEEK = ConfigFamily("DeepSeek", router_bias=True)
LLAMA = ConfigFamily("Llama")
FAMILIES: Mapping[str, ConfigFamily] = {
    "llama": LLAMA,
    "llama4": ConfigFamily("Llama", biases="none"),
    "mistral": ConfigFamily("Mistral", biases="none"),
    "mixtral": ConfigFamily("Mistral", biases="none"),
    "phi3": ConfigFamily("Phi", biases="none"),
    "qwen2": ConfigFamily("Qwen", biases="qkv"),
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
    "gemma3": ConfigFamily("Gemma", tied=True, norms=4, qk_norm=True, alternating=6),
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
    "gpt2": ConfigFamily("GPT-2", tied=True, gated=False),
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
    "step3p7": "its sliding-window layers have heads of their own, which the config does not state in full",
}


def family_of(model_type: str) -> ConfigFamily | None:
    """Return the family of a `model_type`; None for one that is not known. A language model within a multimodal one
    ends in `_text`."""
    return FAMILIES.get(model_type.removesuffix("_text"))
