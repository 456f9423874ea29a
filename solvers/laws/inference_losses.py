"""Where the time of a prefill or of a decode step on one device goes, by the law of kernels: the same pass as
`language_pass` prices, told by what keeps it from the peak rate."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from solvers.declare import Array, Truth
from solvers.laws.attention_kernels import ATTENTION_EFFICIENCY, decode_pairs, prefill_pairs
from solvers.laws.decoder import Layout
from solvers.laws.kernels import KernelDevice
from solvers.laws.language_pass import LanguagePass, ModelServer, price_decode, price_prefill
from solvers.laws.losses import StepLosses, chosen_losses
from solvers.laws.model_decoder import decoder_of, head_parameters
from solvers.laws.training_pass import scores_time
from solvers.laws.transformer_pass import PassTime, decode_pass, prefill_pass
from solvers.specs import Model, peak_rate


@dataclass(frozen=True, kw_only=True)
class InferenceLosses:
    """Seconds of a pass by loss, and the model's FLOP in it: those of matrix products and those of attention."""

    losses: StepLosses
    gemm_flop: Array
    attention_flop: Array


class Bubble(NamedTuple):
    """The waits of a pass beside its device: a pipeline of p `stages` and m `microbatches`, and `communication` in
    seconds that nothing hides."""

    stages: Array = 1.0
    microbatches: Array = 1.0
    communication: Array = 0.0


def inference_losses(
    model: Model, server: ModelServer, sequences: Array, length: Array, decodes: Truth, bubble: Bubble
) -> InferenceLosses:
    """Seconds by loss in which a `model` on one device of a `server` reads a number of `sequences` of `length` tokens,
    or where it `decodes` makes one token for each, with the waits of a `bubble`. Arrays broadcast. Chowdhery et al.
    2022, arXiv:2204.02311, appendix B, for the useful time; `price_prefill` and `price_decode` for all of it. The head
    runs on the last token of a sequence only. Losses are attributed in the order of `StepLoss`."""
    decode = np.asarray(decodes)
    if np.all(decode):
        return _decode_losses(model, server, sequences, length, bubble)
    if not np.any(decode):
        return _prefill_losses(model, server, sequences, length, bubble)
    one = _decode_losses(model, server, sequences, length, bubble)
    other = _prefill_losses(model, server, sequences, length, bubble)
    return InferenceLosses(
        losses=chosen_losses(decode, one.losses, other.losses),
        gemm_flop=np.where(decode, one.gemm_flop, other.gemm_flop),
        attention_flop=np.where(decode, one.attention_flop, other.attention_flop),
    )


def _decode_losses(
    model: Model, server: ModelServer, sequences: Array, length: Array, bubble: Bubble
) -> InferenceLosses:
    decoder = decoder_of(model)

    def floors(device: KernelDevice) -> PassTime:
        return decode_pass(decoder, device, Layout(), 1.0, 1.0)

    priced = price_decode(model, server, sequences, length)
    pairs = sequences * decode_pairs(decoder, length)
    return _losses(model, server, priced, _launches(server, floors), pairs, sequences, (sequences, length), bubble)


def _prefill_losses(
    model: Model, server: ModelServer, sequences: Array, length: Array, bubble: Bubble
) -> InferenceLosses:
    decoder = decoder_of(model)

    def floors(device: KernelDevice) -> PassTime:
        return prefill_pass(decoder, device, Layout(), 1.0, 1.0)

    priced = price_prefill(model, server, sequences, length)
    pairs, tokens = sequences * prefill_pairs(decoder, length, 0.0), sequences * np.asarray(length, dtype=float)
    return _losses(model, server, priced, _launches(server, floors), pairs, sequences, (tokens, length), bubble)


def _losses(
    model: Model,
    server: ModelServer,
    priced: LanguagePass,
    launches: PassTime,
    pairs: Array,
    sequences: Array,
    scored: tuple[Array, Array],
    bubble: Bubble,
) -> InferenceLosses:
    """The losses of a `priced` pass whose attention looks at a number of `pairs`; `scored` are the tokens whose scores
    are moved, and those that each looks at."""
    device, peak, time = server.kernel_device, peak_rate(server.chip, server.precision), priced.kernels
    attention_flop = np.asarray(4 * np.asarray(model.attention_heads) * model.head_dim * pairs)
    gemm_flop, head_flop = priced.flop - attention_flop, 2 * head_parameters(model) * sequences
    gemm_launch = launches.products + launches.experts + launches.head
    gemm_busy = time.products + time.experts + time.head - gemm_launch
    attention_busy = time.attention - launches.attention
    gemm = np.minimum((gemm_flop - head_flop) / device.product_rate + head_flop / device.half_rate, gemm_busy)
    attention = np.minimum(attention_flop / (ATTENTION_EFFICIENCY * device.half_rate), attention_busy)
    memory = gemm_busy - gemm + attention_busy - attention
    moved = scores_time(decoder_of(model), device, Layout(), *scored)

    def seconds(scores: Array) -> tuple[Array, ...]:
        waiting = (time.total + scores) * (np.asarray(bubble.stages) - 1) / bubble.microbatches
        ideal = (gemm_flop + attention_flop) / peak
        below = (gemm - gemm_flop / peak, attention - attention_flop / peak, 0.0)
        added = (scores, time.small, gemm_launch + launches.attention, 0.0, waiting, bubble.communication, 0.0)
        return (ideal, *below, memory, *added)

    return InferenceLosses(
        losses=StepLosses(
            fused=seconds(0.0),
            unfused=seconds(moved),
            gemm=time.products + time.experts + time.head,
            attention=time.attention,
            scores=moved,
            convolution=np.zeros_like(moved),
        ),
        gemm_flop=gemm_flop,
        attention_flop=attention_flop,
    )


def _launches(server: ModelServer, floors: Callable[[KernelDevice], PassTime]) -> PassTime:
    """Return the seconds of the floors of kernels, by class: the same for a pass of any size."""
    device = server.kernel_device
    without = dataclasses.replace(device, constants=dataclasses.replace(device.constants, kernel_floor=0.0))
    pairs = zip(vars(floors(device)).items(), vars(floors(without)).values(), strict=True)
    return PassTime(**{name: np.asarray(one - other) for (name, one), other in pairs})
