"""Finds the sentences in a wall's source, and which of them the answer to a question used."""

import ast
import dataclasses
import re
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from catalog.resolve import resolve
from solvers.errors import InputErrors
from solvers.read import read
from solvers.solve import _values, output_value, row
from solvers.spec_parts import remarks

# Equations and fallacies have their own tests; a symbol is LaTeX.
OTHERS = {"Equation", "Fallacy"}


def path_of(solver):
    return Path(import_module(solver.function.__module__).__file__)


@cache
def tree_of(solver):
    return ast.parse(path_of(solver).read_text())


def texts(solver):
    """Return every string a wall may output: constants and the fixed parts of f-strings, with their lines."""
    waiting = [tree_of(solver)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in OTHERS:
            continue
        if isinstance(node, ast.keyword) and node.arg == "symbol":
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        waiting += ast.iter_child_nodes(node)


def interpolated(solver):
    """Return the expressions that f-strings of a wall's sentences insert, with their lines."""
    for function in speaking(solver):
        for node in ast.walk(function):
            if isinstance(node, ast.FormattedValue):
                yield node.lineno, node.value


def speaking(solver):
    """Return the syntax trees of `verdict`, `notes` and the functions of the wall that they call."""
    functions = {node.name: node for node in tree_of(solver).body if isinstance(node, ast.FunctionDef)}
    waiting, found = [functions[name] for name in ("verdict", "notes") if name in functions], {}
    while waiting:
        function = waiting.pop()
        if function.name not in found:
            found[function.name] = function
            names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
            waiting += [functions[name] for name in names & functions.keys()]
    return list(found.values())


def statements(solver):
    """Return every `return` and `yield` of a wall's verdict and notes, by line."""
    for function in speaking(solver):
        for node in ast.walk(function):
            spoken = isinstance(node, ast.Return) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield))
            if spoken:
                yield range(node.lineno, node.end_lineno + 1)


def ask(solver, text):
    """Return a wall's sentences for a question, its values by name, and the source lines that ran; None where the
    question is invalid. A float stands for a value that no text gives, such as NaN."""
    unread = {name: value for name, value in text.items() if isinstance(value, float)}
    try:
        point = resolve(read(solver, {name: value for name, value in text.items() if name not in unread})).point
    except InputErrors:
        return None
    point = dataclasses.replace(point, **unread)
    if list(solver.check(point)):
        return None
    with np.errstate(all="ignore"):
        outputs = row(solver, solver.function(point), 0)
    lines, said = set(), []

    def trace(frame, event, _):
        if frame.f_code.co_filename != str(path_of(solver)):
            return None
        lines.add(frame.f_lineno)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        said = [solver.verdict(point, outputs).text, *solver.notes(point, outputs)]
    finally:
        sys.settrace(before)
    said += remarks(solver.inputs, point)  # what every wall says of its picks
    return SimpleNamespace(point=point, outputs=outputs, said=said, lines=lines)


def found_values(solver, outputs):
    return {name: output_value(io, getattr(outputs, name)) for name, io in solver.outputs.items()}


def all_values(solver, told):
    """Return the values that slots of a sentence may name: inputs, outputs and figures of the picks."""
    return dict(_values(solver, told.point, told.outputs))


def counting(values, number):
    """The same values with every plain number the given one."""
    return {
        name: dataclasses.replace(value, value=float(number))
        if value.unit == "1" and value.display_unit in ("", "1") and not isinstance(value.value, bool)
        else value
        for name, value in values.items()
    }


# Words that end in s after a number and are no plurals.
_NO_PLURALS = {"across", "does", "goes", "has", "less", "takes", "this"}


def clumsy(sentence):
    """Yield phrases that are wrong in English: `1 times`, `0 times`, `1 devices`, `1 device are`, `only 100%`, `100%
    of what`."""
    yield from re.findall(r"(?<![\w.,·])[01] times\b", sentence)
    for found in re.finditer(
        r"(?<!× )(?<![\w.,·×])1 (?:[a-z]+-[a-z]+ )?([a-z]{3,})( (?:are|do|have|make|take))?\b", sentence
    ):
        if (found[2] and found[1] != "would") or (found[1].endswith("s") and found[1] not in _NO_PLURALS):
            yield found[0]
    yield from re.findall(r"(?:no more than|only|less than) 100\s?%|100\s?% of what\b", sentence)
