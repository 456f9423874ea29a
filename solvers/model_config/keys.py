"""The keys of a config: which were read and what for, which figures had to be assumed, and which keys are left over."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solvers.errors import InputError

# Where the sizes of the language model of a multimodal model are.
_TEXT = ("text_config", "llm_config", "language_config", "thinker_config")
# Where DBRX and MPT have the sizes of a part of a layer.
_PARTS = ("attn_config", "ffn_config")
# Larger numbers are no sizes of a network.
_MOST = 1e12
MOST_LAYERS = 2_000

# Keys that say how a model is trained, run or stored, and change neither its parameters nor its cache.
_SIZELESS = """
    _attn_implementation _name_or_path activation_dropout activation_function add_cross_attention alibi
    apply_residual_connection_post_layernorm apply_spec_augment architectures attention_dropout
    attention_multiplier attention_probs_dropout_prob attention_softmax_in_fp32 attention_value_scale
    attn_implementation attn_logit_softcapping attn_pdrop attn_scale attn_temperature_tuning attn_type
    attn_uses_sequence_id audio_config audio_token_id auto_map aux_loss_alpha bad_words_ids
    begin_suppress_tokens bias_dropout_fusion boa_token_id boi_token_id boi_token_index bos_token_id chunk_size
    chunk_size_feed_forward classif_dropout classifier_dropout clip_qkv compression_config
    cross_attention_hidden_size d_inner decoder_layerdrop decoder_start_token_id dense_act_fn diversity_penalty
    do_layer_norm_before do_sample downsample_ratio dropout dropout_rate dtype dynamic_image_size early_stopping
    emb_pdrop embd_pdrop embedding_multiplier encoder_layerdrop encoder_no_repeat_ngram_size eoa_token_id
    eoa_token_index eoi_token_id eoi_token_index eos_token_id ep_size epsilon expert_dtype
    exponential_decay_length_penalty ffn_act_fn ffn_type final_logit_softcapping finetuning_task floor_scale
    force_image_size forced_bos_token_id forced_eos_token_id fused_add_norm gradient_checkpointing hidden_act
    hidden_activation hidden_dropout hidden_dropout_prob id2label ignore_index image_grid_pinpoints
    image_placeholder image_seq_length image_token_id image_token_index index_share_for_mtp_iteration
    index_skip_topk_offset index_topk_freq indexer_rope_interleave init_device initial_context_length
    initializer_factor initializer_range input_jitter_noise is_decoder is_encoder_decoder is_gated_act label2id
    layer_norm_eps layer_norm_epsilon layerdrop layernorm_epsilon length_penalty logit_scale logits_scaling
    mamba_chunk_size mamba_hidden_act mamba_ssm_cache_dtype mamba_ssm_dtype masked_softmax_fusion
    max_dynamic_patch max_length media_placeholder_token_id median_filter_width min_dynamic_patch min_length
    mlp_hidden_act mlp_type mm_tokens_per_image model_max_length moe_jitter_eps moe_loss_weight
    moe_normalize_expert_weights moe_router_dtype moe_router_scaling_factor moe_shared_expert_overlap
    mrope_interleaved mtp_hybrid_override_pattern mtp_layers_block_type n_group no_bias no_repeat_ngram_size
    no_rope_layer_interval no_rope_layers norm_eps norm_topk_prob norm_type normalize_before normalize_embedding
    num_beam_groups num_beams num_hash_layers num_logits_to_keep num_return_sequences
    original_max_position_embeddings output_attentions output_hidden_states output_router_logits output_scores
    pad2square pad_token_id partial_rotary_factor position_embedding_type prefix pretraining_tp problem_type
    projector_hidden_act pruned_heads ps_version qa_dropout qk_head_dim quantization_config
    query_pre_attn_scalar remove_invalid_values repetition_penalty rescale_prenorm_residual resid_pdrop
    residual_in_fp32 residual_multiplier return_dict return_dict_in_generate rms_norm rms_norm_eps
    rope_interleave rope_local_base_freq rope_parameters rope_scaling rope_theta rotary rotary_dim
    rotary_emb_base rotary_pct routed_scaling_factor router_aux_loss_coef router_jitter_noise router_z_loss_coef
    scale_embedding scoring_func select_layer sep_token_id seq_aux seq_classif_dropout slow_but_exact
    spatial_merge_size summary_activation summary_first_dropout summary_proj_to_labels summary_type
    summary_use_proj suppress_tokens swa_rope_theta swiglu_alpha swiglu_limit task_specific_params temperature
    template tf_legacy_loss tie_encoder_decoder time_step_floor time_step_init_scheme time_step_limit
    time_step_max time_step_min time_step_scale tokenizer_class top_k top_p topk_group topk_method torch_dtype
    torchscript transformers_version typical_p use_backbone_lora use_bfloat16 use_bidirectional_attention
    use_cache use_llm_lora use_mamba_kernels use_mrope use_mtp use_parallel_residual use_qk_norm
    use_routing_bias use_thumbnail verbose video_placeholder video_token_id video_token_index vision_config
    vision_end_token_id vision_feature_layer vision_feature_select_strategy vision_start_token_id
