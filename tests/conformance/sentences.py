"""The sentences of a wall: where its source writes them, and which of them a question was answered with."""

import ast
import dataclasses
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from catalog.resolve import resolve
from solvers.errors import InputErrors
from solvers.read import read
from solvers.solve import output_value, row
from solvers.spec_parts import remarks

# Equations and fallacies have slots of their own, tested elsewhere; a symbol is LaTeX.
OTHERS = {"Equation", "Fallacy"}


def path_of(solver):
    return Path(import_module(solver.function.__module__).__file__)


@cache
def tree_of(solver):
    return ast.parse(path_of(solver).read_text())


def texts(solver):
    """Every string a wall could say: constants and the fixed parts of f-strings, with their lines."""
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
    """The expressions that f-strings of a wall's sentences put in by themselves, with their lines."""
    for function in speaking(solver):
        for node in ast.walk(function):
            if isinstance(node, ast.FormattedValue):
                yield node.lineno, node.value


def speaking(solver):
    """`verdict`, `notes` and the functions of the wall that they call, as syntax."""
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
    """Every `return` and `yield` of a wall's verdict and notes, by the lines it is written on."""
    for function in speaking(solver):
        for node in ast.walk(function):
            spoken = isinstance(node, ast.Return) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield))
            if spoken:
                yield range(node.lineno, node.end_lineno + 1)


def ask(solver, text):
    """What a wall says to a question, with its numbers by name and the lines of its source it took to say it; None
    where the question makes no sense. A float stands for a value that no text gives, such as an unknown one."""
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
        said = [solver.verdict(point, outputs), *solver.notes(point, outputs)]
    finally:
        sys.settrace(before)
    said += remarks(solver.inputs, point)  # what every wall says of its picks
    return SimpleNamespace(point=point, outputs=outputs, said=said, lines=lines)


def found_values(solver, outputs):
    return {name: output_value(io, getattr(outputs, name)) for name, io in solver.outputs.items()}
