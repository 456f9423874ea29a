"""Exports a design space as a Python program that uses `solvers` only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.snapshot import spec_from_snapshot
from mlsysweb.explore.ask.axes import AllOf, expand_all
from mlsysweb.explore.ask.lookup import look_up
from mlsysweb.explore.ask.question import DesignSpaceQuestion, chain, declared_search, links_of
from mlsysweb.show.results.python_code import assignment, call, header, name, spec_call, spec_imports

_IMPORTS = """from solvers.pipeline import pipeline, settle
from solvers.search.axes import axis
from solvers.search.explore import Search
from solvers.search.goals import goals, metrics
from solvers.search.run import run
from solvers.search.space import Space"""
_ROW = """
def row(kind, slug):
    return ROWS[f"{kind.__name__.lower()}.{slug.strip()}"]
"""
_RUN = """objectives, constraints = goals(wanted, metrics(chain))
found = run(Search(chain, given, Space(tuple(axes)), objectives, constraints))

print(f"{found.seen.feasible:,} of {found.seen.count:,} meet every goal; {len(found.front)} on the front")
for best in found.top:
    print(best.places, best.values)
"""


def as_python(question: DesignSpaceQuestion, snapshot: Mapping[str, Mapping[str, Any]], all_of: AllOf) -> str:
    """Return the program. Raise InputErrors as `declared_search` does."""
    steps, asked = chain(question), declared_search(question, look_up, all_of)
    axes = [(each, expand_all(steps, each, text, all_of)) for each, text in question.axes if each not in asked.given]
    rows = {key: spec_from_snapshot(row) for key, row in sorted(snapshot.items())}
    wanted = [*question.goals, *asked.demanded]
    imports = [_IMPORTS, spec_imports(rows.values())]
    lines = [
        header(f"A design space, searched again: {', '.join(question.walls)}."),
        "",
        *(line for line in imports if line),
        "",
        assignment("ROWS", {key: spec_call(spec) for key, spec in rows.items()}),
        _ROW,
        assignment("chain", call("pipeline", *question.walls, links=links_of(question))),
        assignment("given", call("settle", name("chain"), dict(asked.given), name("row"))),
        assignment("axes", [call("axis", name("chain"), each, text, name("row")) for each, text in axes]),
        assignment("wanted", wanted),
        _RUN,
    ]
    return "\n".join(lines)
