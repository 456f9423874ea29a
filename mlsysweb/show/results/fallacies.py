"""Fallacies about a wall and the two questions that refute each, with today's figures. Any page can show them with
`shared/_fallacies.html`. Cached per catalog version."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from catalog.models import CatalogVersion
from mlsysweb.answer import answer
from solvers.declare import Fallacy, Solver
from solvers.errors import InputErrors
from solvers.fields import Choice, Input
from solvers.formatting import fill_slots, format_value
from solvers.result import Result, Value
from solvers.specs import columns

from .page import Case, FallacyResult, Guess

# Relative difference up to which two figures are about the same.
_SAME = 0.05


def fallacies(solver: Solver[Any, Any], base: str) -> tuple[FallacyResult, ...]:
    """Return the fallacies of a wall; `base` is the path of its page."""
    return _fallacies(solver, base, CatalogVersion.now())


# The catalog version is part of the cache key: entries of an older catalog are not used again.
@lru_cache(256)
def _fallacies(solver: Solver[Any, Any], base: str, version: str) -> tuple[FallacyResult, ...]:
    pointwise = solver.without_charts  # so that no sweep is computed
    return tuple(_told(pointwise, fallacy, base) for fallacy in solver.fallacies)


def _told(solver: Solver[Any, Any], fallacy: Fallacy, base: str) -> FallacyResult:
    label = solver.outputs[fallacy.output].label
    try:
        before, after = answer(solver, fallacy.before), answer(solver, fallacy.after)
    except InputErrors as bad:
        said = " ".join(f"{error.field} {error.sentence}" for error in bad.errors)
        return FallacyResult(
            fallacy.claim, f"Not computable with the current catalog: {said}", label, None, None, False
        )
    one, other = before.values[fallacy.output], after.values[fallacy.output]
    refuted = bool(fallacy.refuted(one.value, other.value))  # type: ignore[arg-type]
    values = {"before": one, "after": other, "ratio": _ratio(one, other)}
    return FallacyResult(
        claim=fallacy.claim,
        truth=fill_slots(fallacy.truth if refuted else _BORNE_OUT, values),
        label=label,
        before=_side(solver, before, fallacy.before, one, base),
        after=_side(solver, after, fallacy.after, other, base),
        refuted=refuted,
        guesses=_guesses(one, other),
    )


def _guesses(before: Value, after: Value) -> tuple[Guess, ...]:
    """Return what may happen to an output: of a time slower or faster, of any other number higher or lower."""
    one, other = before.value, after.value
    if not isinstance(one, float) or not isinstance(other, float):
        return Guess("It changes", one != other), Guess("It stays the same", one == other)
    same = one == other or abs(other - one) <= _SAME * abs(one)
    less, more = ("Faster", "Slower") if before.unit == "s" else ("Lower", "Higher")
    return Guess(less, not same and other < one), Guess("About the same", same), Guess(more, not same and other > one)


_BORNE_OUT = "True with the current catalog: from {before} to {after}."


def _ratio(before: Value, after: Value) -> Value:
    numbers = isinstance(before.value, float) and isinstance(after.value, float) and before.value != 0
    return Value(after.value / before.value if numbers else math.nan, "1")  # type: ignore[operator]


def _side(solver: Solver[Any, Any], result: Result, text: Mapping[str, str], found: Value, base: str) -> Case:
    asked = ", ".join(_asked(solver, result)) or "default inputs"
    return Case(asked, format_value(found), f"{base}?{urlencode(text)}" if text else base)


def _asked(solver: Solver[Any, Any], result: Result) -> Iterator[str]:
    """Yield the inputs in which the question differs from the defaults, as in the form."""
    for name, text in result.text.items():
        pick, _, figure = name.partition(".")
        io = solver.inputs[pick]
        if figure:
            yield f"{columns(io.kind)[figure].label} {text.replace('x', '×', 1)}"  # type: ignore[union-attr]
        elif isinstance(io, Input):
            yield f"{io.label} {format_value(result.values[name])}"
        elif isinstance(io, Choice):
            yield f"{io.label}: {io.labels.get(text, text)}"
        else:
            yield str(result.values[name].value)
