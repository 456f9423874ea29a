"""Draws the form of a design space from the typed text, the parsed search and the errors. Does not validate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mlsysweb.explore.ask.axes import AXIS
from mlsysweb.explore.ask.guided_form import guided_form
from mlsysweb.explore.ask.question import GOAL, MOST_AXES, MOST_GOALS, WALLS, DesignSpaceQuestion
from mlsysweb.explore.find.report import DeclaredSearch
from mlsysweb.explore.show.page import FormRow, SpaceForm
from mlsysweb.show.results.page import Link
from solvers.fields import Flag, Input, Output
from solvers.formatting import labelled
from solvers.pipeline.chain import Pipeline
from solvers.quantities import unit_label
from solvers.search.goals import metrics
from solvers.search.layouts import LAYOUT

_WIDE = {"grid": "Grid: its carbon, electricity price and water", "region": "Cloud region: its carbon and PUE"}
_LAYOUT = "Layout: all ways to divide so many devices over replicas, data, tensor, pipeline and context parallelism"


def space_form(
    question: DesignSpaceQuestion,
    steps: Pipeline | None,
    declared: DeclaredSearch | None,
    errors: Mapping[str, str],
    url: str,
) -> SpaceForm:
    """Return the form with all rows there may be; those beyond the next free one are hidden."""
    goals = [("", text) for text in question.goals]
    return SpaceForm(
        action=url,
        guided=guided_form(question, steps, errors, _told(declared)),
        walls=", ".join(question.walls),
        links=",".join(f"{target}:{source}" for target, source in question.links),
        axes=tuple(_sides(AXIS, question.axes, MOST_AXES, errors, _told(declared))),
        goals=tuple(_sides(GOAL, goals, MOST_GOALS, errors, {})),
        names=tuple(_names(steps)) if steps else (),
        phrases=tuple(_phrases(steps)) if steps else (),
        errors=tuple((name, errors.get(name, "")) for name in (WALLS,)),
        size=size_in_words(declared.search.space.shape) if declared else "",
    )


def size_in_words(shape: Sequence[int]) -> str:
    """Return the size of a space as text: `8 × 10 × 3 = 240 configurations`."""
    size = 1
    for length in shape:
        size *= length
    if len(shape) < 2:
        return f"{size:,} configuration{'s' if size != 1 else ''}"
    return f"{' × '.join(f'{length:,}' for length in shape)} = {size:,} configurations"


def _told(declared: DeclaredSearch | None) -> dict[str, str]:
    """Return the number of values of each axis, as text by field name."""
    if declared is None:
        return {}
    return {axis.name: f"{len(axis):,} values" for axis in declared.search.space.axes} | dict.fromkeys(
        declared.given, "constant"
    )


def _sides(
    kind: str, rows: Sequence[tuple[str, str]], most: int, errors: Mapping[str, str], told: Mapping[str, str]
) -> Iterator[FormRow]:
    for k in range(max(most, len(rows))):
        name, text = rows[k] if k < len(rows) else ("", "")
        yield FormRow(
            k,
            f"{kind} {k + 1}",
            name,
            text,
            errors.get(f"{kind}-{k}", ""),
            told.get(name, "") if name else "",
            k > len(rows),
        )


def _names(steps: Pipeline) -> Iterator[Link]:
    """Yield the names an axis may have: inputs that no wall computes, and the rows that set several inputs at once."""
    seen = set()
    for stage in steps.stages:
        for name, io in stage.inputs.items():
            if (stage.name, name) not in steps.wires and name not in seen:
                seen.add(name)
                yield Link(_labelled(io), name)
    if any(n in s.inputs for s in steps.stages for n in ("carbon_intensity", "electricity_price", "pue")):
        yield from (Link(words, name) for name, words in _WIDE.items())
    if "tensor_parallel" in seen and seen & {"data_parallel", "replicas"}:
        yield Link(_LAYOUT, LAYOUT)


def _labelled(io: Any) -> str:
    return labelled(io.label, unit_label(io.display_unit)) if isinstance(io, Input | Output) else str(io.label)


def _phrases(steps: Pipeline) -> Iterator[Link]:
    """Yield prefixes of goals for completion: any number can be minimized, maximized or limited, any flag required."""
    for name, metric in metrics(steps).items():
        io = metric.declared
        if isinstance(io, Output) and "." not in name:
            label = _labelled(io)
            yield from (Link(label, f"{phrase}{name}") for phrase in ("minimize: ", "maximize: "))
            yield Link(f"{label}, held to a limit", f"{name} <= ")
        elif isinstance(io, Flag) and "." not in name:
            yield Link(io.label, name)
