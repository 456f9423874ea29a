"""Which kind of step a network takes (decode, prefill, forward, training) and its work; phases may be an array."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from enum import IntEnum

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.laws.training_work import training_work
from solvers.laws.transformer import Work, decode_work, forward_work, prefill_work
from solvers.specs import Model


class Phase(IntEnum):
    """The kind of step; AUTO lets the model decide."""

    AUTO = 0
    DECODE = 1
    PREFILL = 2
    FORWARD = 3
    TRAINING = 4


def effective_phase(model: Model, phase: Codes) -> Codes:
    """The code of `Phase` that `phase` means for a `model`: AUTO is decode where the model generates tokens, else one
    forward pass; others are unchanged. Arrays broadcast. Derived from the catalog row."""
    judged = ~np.isnan(model.inference_flop) & ~(np.asarray(model.state_elements) > 0)
    one_pass = np.where(np.isnan(model.generative), judged, model.generative == 0)
    return np.where(np.asarray(phase) == Phase.AUTO, np.where(one_pass, Phase.FORWARD, Phase.DECODE), phase)


def generates(model: Model) -> Truth:
    """Whether (true or false) a `model` generates tokens, so that decode and prefill are defined: it has a KV cache or
    a recurrent state and is not marked as not generative. Arrays broadcast. Derived from the catalog row."""
    remembers = (np.asarray(model.kv_heads) > 0) | (np.asarray(model.state_elements) > 0)
    latent = ~np.isnan(model.kv_elements_per_token_per_layer)
    return np.asarray((remembers | latent) & (np.asarray(model.generative) != 0))


def is_trainable(model: Model) -> Truth:
    """Whether (true or false) the work of training a `model` is known: its FLOP per pass, or the sizes of its layers.
    Arrays broadcast. Derived from the catalog row."""
    return np.asarray(~np.isnan(model.inference_flop) | ((model.hidden_size > 0) & (model.layers > 0)))


def step_work(model: Model, phase: Codes, batch_size: Array, context: Array, prompt: Array, precision: Codes) -> Work:
    """Work (FLOP and bytes) of one step of a `model` in a `phase` (codes of `Phase`) on B sequences (`batch_size`):
    decode after `context` tokens, prefill of or training on `prompt` tokens, weights and KV cache in `precision` (codes
    of `Precision`), no prompt cached. Arrays broadcast, phases included. Derived: the work of the phase, see
    `decode_work`, `prefill_work`, `forward_work` and `training_work`. FLOP are unknown for a phase that the model does
    not support."""
    meant = effective_phase(model, phase)
    kinds: dict[Phase, Callable[[], Work]] = {
        Phase.DECODE: lambda: _known_where(
            generates(model), decode_work(model, batch_size, context, precision, precision)
        ),
        Phase.PREFILL: lambda: _known_where(
            generates(model), prefill_work(model, batch_size, prompt, 0.0, precision, precision)
        ),
        Phase.FORWARD: lambda: forward_work(model, batch_size, precision),
        Phase.TRAINING: lambda: _known_where(is_trainable(model), training_work(model, batch_size, prompt, precision)),
    }
    present = [Phase(int(code)) for code in np.unique(meant)] or [Phase.FORWARD]  # an empty batch still needs a phase
    works = {kind: kinds[kind]() for kind in present}
    if len(works) == 1:
        return works[present[0]]
    return _select_by_phase(meant, works)


def _known_where(able: Truth, work: Work) -> Work:
    return work if np.all(able) else dataclasses.replace(work, flop=np.where(able, work.flop, np.nan))


def _select_by_phase(meant: Codes, works: dict[Phase, Work]) -> Work:
    """Return the work of each row's phase, every one of which is among `works`."""
    first, *others = works
    names = [f.name for f in dataclasses.fields(Work)]
    chosen = {name: getattr(works[first], name) for name in names}
    for kind in others:
        here = np.asarray(meant) == kind
        chosen = {name: np.where(here, getattr(works[kind], name), chosen[name]) for name in names}
    return Work(**chosen)
