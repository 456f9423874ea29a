"""KV caches in pages and in contiguous reservations: how much of them stays empty."""

from __future__ import annotations

import numpy as np

from solvers.declare import Array


def pages_per_request(context: Array, page_size: Array) -> Array:
    """Pages a request takes, a dimensionless count: ⌈s/p⌉, with s the tokens of its `context` and p the tokens per page
    (`page_size`). Arrays broadcast. Kwon et al. 2023, arXiv:2309.06180, section 4.1. No pages are shared."""
    return np.ceil(context / np.asarray(page_size))


def internal_fragmentation(context: Array, reserved: Array) -> Array:
    """Dimensionless share of a reservation that stays empty: (r − s)/r, with s the tokens of the `context` and r the
    tokens `reserved` for it (at least s). Arrays broadcast. Kwon et al. 2023, arXiv:2309.06180, section 3.1. Within a
    request: gaps between reservations are not counted."""
    return np.asarray((reserved - context) / reserved)
