"""Docstrings are complete (arguments, units, shapes, sources), and docstrings and comments are in plain English."""

import ast
import io
import itertools
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAWS = sorted((ROOT / "solvers/laws").glob("*.py"))
SOURCES = sorted((ROOT / "solvers").rglob("*.py"))
SITE = sorted(p for d in ("catalog", "mlsysweb") for p in (ROOT / d).rglob("*.py") if "migrations" not in p.parts)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PROSE = [*SOURCES, *SITE, *TESTS]

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
    r"\b(no|any|every|some)body\b": "no configuration, any user",
    r"\bendless": "unlimited",
    r"\breckon": "compute",
    r"\bhouse\b": "project",
    r"\bnothing (for|where|when|without|like)\b": "0, None, or an empty string",
    r"\bso many\b": "a number of, n",
    r"\bone's own\b": "the given",
    r"\bbeat(s|en)?\b": "dominate, dominated",
    r"\bmend(s|ed)?\b": "fix",
    r"\bas good as\b": "equivalent to",
    r"\b(hither|thence|wherefrom)\b": "from",
    r"\b(what (is|was)|as was) (kept|asked|told|found|shown|drawn|typed)\b": "the stored answer, the question",
    r"\b(asked|told|shown|kept|taken|found) (of|for|by|to) (a|the) person\b": "requested by the user",
    r"\banew\b": "again",
    r"\bc(omes?|ame) to\b": "result, evaluates to",
    r"\bmakes? (no )?sense\b": "valid, invalid",
    r"\b(held|holds?|hold) against\b": "compared with",
    r"\bgo(es)? with\b": "belongs to, depends on",
    r"\btravels?\b": "is sent, is pickled",
    r"\bof making\b": "embodied",
    r"\balike\b": "the same",
    r"\bby (it|them)sel(f|ves)\b": "separately, alone",
    r"\bfor ever\b": "permanently",
    r"\bat work\b": "running",
    r"\bturn(s|ed)? down\b": "exclude, reject",
    r"\bknobs?\b": "parameter",
    r"\buprights?\b": "vertical axis",
    r"\bbrush(es|ed)?\b": "filter",
    r"\bwhoever\b": "the user who, the caller",
    r"^(What|Whatever|Who|Whoever) (?!.*\?)": "the noun it describes: 'The inputs of …'",
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


def prose(source):
    """Yield the line and the text of each docstring and comment, without code in backticks. Consecutive lines of
    comments are one text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (text := ast.get_docstring(node)):
            yield getattr(node, "lineno", 1), text
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [(token.start[0], token.string[1:]) for token in tokens if token.type == tokenize.COMMENT]
    for _, block in itertools.groupby(enumerate(comments), lambda numbered: numbered[1][0] - numbered[0]):
        lines = [comment for _, comment in block]
        yield lines[0][0], " ".join(text for _, text in lines)


def oblique(source):
    """Yield the words of the private dialect in the docstrings and comments of a module."""
    for line, text in prose(source):
        plain = re.sub(r"`[^`]*`", "``", " ".join(text.split()))
        for word, instead in OBLIQUE.items():
            yield from (f"line {line}: {match[0]!r}; write: {instead}" for match in re.finditer(word, plain))


@pytest.mark.parametrize("path", PROSE, ids=lambda p: str(p.relative_to(ROOT)))
def test_docstrings_and_comments_are_plain(path):
    assert not list(oblique(path.read_text()))


def test_oblique_words_are_noticed_in_docstrings_and_comments():
    module = '''"""What a page says."""

def f():
    """What does `somebody` pay?"""
    # no front
    # beats it
    x = 0
    return x  # as was kept
'''
    assert [fault.split(";")[0] for fault in oblique(module)] == [
        "line 1: 'What '",
        "line 5: 'beats'",
        "line 8: 'as was kept'",
    ]
