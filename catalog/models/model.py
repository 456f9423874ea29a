from __future__ import annotations

from typing import Any

from django.db import models

from catalog.fields import QuantityField
from solvers import specs

from .row import Row

# Inner width of a Mamba block over its hidden size: Gu and Dao 2023, section 3.4 (arXiv:2312.00752).
_MAMBA_EXPANSION = 2


class Model(Row):
    """A network. What follows from its geometry is computed here rather than stored twice."""

    describes = specs.Model
    grouped_by = "family"

    class Architecture(models.TextChoices):
        DENSE = "dense_transformer", "Dense transformer"
        MOE = "moe_transformer", "Mixture of experts"
        ENCODER_DECODER = "encoder_decoder_transformer", "Encoder-decoder transformer"
        DUAL_ENCODER = "dual_encoder_transformer", "Dual-encoder transformer"
        SSM = "ssm", "State-space model"
        CNN = "cnn", "Convolutional network"
        MLP = "mlp", "Multi-layer perceptron"
        DIFFUSION = "diffusion", "Diffusion"
        RECSYS = "recsys", "Recommender"

    class Task(models.TextChoices):
        TEXT_GENERATION = "text generation", "Text generation"
        TEXT_TO_TEXT = "text to text", "Text to text"
        SPEECH_RECOGNITION = "speech recognition", "Speech recognition"
        TEXT_ENCODING = "text encoding", "Text encoding"
        IMAGE_TEXT_EMBEDDING = "image-text embedding", "Image-text embedding"
        IMAGE_CLASSIFICATION = "image classification", "Image classification"
        IMAGE_GENERATION = "image generation", "Image generation"
        OBJECT_DETECTION = "object detection", "Object detection"
        PERSON_DETECTION = "person detection", "Person detection"
        ANOMALY_DETECTION = "anomaly detection", "Anomaly detection"
        KEYWORD_SPOTTING = "keyword spotting", "Keyword spotting"
        WAKE_WORD = "wake word", "Wake word"
        RECOMMENDATION = "recommendation", "Recommendation"

    # These emit one token after another; every other task is one pass (a diffusion step counts as one).
    TOKEN_BY_TOKEN = frozenset({Task.TEXT_GENERATION, Task.TEXT_TO_TEXT, Task.SPEECH_RECOGNITION})

    family = models.CharField(max_length=40)
    task = models.CharField(max_length=24, choices=Task.choices)
    architecture = models.CharField(max_length=30, choices=Architecture.choices)
    release_year = models.PositiveSmallIntegerField(null=True, blank=True)

    parameters = QuantityField()
    active_parameters = QuantityField()
    layers = QuantityField()
    hidden_size = QuantityField()
    intermediate_size = QuantityField(unit="1", help_text="Of one expert in a mixture.")
    vocabulary = QuantityField()
    context_length = QuantityField()

    attention_heads = QuantityField()
    kv_heads = QuantityField()
    head_dim = QuantityField()
    kv_lora_rank = QuantityField("Latent rank", unit="1", help_text="Multi-head latent attention: width of the latent.")
    qk_rope_head_dim = QuantityField("Rotary dimension", unit="1", help_text="Kept beside the latent for each token.")
    state_size = QuantityField(unit="1", help_text="Of each channel of a state-space model.")

    kv_elements_full = QuantityField()
    kv_elements_windowed = QuantityField()
    attention_window = QuantityField()
    kv_elements_fixed = QuantityField()
    embedding_parameters = QuantityField()

    experts = QuantityField()
    shared_experts = QuantityField(unit="1", help_text="Used by every token.")
    experts_per_token = QuantityField()

    inference_flop = QuantityField()
    activation_bytes = QuantityField()
    model_file = QuantityField(unit="byte", shown="kB", help_text="Size of the reference file.")
    training_tokens = QuantityField()
    training_flop = QuantityField("training FLOP", unit="flop")

    @property
    def kv_elements_per_token_per_layer(self) -> float | None:
        """Under multi-head latent attention a token leaves one latent vector and its rotary part."""
        return None if self.kv_lora_rank is None else self.kv_lora_rank + (self.qk_rope_head_dim or 0)

    @property
    def state_elements(self) -> float | None:
        """A state of `state_size` for each inner channel of each layer."""
        if self.state_size is None or self.layers is None or self.hidden_size is None:
            return None
        return float(self.layers * _MAMBA_EXPANSION * self.hidden_size * self.state_size)

    @property
    def expert_parameters(self) -> float | None:
        """A token leaves out (1 − k/E) of the routed parameters R, and that is N − Na. By the counts rather than by
        3·hidden·intermediate·experts·layers: how many layers are routed is no column, and the counts know it."""
        if not self.experts or self.experts_per_token is None or self.active_parameters is None:
            return None
        left_out = 1 - self.experts_per_token / self.experts
        return float((self.parameters - self.active_parameters) / left_out) if left_out > 0 else None

    @property
    def generative(self) -> float:
        return float(self.task in self.TOKEN_BY_TOKEN)

    def figures(self) -> dict[str, Any]:
        """A dense model uses all its parameters: no figure of its own, so that a question that changes the one changes
        the other."""
        figures = super().figures()
        if not self.experts and figures["active_parameters"] == figures["parameters"]:
            figures["active_parameters"] = None
        return figures

    def remarks(self) -> list[str]:
        return ["How many layers it has is not known: none are counted."] if self.layers is None else []
