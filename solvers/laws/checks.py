"""What makes a model, a chip and a question go together; each says which field to mend and how.

Run once on the point a person asked for, never on a sweep: there an impossible row is unknown, not an error.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from solvers.declare import Codes
from solvers.errors import InputError
from solvers.laws.phase import Phase, effective_phase, generates
from solvers.specs import Accelerator, Model, Precision, arithmetic_format


def arithmetic(
    chip: Accelerator, precision: Codes, fields: tuple[str, str] = ("accelerator", "precision")
) -> Iterator[InputError]:
    """The chip must have a memory bandwidth and a rate that serves the format."""
    own = [p.name.lower() for p in Precision if not math.isnan(chip.peak[p])]
    if not own:
        yield InputError(fields[0], f"has no known arithmetic rate: the catalog gives none for {chip.name}.")
    elif arithmetic_format(chip, precision) < 0:
        wanted = Precision(int(precision)).name.lower()
        yield InputError(
            fields[1], f"can't be {wanted} on {chip.name}, which computes in {', '.join(own)}: nothing as wide serves."
        )
    if math.isnan(chip.memory_bandwidth):
        yield InputError(fields[0], f"has no known memory bandwidth: the catalog gives none for {chip.name}.")


def phase(model: Model, asked: Codes) -> Iterator[InputError]:
    """The model must be able to take the step asked for."""
    meant = Phase(int(effective_phase(model, asked)))
    if meant is Phase.FORWARD and math.isnan(model.inference_flop):
        field = "phase" if asked == Phase.FORWARD else "model"
        yield InputError(
            field, f"can't be one forward pass of {model.name}: its FLOP per pass are not known. {_other(model)}"
        )
    if meant is not Phase.FORWARD and not generates(model):
        yield InputError(
            "phase", f"can't be {meant.name.lower()}: {model.name} does not generate tokens. Choose forward."
        )


def _other(model: Model) -> str:
    return "Choose decode or prefill." if generates(model) else "Choose another model."
