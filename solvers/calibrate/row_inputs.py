"""The inputs of a row of measurements: those of the other kind of measurement, and what a training step leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from solvers.errors import InputError, InputErrors
from solvers.quantities import to_si

from .table_columns import GLOBAL_BATCH, OF_SERVING, OF_TRAINING, ONE, TRAINING


def out_of_place(number: int, wall: str, text: Mapping[str, str]) -> Iterator[InputError]:
    """Yield an error for each input of a row that belongs to the other kind of measurement."""
    others, whose = (OF_SERVING, "serving") if wall == TRAINING else (OF_TRAINING, "a training step")
    for name in others:
        if name in text:
            yield InputError(f"row-{number}.{name}", f"is an input of {whose}, which this row has no figure of.")


def training_text(number: int, text: Mapping[str, str]) -> dict[str, str]:
    """Return the question of a training step with what the row leaves out. Raise InputErrors."""
    field = f"row-{number}.{GLOBAL_BATCH}"
    if "sequence_length" not in text:
        raise InputErrors([InputError(f"row-{number}.sequence_length", "is empty; a training step needs it.")])
    whole = dict.fromkeys(ONE, "1") | dict(text)
    if GLOBAL_BATCH not in whole:
        return whole
    if "microbatches" in text:
        raise InputErrors([InputError(field, "follows from the micro-batches; leave one of them out.")])
    total = whole.pop(GLOBAL_BATCH)
    try:
        sequences, each = to_si(field, total, "1"), 1.0
        for name in ("data_parallel", "microbatch_size"):
            each *= to_si(f"row-{number}.{name}", whole[name], "1")
    except InputError as error:
        raise InputErrors([error]) from None
    if each <= 0 or sequences <= 0 or sequences % each:
        sentence = f"must be a multiple of data parallel × micro-batch size, {each:g}; '{total[:20]}' is not."
        raise InputErrors([InputError(field, sentence)])
    return whole | {"microbatches": f"{sequences / each:.0f}"}
