"""A wall's answer as Python and as a notebook that find the same figures with `solvers` alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlsysweb.show.results.python_code import spec_code, spec_imports
from solvers.declare import Solver
from solvers.fields import Choice, Input, Pick
from solvers.read import read_value

from .source import ExportSource


def python(kept: ExportSource) -> str:
    """The whole as one file."""
    return "\n\n".join(text for _, text in _parts(kept)) + "\n"


def notebook(kept: ExportSource) -> dict[str, Any]:
    """The same as cells, after what was written about it."""
    cells = [
        _cell(
            "markdown",
            f"# {kept.title}\n\n{kept.notes}\n\nKept at {kept.url}, {kept.solver} version {kept.solver_version}.",
        )
    ]
    cells += [_cell("code", text) for _, text in _parts(kept)]
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


def _parts(kept: ExportSource) -> Iterator[tuple[str, str]]:
    """Imports, rows, question, and what is printed."""
    wall, result = kept.wall, kept.result
    assert wall is not None and result is not None  # the views offer this of walls only
    picks = {name: row for name, row in kept.snapshot.items() if name in wall.inputs}
    about = (
        f'"""{kept.title}: {wall.title}, version {kept.solver_version}. Figures are SI; the rows are as they were '
        f'kept."""'
    )
    about = about.replace("\\", "/")
    lines = [f"from solvers import {wall.name}", spec_imports(picks.values())]
    yield "imports", "\n".join([about, "", *(line for line in lines if line)])
    if picks:
        yield "rows", "\n".join(f"{name} = {_row(kept, name, row)}" for name, row in picks.items())
    asked = [f"    {name}={value}," for name, value in _asked(wall, kept, set(picks))]
    yield "question", "\n".join([f"found = {wall.name}(", *asked, ")"])
    yield "answer", f"for name in {list(result.outputs)!r}:\n    print(name, getattr(found, name))"


def _row(kept: ExportSource, name: str, row: Any) -> str:
    """The constructor of a row, with the figures the question changed."""
    figures = dict(row["figures"])
    for asked, text in kept.question.items():
        pick, _, figure = asked.partition(".")
        if pick == name and figure in figures:
            change = read_value(kept.wall, asked, text)
            figures[figure] = _times(figures[figure], change.value) if change.scaled else change.value
    return spec_code({**row, "figures": figures})


def _times(figure: Any, by: float) -> Any:
    return {form: rate * by for form, rate in figure.items()} if isinstance(figure, dict) else figure * by


def _asked(wall: Solver[Any, Any], kept: ExportSource, picks: set[str]) -> Iterator[tuple[str, str]]:
    """Every input that is not as the wall has it by default, in SI: what was typed, and what a picked row knew better.
    Not the kept values alone, because a wall may find an output under the name of an input."""
    values = kept.result.values if kept.result else {}
    for name, io in wall.inputs.items():
        if isinstance(io, Pick):
            if name in picks:
                yield name, name
        elif name in kept.question:
            read = read_value(wall, name, kept.question[name])
            yield name, repr(io.kind(read).name.lower() if isinstance(io, Choice) else float(read))
        elif isinstance(io, Input) and io.default_from and values[name].value != io.default:
            yield name, repr(values[name].value)
