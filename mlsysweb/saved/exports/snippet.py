"""A wall's answer as a Python program and as a notebook that reproduce it with `solvers` alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.snapshot import spec_from_snapshot
from mlsysweb.show.results.python_code import assignment, call, header, name, spec_call, spec_imports
from solvers.calibration import NAMED
from solvers.declare import Solver
from solvers.fields import Choice, Input, Output, Pick
from solvers.read import read_value
from solvers.specs import changed_spec

from .source import ExportSource

# The characters that could begin HTML in Markdown, which a notebook viewer may execute.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_PRINT = "for name, value in vars(found).items():\n    print(name, value, UNITS[name])"


def python(source: ExportSource) -> str:
    """Return the program as one file."""
    return "\n\n".join(_parts(source)) + "\n"


def notebook(source: ExportSource) -> dict[str, Any]:
    """Return the program as the cells of a notebook, after the scenario's notes."""
    title, notes = " ".join(source.title.split()), source.notes
    about = f"# {title}\n\n{notes}\n\nKept at {source.url}, {source.solver} version {source.solver_version}."
    cells = [_cell("markdown", _TAG.sub("&lt;", about)), *(_cell("code", text) for text in _parts(source))]
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


def _parts(source: ExportSource) -> Iterator[str]:
    """Yield the parts of the program: imports, rows, units, question, and printing."""
    wall = source.wall
    assert wall is not None  # the views offer this for walls only
    picks = dict(_picks(wall, source))
    about = header(f"{source.title}: {wall.title}, version {source.solver_version}, saved at {source.url}")
    imports = [f"from solvers import {wall.name}", spec_imports(picks.values())]
    yield "\n".join([about, "", *(line for line in imports if line)])
    if picks:
        yield "\n".join(assignment(pick, spec_call(spec)) for pick, spec in picks.items())
    yield assignment("UNITS", dict(_units(wall)))
    yield assignment("found", call(wall.name, **dict(_asked(wall, source, picks))))
    yield _PRINT


def _units(wall: Solver[Any, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name and the SI unit of each output, an empty one where it is a ratio, a count or a word."""
    for output, io in wall.outputs.items():
        unit = io.unit if isinstance(io, Output) else ""
        yield output, "" if unit == "1" else unit


def _picks(wall: Solver[Any, Any], source: ExportSource) -> Iterator[tuple[str, Any]]:
    """Yield the spec of each pick, from the stored row or written out in the question, with the figures that the
    question changed."""
    for pick, io in wall.inputs.items():
        if not isinstance(io, Pick):
            continue
        if pick in source.snapshot:
            spec = spec_from_snapshot(source.snapshot[pick])
        else:
            spec = read_value(wall, pick, source.question.get(pick, ""))
        if isinstance(spec, io.kind):
            yield pick, _changed(wall, source.question, pick, spec)


def _changed(wall: Solver[Any, Any], question: Mapping[str, Any], pick: str, spec: Any) -> Any:
    for asked, text in question.items():
        if asked.startswith(f"{pick}.") and asked != NAMED:
            spec = changed_spec(spec, asked, read_value(wall, asked, text))
    return spec


def _asked(wall: Solver[Any, Any], source: ExportSource, picks: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every input that differs from the wall's default, in SI: the typed values, and defaults replaced by figures
    of a picked row. The stored values alone do not suffice, because a wall may have an output with the name of an
    input."""
    values = source.result.values if source.result else {}
    for asked, io in wall.inputs.items():
        if isinstance(io, Pick):
            if asked in picks:
                yield asked, name(asked)
        elif asked in source.question:
            read = read_value(wall, asked, source.question[asked])
            yield asked, io.kind(read).name.lower() if isinstance(io, Choice) else float(read)
        elif isinstance(io, Input) and io.default_from and asked in values:
            own = values[asked].value
            if own == own and own != io.default:  # what is unknown is left out
                yield asked, own
