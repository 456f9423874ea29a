"""The spine: read, resolve, plan, solve. Page, API, command line and saved scenarios all come through here.

text -> read (solvers/read.py) -> resolve (catalog/resolve.py) -> plan (solvers/plan.py) -> solve (solvers/solve.py)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.resolve import ResolvedQuestion, resolve
from solvers.declare import Solver
from solvers.errors import InputErrors
from solvers.plan import plan
from solvers.read import ParsedQuestion, read
from solvers.result import Result
from solvers.solve import solve


def answer(solver: Solver[Any, Any], text: Mapping[str, Any]) -> Result:
    """The answer to a question as text by name. Raises InputErrors with every bad field."""
    asked = read(solver, text)
    known = resolve(asked)
    planned = plan(solver, known.point, known.also, asked.sweep)
    return solve(planned, asked.text, known.snapshot)


def validated(solver: Solver[Any, Any], text: Mapping[str, Any]) -> tuple[ParsedQuestion, ResolvedQuestion]:
    """A question read, resolved and found to make sense, for pages that answer it in a way of their own. Raises
    InputErrors."""
    asked = read(solver, text)
    known = resolve(asked)
    errors = tuple(solver.check(known.point))
    if errors:
        raise InputErrors(errors)
    return asked, known
