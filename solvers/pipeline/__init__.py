"""Walls in a row: each takes what the ones before it found, by the same name and unit.

`pipeline("scaling_laws", "parallelism", "tco")` wires the stages, `explain` says what it would do and what is missing,
`run` does it; `pipeline(...).explain()` and `.run(...)` are the same for a notebook. The package is called as its
function: `from solvers import pipeline`. What two walls share to compute lies in `laws`; here they only hand each other their answers.
"""

from __future__ import annotations

from collections.abc import Mapping

from solvers.callable_module import make_callable
from solvers.registry import find

from .chain import Answer, Pipeline
from .explanation import Explanation, explain
from .run import Run, run, settle
from .wiring import GIVEN, Stage, wired

__all__ = ["GIVEN", "Answer", "Explanation", "Pipeline", "Run", "explain", "pipeline", "run", "settle"]


def pipeline(*stages: Stage | str, links: Mapping[str, str] | None = None) -> Pipeline:
    """The pipeline of `stages`, walls or their names. `links` join what has no common name, `{"tco.duration":
    "parallelism.training_time"}`, also into a figure of a pick, `{"parallelism.model.parameters":
    "scaling_laws.parameters"}`; the source `given` cuts a wire. Raises InputErrors when the stages do not go together."""
    return Pipeline(*wired([find(stage) if isinstance(stage, str) else stage for stage in stages], links or {}))


make_callable(__name__, ".pipeline")
