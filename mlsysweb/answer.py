"""Answers a question: read, resolve, plan, solve. Pages, API, command line and saved scenarios all use these functions.

text -> read (solvers/read.py) -> resolve (catalog/resolve.py) -> plan (solvers/plan.py) -> solve (solvers/solve.py)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.resolve import ResolvedQuestion, resolve, unknown_names
from solvers.declare import Question, Solver
from solvers.errors import InputErrors
from solvers.plan import plan
from solvers.read import ParsedQuestion, read
from solvers.result import Result
from solvers.solve import solve

SavedRows = Mapping[str, Mapping[str, Any]]


def answer(solver: Solver[Any, Any], text: Mapping[str, Any], saved_rows: SavedRows | None = None) -> Result:
    """Return the result of a question given as text by name. Picks refer to rows of today's catalog, or to those in
    `saved_rows`, by input. Raise InputErrors with every invalid field."""
    parsed = _read(solver, text)
    return solved(solver, parsed, resolve(parsed, saved_rows))


def solved(solver: Solver[Any, Any], parsed: ParsedQuestion, resolved: ResolvedQuestion) -> Result:
    """Return the answer to a question that has been read and resolved. Raise InputErrors when it is not valid."""
    planned = plan(solver, resolved.point, resolved.also, parsed.sweep, parsed.text)
    return solve(planned, parsed.text, resolved.snapshot)


def validated(question: Question[Any], text: Mapping[str, Any]) -> tuple[ParsedQuestion, ResolvedQuestion]:
    """Return a question parsed, resolved and checked, for pages that answer it with several solvers. Raise
    InputErrors."""
    parsed = _read(question, text)
    resolved = resolve(parsed)
    errors = tuple(question.check(resolved.point))
    if errors:
        raise InputErrors(errors)
    return parsed, resolved


def _read(question: Question[Any], text: Mapping[str, Any]) -> ParsedQuestion:
    """Return the question parsed. Raise InputErrors with every invalid field, names that the catalog does not have
    among them."""
    try:
        return read(question, text)
    except InputErrors as bad:
        told = {error.field for error in bad.errors}
        unknown = (error for error in unknown_names(question, text) if error.field not in told)
        raise InputErrors((*bad.errors, *unknown)) from None
