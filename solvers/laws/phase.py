"""Which kind of step a network takes, and its work; a column of phases is as good as one."""

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
    """The phase meant: AUTO is decode for a model that generates tokens, else one forward pass."""
    judged = ~np.isnan(model.inference_flop) & ~(np.asarray(model.state_elements) > 0)
    one_pass = np.where(np.isnan(model.generative), judged, model.generative == 0)
    return np.where(np.asarray(phase) == Phase.AUTO, np.where(one_pass, Phase.FORWARD, Phase.DECODE), phase)


def generates(model: Model) -> Truth:
    """Whether decode and prefill mean anything: the model keeps keys and values or a state, and makes tokens."""
    remembers = (np.asarray(model.kv_heads) > 0) | (np.asarray(model.state_elements) > 0)
    latent = ~np.isnan(model.kv_elements_per_token_per_layer)
    return np.asarray((remembers | latent) & (np.asarray(model.generative) != 0))


def is_trainable(model: Model) -> Truth:
    """Whether what training takes is known: the FLOP of a pass, or the sizes of the layers."""
    return np.asarray(~np.isnan(model.inference_flop) | ((model.hidden_size > 0) & (model.layers > 0)))


def step_work(model: Model, phase: Codes, batch_size: Array, context: Array, prompt: Array, precision: Codes) -> Work:
    """The work of one step; a network is trained on sequences as long as the prompt; a KV cache is kept in the format of the weights and no prompt is cached. Arithmetic that
    a model cannot do, such as decoding one that does not generate, is unknown."""
    meant = effective_phase(model, phase)
    kinds: dict[Phase, Callable[[], Work]] = {
        Phase.DECODE: lambda: _if(generates(model), decode_work(model, batch_size, context, precision, precision)),
        Phase.PREFILL: lambda: _if(
            generates(model), prefill_work(model, batch_size, prompt, 0.0, precision, precision)
        ),
        Phase.FORWARD: lambda: forward_work(model, batch_size, precision),
        Phase.TRAINING: lambda: _if(is_trainable(model), training_work(model, batch_size, prompt, precision)),
    }
    present = [Phase(int(code)) for code in np.unique(meant)] or [Phase.FORWARD]  # no question at all has a kind, too
    works = {kind: kinds[kind]() for kind in present}
    if len(works) == 1:
        return works[present[0]]
    return _chosen(meant, works)


def _if(able: Truth, work: Work) -> Work:
    return work if np.all(able) else dataclasses.replace(work, flop=np.where(able, work.flop, np.nan))


def _chosen(meant: Codes, works: dict[Phase, Work]) -> Work:
    conditions = [np.asarray(meant) == kind for kind in works]
    return Work(
        **{
            f.name: np.select(
                conditions, np.broadcast_arrays(*(getattr(w, f.name) for w in works.values()), meant)[:-1]
            )
            for f in dataclasses.fields(Work)
        }
    )
