"""A wall's answer as Python and as a notebook that find the same figures with `solvers` alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.snapshot import spec_from_snapshot
from mlsysweb.show.results.python_code import assignment, call, header, name, spec_call, spec_imports
from solvers.declare import Solver
from solvers.fields import Choice, Input, Pick
from solvers.read import read_value
from solvers.specs import changed_spec

from .source import ExportSource

# Where HTML would begin in Markdown: a notebook's viewer may run what it holds.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_PRINT = "for name, value in vars(found).items():\n    print(name, value)"


def python(kept: ExportSource) -> str:
    """The whole as one file."""
    return "\n\n".join(_parts(kept)) + "\n"


def notebook(kept: ExportSource) -> dict[str, Any]:
    """The same as cells, after what was written about it."""
    title, notes = " ".join(kept.title.split()), kept.notes
    about = f"# {title}\n\n{notes}\n\nKept at {kept.url}, {kept.solver} version {kept.solver_version}."
    cells = [_cell("markdown", _TAG.sub("&lt;", about)), *(_cell("code", text) for text in _parts(kept))]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    }


def _cell(kind: str, text: str) -> dict[str, Any]:
    lines = text.splitlines(keepends=True)
    return {"cell_type": kind, "metadata": {}, "source": lines} | (
        {"outputs": [], "execution_count": None} if kind == "code" else {}
    )


def _parts(kept: ExportSource) -> Iterator[str]:
    """Imports, rows, question, and what is printed."""
    wall = kept.wall
    assert wall is not None  # the views offer this of walls only
    picks = dict(_picks(wall, kept))
    about = header(f"{kept.title}: {wall.title}, version {kept.solver_version}, saved at {kept.url}")
    imports = [f"from solvers import {wall.name}", spec_imports(picks.values())]
    yield "\n".join([about, "", *(line for line in imports if line)])
    if picks:
        yield "\n".join(assignment(pick, spec_call(spec)) for pick, spec in picks.items())
    yield assignment("found", call(wall.name, **dict(_asked(wall, kept, picks))))
    yield _PRINT


def _picks(wall: Solver[Any, Any], kept: ExportSource) -> Iterator[tuple[str, Any]]:
    """The spec of each pick, from the kept row or written out in the question, with the figures the question
    changed."""
    for pick, io in wall.inputs.items():
        if not isinstance(io, Pick):
            continue
        if pick in kept.snapshot:
            spec = spec_from_snapshot(kept.snapshot[pick])
        else:
            spec = read_value(wall, pick, kept.question.get(pick, ""))
        if isinstance(spec, io.kind):
            yield pick, _changed(wall, kept.question, pick, spec)


def _changed(wall: Solver[Any, Any], question: Mapping[str, Any], pick: str, spec: Any) -> Any:
    for asked, text in question.items():
        if asked.startswith(f"{pick}."):
            spec = changed_spec(spec, asked, read_value(wall, asked, text))
    return spec


def _asked(wall: Solver[Any, Any], kept: ExportSource, picks: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every input that is not as the wall has it by default, in SI: what was typed, and what a picked row knew better.
    Not the kept values alone, because a wall may find an output under the name of an input."""
    values = kept.result.values if kept.result else {}
    for asked, io in wall.inputs.items():
        if isinstance(io, Pick):
            if asked in picks:
                yield asked, name(asked)
        elif asked in kept.question:
            read = read_value(wall, asked, kept.question[asked])
            yield asked, io.kind(read).name.lower() if isinstance(io, Choice) else float(read)
        elif isinstance(io, Input) and io.default_from and asked in values:
            own = values[asked].value
            if own == own and own != io.default:  # what is unknown is left out
                yield asked, own
