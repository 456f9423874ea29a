"""Docstrings are complete (arguments, units, shapes, sources), and docstrings and comments are in plain English."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAWS = sorted((ROOT / "solvers/laws").glob("*.py"))
SOURCES = sorted((ROOT / "solvers").rglob("*.py"))
SITE = sorted(p for d in ("catalog", "mlsysweb") for p in (ROOT / d).rglob("*.py") if "migrations" not in p.parts)

# Documented by `solver`: a wall's inputs and outputs, its sentences, and its function, which the module docstring
# describes.
DECLARED = {"Inputs", "Outputs", "verdict", "notes", "check"}

UNIT = re.compile(
    r"\b([Ss]econds|[Bb]ytes?|byte/s|FLOP|FLOP/s|watts|[Jj]oules|kg|USD|erlang|[Dd]imensionless|counts?|codes?)\b"
    r"|unit of|true or false"
)
SOURCE = re.compile(r"doi:10\.|arXiv:\d|https://|\b[Dd]erived\b|\b[A-Z]\w+ (18|19|20)\d\d\b")
# Words of an earlier private dialect, and their plain English.
OBLIQUE = {
    r"(no|any|every)body\b": "no configuration, any user",
    r"somebody": "a user",
    r"endless": "unlimited",
    r"\breckon": "compute",
    r"\bhouse\b": "project",
    r"nothing (for|where|when|without|like)\b": "0, or an empty string",
    r"\bso many\b": "a number of, n",
    r"\bone's own\b": "the given",
    r"\bbeaten\b|\bbeats\b": "dominated, dominates",
    r"\bmended?\b": "fix",
    r"\bas good as\b": "equivalent to",
    r"\bhither|\bthence|\bwherefrom\b": "from",
    r"\b(asked|told|shown|kept|taken|found) (of|for|by|to) (a|the) person\b": "requested by the user",
}


def documented(path, kinds=(ast.ClassDef, ast.FunctionDef)):
    """Yield the public classes and functions of a module, and the public methods of public classes, with their full
    names."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, kinds) and not node.name.startswith("_"):
            yield node.name, node
            for each in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(each, ast.FunctionDef) and not each.name.startswith("_"):
                    yield f"{node.name}.{each.name}", each


def is_solver(node):
    return any(isinstance(d, ast.Call) and getattr(d.func, "id", "") == "solver" for d in node.decorator_list)


def faults(function):
    """Yield what the docstring of a law lacks."""
    text = " ".join((ast.get_docstring(function) or "").split())
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs, function.args.vararg]
    for argument in arguments:
        if argument and argument.arg != "self" and not re.search(rf"\b{argument.arg}\b", text):
            yield f"does not name {argument.arg}"
    if not UNIT.search(text):
        yield "names no unit"
    if "broadcast" not in text:
        yield "does not say that arrays broadcast"
    if not SOURCE.search(text):
        yield "has no source and is not derived"


@pytest.mark.parametrize("path", LAWS, ids=lambda p: p.stem)
def test_a_law_names_its_arguments_units_shapes_and_source(path):
    laws = [(name, node) for name, node in documented(path) if isinstance(node, ast.FunctionDef) and "." not in name]
    assert not [f"{name} {fault}" for name, node in laws for fault in faults(node)]


def test_a_law_that_leaves_something_out_is_noticed():
    bare = ast.parse('def energy(power, time):\n    """The energy of `power`."""').body[0]
    assert list(faults(bare)) == [
        "does not name time",
        "names no unit",
        "does not say that arrays broadcast",
        "has no source and is not derived",
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_everything_public_has_a_docstring(path):
    public = [(name, node) for name, node in documented(path) if name not in DECLARED and not is_solver(node)]
    assert not [f"{name}, line {node.lineno}" for name, node in public if not ast.get_docstring(node)]


def test_every_public_function_and_class_of_the_site_has_a_docstring():
    without = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in SITE
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")
        if not ast.get_docstring(node)
    ]
    assert not without


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_docstrings_are_plain(path):
    tree = ast.parse(path.read_text())
    nodes = [n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef)]
    texts = [(getattr(n, "lineno", 1), " ".join((ast.get_docstring(n) or "").split())) for n in nodes]
    found = [
        f"line {line}: {match[0]!r}; write: {instead}"
        for line, text in texts
        for word, instead in OBLIQUE.items()
        for match in re.finditer(word, text)
    ]
    assert not found
