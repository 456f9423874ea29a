"""Layers and width of a transformer of which only the size is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.declare import Array

# Hidden size for each layer, and dimensions of a head.
_ASPECT, _HEAD = 128, 128
# Tensor parallelism divides heads by powers of two, usually up to 8. Heads are a multiple of the largest of these
# that is at most a third of a network's heads; a coarser step would make small networks too deep or too wide.
_DIVISORS, _FEWEST_MULTIPLES = (8.0, 4.0, 2.0), 3


@dataclass(frozen=True)
class NetworkShape:
    """Counts of a dense transformer: its layers, hidden size, attention heads and the dimensions of each."""

    layers: Array
    hidden_size: Array
    attention_heads: Array
    head_dim: Array


def dense_transformer_shape(parameters: Array) -> NetworkShape:
    """The shape, in whole counts, of a dense transformer of N `parameters`: N = 12·L·h² with a hidden size h of 128 for
    each of its L layers, so L = (N/(12·128²))^(1/3), and heads of 128 dimensions. 8 tensor-parallel devices divide the
    number of heads from 24 on (4 from 12 on, 2 from 6 on); then L = N/(12·h²) again. At least one of each, unknown
    (NaN) where N is. Arrays broadcast. Kaplan et al. 2020, arXiv:2001.08361, table 1 (12·L·h², without embeddings) and
    section 3.1 (h/L hardly changes the loss); Brown et al. 2020, arXiv:2005.14165, table 2.1: 128 is what GPT-3 of 6.7
    billion parameters and more has. Below a billion parameters embeddings are a larger part and networks are deeper for
    their width."""
    size = np.asarray(parameters, dtype=float)
    layers = np.maximum(np.round(np.cbrt(size / (12 * _ASPECT**2))), 1)
    wide = np.sqrt(size / (12 * layers)) / _HEAD
    step = np.select([wide >= _FEWEST_MULTIPLES * each for each in _DIVISORS], _DIVISORS, 1.0)
    heads = np.maximum(step * np.round(wide / step), 1)
    layers = np.maximum(np.round(size / (12 * (heads * _HEAD) ** 2)), 1)
    return NetworkShape(layers, heads * _HEAD, heads, np.where(np.isnan(size), np.nan, float(_HEAD)))
