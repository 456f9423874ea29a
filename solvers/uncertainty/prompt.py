"""`uncertainty(serving, {"batch_size": "8..32"})`: an uncertainty at a Python prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from solvers.declare import Solver
from solvers.errors import InputError, InputErrors
from solvers.notebook.call import question, refuse, specs_of
from solvers.registry import find

from .bands import Uncertainty
from .ranges import read_ranges
from .sample import sampled
from .sobol import SAMPLES


def uncertainty(
    solver: Solver[Any, Any] | str,
    ranges: Mapping[str, str],
    *,
    also: Sequence[Any] = (),
    samples: int = SAMPLES[1],
    seed: int = 0,
    **values: Any,
) -> Uncertainty:
    """Return the uncertainty of a wall's answer to the question `values` when inputs lie within `ranges`.

    `ranges` has text by input or by figure of a pick: `"8..32"`, `"1 ms..10 ms log"` for log-uniform, `"±20 %"` of the
    value. `values` are those of a call, one for each input. `also` are further specs or slugs for the wall's overlay
    (accelerators, as a rule), each compared with the first sample by sample. `samples` is a power of two from 128 to
    4096; twice as many are drawn, from a scrambled Sobol sequence, the same for the same `seed`.

    The result has a band (5th, 50th and 95th percentile) for each headline output with its Sobol indices, the shares
    of verdicts, and the rankings. Raise InputErrors for invalid values and ranges.

    >>> from solvers import roofline, uncertainty
    >>> found = uncertainty(roofline, {"efficiency": "0.3..0.5", "batch_size": "8..32"}, accelerator="h100-sxm5-80gb")
    >>> found.samples, found.labels
    (2048, ('Compute efficiency', 'Batch size'))
    """
    wall = find(solver) if isinstance(solver, str) else solver
    if samples < 128 or samples > SAMPLES[-1] or samples & (samples - 1):
        raise InputErrors(
            [InputError("samples", f"must be a power of two from 128 to {SAMPLES[-1]}; {samples} is not.")]
        )
    point = question(wall, values)
    refuse(wall, point)
    if also and not wall.overlay:
        raise InputErrors([InputError("also", f"can't be used here: {wall.title} draws one system at a time.")])
    try:
        others = specs_of(wall, wall.overlay, list(also)) if also else []
    except InputError as error:
        raise InputErrors([error]) from None
    return sampled(wall, point, read_ranges(wall, point, ranges), others, tuple(values), samples, seed)
