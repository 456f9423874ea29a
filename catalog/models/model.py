from __future__ import annotations

from django.db import models

from catalog.fields import QuantityField
from solvers import specs

from .row import CatalogRow


class Model(CatalogRow):
    """A neural network. Figures that follow from its architecture are computed (`solvers/shipped/figures.py`), not
    stored."""

    describes = specs.Model
    grouped_by = "family"

    class Architecture(models.TextChoices):
        DENSE = "dense_transformer", "Dense transformer"
        MOE = "moe_transformer", "Mixture of experts"
        ENCODER_DECODER = "encoder_decoder_transformer", "Encoder-decoder transformer"
        DUAL_ENCODER = "dual_encoder_transformer", "Dual-encoder transformer"
        SSM = "ssm", "State-space model"
        HYBRID = "hybrid", "Attention and state space"
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
        IMAGE_SEGMENTATION = "image segmentation", "Image segmentation"
        OBJECT_DETECTION = "object detection", "Object detection"
        PERSON_DETECTION = "person detection", "Person detection"
        ANOMALY_DETECTION = "anomaly detection", "Anomaly detection"
        KEYWORD_SPOTTING = "keyword spotting", "Keyword spotting"
        WAKE_WORD = "wake word", "Wake word"
        RECOMMENDATION = "recommendation", "Recommendation"

    family = models.CharField(max_length=40)
    task = models.CharField(max_length=24, choices=Task.choices)
    architecture = models.CharField(max_length=30, choices=Architecture.choices)
    release_year = models.PositiveSmallIntegerField(null=True, blank=True)

    parameters = QuantityField()
    active_parameters = QuantityField()
    layers = QuantityField()
    hidden_size = QuantityField()
    intermediate_size = QuantityField()
    mlp_matrices = QuantityField()
    vocabulary = QuantityField()
    context_length = QuantityField()

    attention_heads = QuantityField()
    kv_heads = QuantityField()
    head_dim = QuantityField()
    q_lora_rank = QuantityField()
    kv_lora_rank = QuantityField()
    qk_rope_head_dim = QuantityField("Rotary dimension", unit="1", help_text="Kept beside the latent for each token.")
    v_head_dim = QuantityField()
    state_size = QuantityField(unit="1", help_text="Of each channel of a state-space model.")

    kv_cache_layers = QuantityField()
    windowed_layers = QuantityField()
    attention_window = QuantityField()
    cross_attention_tokens = QuantityField()
    embedding_parameters = QuantityField()

    experts = QuantityField()
    experts_per_token = QuantityField()
    shared_experts = QuantityField()
    expert_layers = QuantityField()
    expert_intermediate_size = QuantityField()

    inference_flop = QuantityField()
    depthwise_flop = QuantityField()
    dense_flop = QuantityField()
    activation_bytes = QuantityField()
    model_file = QuantityField(unit="byte", display_unit="kB", help_text="Size of the reference file.")
    training_tokens = QuantityField()
    training_flop = QuantityField("training FLOP", unit="flop")

    def remarks(self) -> list[str]:
        return ["How many layers it has is not known: none are counted."] if self.layers is None else []
