"""A page's own question, declared as a wall's is, so that it is read, resolved and drawn by the same pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from solvers.declare import Preset, Solver, declared_fields
from solvers.errors import InputError


def page_question(
    wall: Solver[Any, Any],
    *,
    name: str,
    title: str,
    inputs: type[Any],
    check: Callable[[Any], Iterable[InputError]],
    presets: tuple[Preset, ...],
) -> Solver[Any, Any]:
    """Another question put to `wall`: neither its inputs nor its checks, figures and fallacies are the wall's own."""
    return replace(
        wall,
        name=name,
        title=title,
        inputs=declared_fields(inputs),
        inputs_type=inputs,
        check=check,
        overlay="",
        figures=(),
        fallacies=(),
        presets=presets,
    )