"""
_NO_SIZE = frozenset(_SIZELESS.split())


@dataclass(frozen=True)
class ConfigField:
    """A key of a config or an assumed figure: its name, its value as text, and what it says or why it is assumed."""

    name: str
    value: str
    meaning: str


class ConfigKeys:
    """The keys of a config. Those of the language model of a multimodal model take precedence. Each key that is read is
    noted; a value that can't be used is an error, and its default stands for it."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        nested = [config[name] for name in _TEXT if isinstance(config.get(name), Mapping)]
        inner: Mapping[str, Any] = nested[0] if nested else {}
        self.outer, self.values = config, {**config, **inner}
        self.nested = bool(nested)
        for name in _TEXT:
            self.values.pop(name, None)
        for name in _PARTS:
            if isinstance(self.values.get(name), Mapping):
                self.values = {**self.values.pop(name), **self.values}
        self._filled: set[str] = set()
        self.read: dict[str, ConfigField] = {}
        self.assumed: list[ConfigField] = []
        self.errors: list[InputError] = []

    def has(self, *names: str) -> bool:
        """Return whether a key of these is there and not null."""
        return any(self.values.get(name) is not None for name in names)

    def fill(self, defaults: Mapping[str, Any]) -> None:
        """Set the keys that are not there to the values that the class of the model gives them, as assumed."""
        for name, value in defaults.items():
            if name not in self.values:
                self.values[name] = value
                self._filled.add(name)

    def count(self, meaning: str, *names: str, default: int | None = None, low: int = 0) -> int:
        """Return the whole number of the first of these keys that is there. Without one, return the default, or note
        an error where there is none; `meaning` is what it counts."""
        name = next((name for name in names if self.values.get(name) is not None), None)
        if name is None:
            if default is None:
                self.errors.append(InputError(names[0], f"is needed: {meaning}."))
            return default if default is not None else 1
        value = self.values[name]
        whole = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not whole or value != int(value) or not low <= value <= _MOST:
            self.errors.append(InputError(name, f"needs a whole number from {low}; {_text(value)} is not one."))
            return default if default is not None else max(low, 1)
        for same in names:  # a key that says it again
            if self.values.get(same) == value:
                self._note(same, meaning)
        return int(value)

    def flag(self, meaning: str, *names: str, default: bool = False) -> bool:
        """Return the first of these keys that is true or false."""
        name = next((name for name in names if self.values.get(name) is not None), None)
        if name is None:
            return default
        if not isinstance(self.values[name], bool):
            self.errors.append(InputError(name, f"must be true or false; {_text(self.values[name])} is neither."))
            return default
        self._note(name, meaning)
        return bool(self.values[name])

    def text(self, meaning: str, name: str) -> str:
        """Return the text of a key; empty without one."""
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.errors.append(InputError(name, f"needs a text; {_text(value)} is not one."))
            return ""
        self._note(name, meaning)
        return value

    def listed(self, meaning: str, name: str) -> list[Any]:
        """Return the list of a key; empty without one. Of another value it notes an error."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > MOST_LAYERS:
            self.errors.append(InputError(name, f"needs a list of at most {MOST_LAYERS:,}; {_text(value)} is not one."))
            return []
        self._note(name, meaning)
        return value

    def assume(self, figure: str, value: Any, why: str) -> None:
        """Note a figure that the config does not have."""
        self.assumed.append(ConfigField(figure, _text(value), why))

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the keys that were neither read nor are known to change no size; those that are null or empty say
        nothing."""
        known = _NO_SIZE | self.read.keys() | self._filled | {"model_type"}
        return tuple(sorted(k for k, v in self.values.items() if k not in known and v not in (None, False, [], {}, 0)))

    def _note(self, name: str, meaning: str) -> None:
        if name in self._filled:
            self.assume(name, self.values[name], "Not in the config: the default of transformers for this model_type.")
        else:
            self.read.setdefault(name, ConfigField(name, _text(self.values[name]), meaning))


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:59]}…"
