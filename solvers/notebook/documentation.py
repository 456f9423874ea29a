"""`help(roofline)`: the signature and the docstring of a solver, generated from its declaration."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from textwrap import fill, indent
from typing import Any

from solvers.declare import Preset, Solver
from solvers.fields import Choice, Flag, Input, InputField, Label, OutputField, Pick
from solvers.quantities import to_input_text

from .display import default_text

_WIDTH = 100


def signature(solver: Solver[Any, Any]) -> inspect.Signature:
    """Return the signature: keyword-only parameters, annotated with the SI unit, the choices or the spec, with defaults
    as they could be written in a call."""
    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_default(io), annotation=_annotation(io))
        for name, io in solver.inputs.items()
    ]
    return inspect.Signature(parameters, return_annotation="Outputs")


def _default(io: InputField) -> Any:
    if isinstance(io, Pick):
        return io.default or (None if io.optional else inspect.Parameter.empty)
    if isinstance(io, Choice):
        return io.kind(io.default).name.lower()
    if math.isnan(io.default):
        return None if io.default_from else inspect.Parameter.empty
    if io.unit == "1":
        return int(io.default) if io.default == round(io.default) else io.default
    return to_input_text(io.default, io.unit, io.display_unit)


def _annotation(io: InputField) -> str:
    if isinstance(io, Pick):
        return f"{io.kind.__name__} | str" + (" | None" if io.optional else "")
    return " | ".join(io.names) if isinstance(io, Choice) else "number" if io.unit == "1" else io.unit


def docstring(solver: Solver[Any, Any]) -> str:
    """Return the docstring: the question, every input with unit, default, range and help, every output, an example that
    runs, limits and sources."""
    return "\n".join(_lines(solver))


def _lines(solver: Solver[Any, Any]) -> Iterator[str]:
    walls = f" (wall {' and '.join(map(str, solver.walls))})" if solver.walls else ""
    yield f"{solver.title}{walls}: {solver.question}"
    yield ""
    yield solver.about
    yield from ("", "Inputs, by keyword: in the SI unit named, or as text with any unit of its kind")
    for name, io in solver.inputs.items():
        yield from _entry(f"{name} : {takes(io)}", words(io))
    yield from ("", "Outputs, in SI; columns where an input is one")
    for name, out in solver.outputs.items():
        yield from _entry(f"{name} : {gives(out)}", words(out))
    yield from ("", "Raises InputErrors, with a sentence for each value that is wrong.", "", "Example", "")
    yield from (f"    {line}" for line in _example(solver))
    for heading, sentences in (("Assumptions", solver.assumptions), ("Limitations", solver.excludes)):
        yield from ("", heading, *(_bullet(sentence) for sentence in sentences))
    yield from ("", "Sources", *(_bullet(f"{s.authors}: {s.title}. {s.url}") for s in solver.sources))


def _entry(head: str, words: str) -> Iterator[str]:
    yield f"    {head}"
    if words:
        yield indent(fill(words, _WIDTH, break_on_hyphens=False), " " * 8)


def _bullet(sentence: str) -> str:
    return fill(sentence, _WIDTH, initial_indent="    - ", subsequent_indent="      ", break_on_hyphens=False)


def words(io: Any) -> str:
    """Return the label of an input or output and its help."""
    help = getattr(io, "help", "")
    return f"{io.label}. {help}" if help else f"{io.label}."


def takes(io: InputField) -> str:
    """Return what an input takes: unit or choices, default and range."""
    default = f", default {default_text(io)}" if default_text(io) else ""
    if isinstance(io, Pick):
        better = f" (the {' '.join(io.default_from.split('.'))} where that is picked)" if io.default_from else ""
        return f"{io.kind.__name__} or slug{default}{better}"
    if isinstance(io, Choice):
        return f"{' | '.join(io.names)}{default}"
    figures = " or ".join(path.replace(".", " ") for path in io.default_from)
    better = f" (the {figures} where it is known)" if figures else ""
    return f"{'number' if io.unit == '1' else io.unit}{default}{better}, {_range(io)}"


def _range(io: Input) -> str:
    """Return a range as text: `above 0 and at most 1`, in the unit of the input field."""
    low = f"{'above' if io.exclusive_min else 'at least'} {_bound(io, io.low)}"
    high = "" if math.isinf(io.high) else f", at most {_bound(io, io.high)}"
    return f"{'whole, ' if io.integer else ''}{low}{high}"


def _bound(io: Input, value: float) -> str:
    return "0" if value == 0 else to_input_text(value, io.unit, io.display_unit, digits=6)


def gives(io: OutputField) -> str:
    """Return the unit of an output, or the values it has."""
    if isinstance(io, Label):
        return " | ".join(member.name.lower() for member in io.kind)
    if isinstance(io, Flag):
        return "True or False"
    return "number" if io.unit == "1" else io.unit


def _example(solver: Solver[Any, Any]) -> Iterator[str]:
    """Yield the lines of an example call and its output, generated by running it."""
    inputs = _asked(solver)
    written = ", ".join(f"{name}={value!r}" for name, value in inputs.items())
    yield f">>> from solvers import {solver.name}"
    yield f">>> {solver.name}({written})"
    yield repr(solver(**inputs))
    yield f">>> print({solver.name}.solve({written}).verdict)"
    yield solver.solve(**inputs).verdict


def _asked(solver: Solver[Any, Any]) -> dict[str, str | float]:
    """Return the inputs of the first preset that changes only plain inputs; numbers as numbers."""
    plain = (preset for preset in solver.presets if preset.values and _is_plain(solver, preset))
    return {name: _written(text) for name, text in next((preset.values for preset in plain), {}).items()}


def _written(text: str) -> str | float:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number == round(number) else number


def _is_plain(solver: Solver[Any, Any], preset: Preset) -> bool:
    return set(preset.values) <= set(solver.inputs) and len(preset.values) <= 3
