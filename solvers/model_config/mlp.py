"""Parameters of the MLPs of a decoder, dense and of experts."""

from __future__ import annotations

from dataclasses import dataclass

from solvers.errors import InputError

from .families import ConfigFamily
from .keys import ConfigKeys

_MLP_BIASES = ("mlp_bias", "use_bias", "bias")


@dataclass(frozen=True)
class MlpCount:
    """The MLPs as counts: the parameters of a dense one; of one routed expert; and of what every token passes in a
    layer with experts: router, shared experts, projections."""

    dense: int
    expert: int
    always: int
    dense_width: int
    expert_width: int
    experts: int
    per_token: int
    shared: float
    matrices: int


def mlp_count(
    keys: ConfigKeys, family: ConfigFamily, hidden: int, experts_present: bool, dense_present: bool
) -> MlpCount:
    """Return the counts of the MLPs of a decoder. `experts_present`: some layer has experts."""
    matrices = 3 if family.gated else 2
    names = ("intermediate_size_mlp", "dense_intermediate_size", "intermediate_size", "n_inner", "ffn_dim", "d_ff")
    ratio = keys.count("width of an MLP over hidden size", "expansion_ratio", default=4)
    width = keys.count("width of an MLP", *names, default=0 if not dense_present else ratio * hidden)
    if dense_present and not keys.has(*names, "expansion_ratio"):
        keys.assume("MLP width", width, "Four times the hidden size, since the config has no figure.")
    bias = keys.flag("whether MLPs have biases", *_MLP_BIASES, default=family.mlp_biases)
    dense = matrices * hidden * width + ((matrices - 1) * width + hidden if bias else 0)
    if not experts_present:
        return MlpCount(dense, 0, 0, width, 0, 0, 0, 0.0, matrices)
    number = ("n_routed_experts", "num_local_experts", "num_experts", "moe_num_experts")
    experts = keys.count("routed experts", *number, low=1)
    per = ("num_experts_per_tok", "num_experts_per_token", "experts_per_token", "top_k_experts", "moe_top_k")
    inner = ("moe_intermediate_size", "intermediate_size", "ffn_hidden_size")
    per_token = keys.count("experts per token", *per, low=1)
    if per_token > experts:
        keys.errors.append(InputError(per[0], f"must be at most the {experts:,} experts; {per_token:,} is not."))
    own = keys.count("width of an expert", *inner, low=1)
    entrance = keys.count("width of the vector experts receive", "moe_latent_size", default=hidden)
    expert = matrices * entrance * own + (2 * own + hidden if family.expert_biases else 0)
    beside = _shared_width(keys, own)
    always = hidden * experts + matrices * hidden * beside
    always += 2 * hidden * entrance if entrance != hidden else 0
    always += experts if family.router_bias or family.expert_biases else 0
    always += hidden if family.shared_gate and beside else 0
    return MlpCount(dense, expert, always, width, own, experts, per_token, beside / own, matrices)


def _shared_width(keys: ConfigKeys, own: int) -> int:
    """Return the width of the MLP that every token passes beside its experts."""
    if str(keys.values.get("model_type", "")).startswith("llama4"):
        keys.assume("shared experts", 1, "Llama 4 has one beside the routed ones.")
        return own
    stated = (
        "shared_expert_intermediate_size",
        "moe_shared_expert_intermediate_size",
        "share_expert_dim",
        "shared_intermediate_size",
    )
    if keys.has(*stated):
        keys.count("shared experts", "n_shared_experts", default=1)
        return keys.count("width of the shared experts", *stated)
    shared = keys.count("shared experts", "n_shared_experts", "num_shared_experts", default=0)
    return shared * own
