"""Parameters and sizes of networks with an encoder: BERT, T5, BART and Whisper."""

from __future__ import annotations

from dataclasses import dataclass

from .keys import ConfigKeys


@dataclass(frozen=True)
class EncoderCount:
    """A network with an encoder, as counts: parameters and those of the embedding, its sizes, and of an encoder-decoder
    the layers that keep keys and values and how many outputs of the encoder they keep."""

    parameters: int
    embedding: int
    layers: int
    hidden: int
    heads: int
    head_dim: int
    width: int
    matrices: int
    vocabulary: int
    context: int
    decoder_layers: int = 0
    encoder_tokens: int = 0


def encoder(keys: ConfigKeys, pooled: bool = True) -> EncoderCount:
    """Return the counts of an encoder such as BERT: Devlin et al. 2018, arXiv:1810.04805. One that is not `pooled` is
    DistilBERT: neither pooler nor kinds of segments, Sanh et al. 2019, arXiv:1910.01108."""
    hidden = keys.count("hidden size", "hidden_size", "dim", low=1)
    layers = keys.count("layers", "num_hidden_layers", "n_layers", low=1)
    heads = keys.count("attention heads", "num_attention_heads", "n_heads", low=1)
    width = keys.count("width of an MLP", "intermediate_size", "hidden_dim", default=4 * hidden)
    vocabulary = keys.count("vocabulary", "vocab_size", low=1)
    context = keys.count("positions", "max_position_embeddings", default=512)
    kinds = keys.count("kinds of segments", "type_vocab_size", default=2 if pooled else 0)
    embedding = (vocabulary + context + kinds) * hidden
    layer = 4 * (hidden * hidden + hidden) + 2 * hidden * width + width + hidden + 4 * hidden
    parameters = embedding + 2 * hidden + layers * layer
    if pooled:
        keys.assume("pooler", "counted", "Encoders of this family are published with one.")
        parameters += hidden * hidden + hidden
    return EncoderCount(parameters, embedding, layers, hidden, heads, hidden // heads, width, 2, vocabulary, context)


def encoder_decoder(keys: ConfigKeys, model_type: str) -> EncoderCount:
    """Return the counts of an encoder-decoder of one of three families."""
    return {"t5": _t5, "bart": _bart, "whisper": _whisper}[model_type](keys)


def _t5(keys: ConfigKeys) -> EncoderCount:
    """Raffel et al. 2019, arXiv:1910.10683: no biases, positions by buckets of distance."""
    hidden = keys.count("hidden size", "d_model", low=1)
    encoders = keys.count("layers of the encoder", "num_layers", low=1)
    decoders = keys.count("layers of the decoder", "num_decoder_layers", default=encoders)
    heads = keys.count("attention heads", "num_heads", low=1)
    head_dim = keys.count("width of a head", "d_kv", default=hidden // heads)
    width = keys.count("width of an MLP", "d_ff", low=1)
    vocabulary = keys.count("vocabulary", "vocab_size", low=1)
    buckets = keys.count("buckets of distance", "relative_attention_num_buckets", default=32)
    matrices = 3 if "gated" in keys.text("kind of MLP", "feed_forward_proj") else 2
    keys.text("distance of the last bucket", "relative_attention_max_distance")
    tokens = keys.count("tokens of the encoder", "n_positions", default=512)
    if not keys.has("n_positions"):
        keys.assume("cross-attention tokens", 512, "T5 was trained on 512 tokens.")
    attention, mlp = 4 * hidden * heads * head_dim, matrices * hidden * width
    tied = keys.flag("whether head and embedding are shared", "tie_word_embeddings", default=True)
    embedding = vocabulary * hidden
    parameters = embedding * (1 if tied else 2) + encoders * (attention + mlp + 2 * hidden)
    parameters += decoders * (2 * attention + mlp + 3 * hidden) + 2 * buckets * heads + 2 * hidden
    return EncoderCount(
        parameters,
        0 if tied else embedding,
        encoders + decoders,
        hidden,
        heads,
        head_dim,
        width,
        matrices,
        vocabulary,
        tokens,
        decoders,
        tokens,
    )


def _bart(keys: ConfigKeys) -> EncoderCount:
    """Lewis et al. 2019, arXiv:1910.13461: biases and learned positions."""
    hidden, vocabulary = keys.count("hidden size", "d_model", low=1), keys.count("vocabulary", "vocab_size", low=1)
    encoders, decoders, heads, widths = _stacks(keys)
    positions = keys.count("positions", "max_position_embeddings", default=1024)
    attention = 4 * (hidden * hidden + hidden)
    encoder_mlp, decoder_mlp = (2 * hidden * width + width + hidden for width in widths)
    parameters = vocabulary * hidden + 2 * (positions + 2) * hidden + 4 * hidden
    parameters += encoders * (attention + encoder_mlp + 4 * hidden)
    parameters += decoders * (2 * attention + decoder_mlp + 6 * hidden)
    layers, head_dim = encoders + decoders, hidden // heads
    return EncoderCount(
        parameters, 0, layers, hidden, heads, head_dim, widths[1], 2, vocabulary, positions, decoders, positions
    )


def _whisper(keys: ConfigKeys) -> EncoderCount:
    """Radford et al. 2022, arXiv:2212.04356: two convolutions before the encoder; keys have no bias."""
    hidden, vocabulary = keys.count("hidden size", "d_model", low=1), keys.count("vocabulary", "vocab_size", low=1)
    encoders, decoders, heads, widths = _stacks(keys)
    mels = keys.count("mel bins", "num_mel_bins", default=80)
    frames = keys.count("frames of the encoder", "max_source_positions", default=1500)
    tokens = keys.count("tokens of the decoder", "max_target_positions", default=448)
    attention = 4 * hidden * hidden + 3 * hidden
    encoder_mlp, decoder_mlp = (2 * hidden * width + width + hidden for width in widths)
    parameters = 3 * mels * hidden + hidden + 3 * hidden * hidden + hidden
    parameters += (frames + tokens + vocabulary) * hidden + 4 * hidden
    parameters += encoders * (attention + encoder_mlp + 4 * hidden)
    parameters += decoders * (2 * attention + decoder_mlp + 6 * hidden)
    layers, head_dim = encoders + decoders, hidden // heads
    return EncoderCount(
        parameters, 0, layers, hidden, heads, head_dim, widths[1], 2, vocabulary, tokens, decoders, frames
    )


def _stacks(keys: ConfigKeys) -> tuple[int, int, int, tuple[int, int]]:
    """Return the layers of encoder and decoder, the heads, and the widths of the MLPs of both."""
    encoders = keys.count("layers of the encoder", "encoder_layers", low=1)
    decoders = keys.count("layers of the decoder", "decoder_layers", default=encoders)
    keys.count("layers", "num_hidden_layers", default=encoders)
    heads = keys.count("attention heads", "decoder_attention_heads", low=1)
    keys.count("attention heads of the encoder", "encoder_attention_heads", default=heads)
    widths = (
        keys.count("width of an MLP of the encoder", "encoder_ffn_dim", low=1),
        keys.count("width of an MLP of the decoder", "decoder_ffn_dim", low=1),
    )
    return encoders, decoders, heads, widths
