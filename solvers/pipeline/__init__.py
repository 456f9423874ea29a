"""Pipelines of walls: each stage takes inputs from the outputs of earlier stages, matched by name and unit.

`pipeline("scaling_laws", "parallelism", "tco")` wires the stages, `explain` says what would run and what is missing,
`run` runs it; `pipeline(...).explain()` and `.run(...)` are the same for a notebook. The package is called as its
function: `from solvers import pipeline`. Formulae that walls share are in `laws`; a pipeline only passes answers on.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from solvers.callable_module import make_callable
from solvers.registry import find

from .chain import Answer, Pipeline
from .explanation import Explanation, explain
from .run import Run, run, settle
from .wiring import GIVEN, Stage, wired

__all__ = ["GIVEN", "Answer", "Explanation", "Pipeline", "Run", "explain", "pipeline", "run", "settle"]


def pipeline(*stages: Stage | str, links: Mapping[str, str] | None = None) -> Pipeline:
    """Return the pipeline of `stages`, walls or their names. `links` connect outputs and inputs that have different
    names, `{"tco.duration": "parallelism.training_time"}`, also to a figure of a picked row,
    `{"parallelism.model.parameters": "scaling_laws.parameters"}`; the source `given` removes a connection. Raise
    InputErrors when the stages are not compatible."""
    found = tuple(find(stage) if isinstance(stage, str) else stage for stage in stages)
    return _made(found, tuple((links or {}).items()))


@lru_cache(maxsize=64)
def _made(stages: tuple[Stage, ...], links: tuple[tuple[str, str], ...]) -> Pipeline:
    """Return the same pipeline for the same stages and links: what is known of it before it runs is cached by it."""
    return Pipeline(*wired(stages, dict(links)))


make_callable(__name__, ".pipeline")
