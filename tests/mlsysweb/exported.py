"""Recorded answers as sources of exports and as documents, and malicious text."""

import ast
import gzip
from dataclasses import replace
from datetime import UTC, datetime

import orjson
from hypothesis import strategies as st

from mlsysweb.saved.answers import open_result
from mlsysweb.saved.exports.source import ExportSource
from solvers.registry import solvers
from solvers.result import Result
from solvers.specs import KINDS
from tests.golden.record_scenarios import FOLDER
from tests.hostile import NASTY

nasty = st.lists(st.sampled_from(NASTY) | st.text(max_size=8), min_size=1, max_size=8).map("".join)

# The views of a saved scenario.
VIEWS = (
    "",
    "v/1/",
    "v/1/drift/",
    "print/",
    "embed/",
    "qr/",
    "preview.png",
    *(f"export/{form}/" for form in ("values", "curves", "json", "python", "notebook", "methods", "bibtex")),
)
_FUNCTIONS = {
    *(kind.__name__ for kind in KINDS),
    *solvers(),
    *("table", "float", "print", "vars", "len", "tuple"),
    *("pipeline", "settle", "axis", "places", "goals", "metrics", "run", "Search", "Space"),
}
_METHODS = {"items", "lower", "strip"}
_STATEMENTS = ast.ImportFrom | ast.Assign | ast.Expr | ast.For | ast.FunctionDef | ast.Return


def recorded(wall):
    """Return the record of a wall at its current version."""
    path = FOLDER / f"{wall}-{solvers()[wall].version}.json.gz"
    return orjson.loads(gzip.decompress(path.read_bytes()))


def kept(wall="roofline", **changes):
    """Return a recorded answer, ready to be exported."""
    told = recorded(wall)
    result = Result.from_json(told["result"])
    as_saved = ExportSource(
        title="Title",
        notes="",
        tags=(),
        url="http://testserver/s/x/",
        path=f"/walls/{wall}/",
        what=solvers()[wall].title,
        solver=wall,
        solver_version=told["solver_version"],
        number=1,
        created=datetime(2026, 11, 24, tzinfo=UTC),
        question=told["question"],
        snapshot=told["snapshot"],
        raw=told["result"],
        result=result,
        wall=solvers()[wall],
        opened=open_result(result),
    )
    return replace(as_saved, **changes)


def document(wall="roofline"):
    """Return a recorded answer as a document that can be imported."""
    told = recorded(wall)
    return {"format": "mlsysweb/scenario/1", "title": "Title", "page": f"/walls/{wall}/", **told}


def breaches(code):
    """Return what exported Python does beside importing, assigning, calling allowed functions and printing. Parsed as
    bytes, so that an encoding declaration takes effect."""
    for node in ast.walk(ast.parse(code.encode())):
        if isinstance(node, ast.stmt) and not isinstance(node, _STATEMENTS):
            yield ast.unparse(node)
        if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] != "solvers":
            yield ast.unparse(node)
        if isinstance(node, ast.Expr) and not (isinstance(node.value, ast.Call) and node.value.func.id == "print"):
            yield ast.unparse(node)
        if isinstance(node, ast.Call):
            called = node.func
            known = called.id in _FUNCTIONS if isinstance(called, ast.Name) else called.attr in _METHODS
            if not known:
                yield ast.unparse(node)
