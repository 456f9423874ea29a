"""Counts the statements of a syntax tree, as a measure of the size of a file or a function."""

import ast

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def statements(tree):
    """Return the statements in `tree`, without docstrings, imports and declarations (fields of a class, members of an
    enumeration). Line breaks do not change the count."""
    rows = {id(row) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for row in node.body if _declares(row)}
    docs = {id(node.body[0]) for node in ast.walk(tree) if isinstance(node, DOCUMENTED) and ast.get_docstring(node)}
    counted = (node for node in ast.walk(tree) if isinstance(node, ast.stmt) and node is not tree)
    return sum(not isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in rows | docs for node in counted)


def _declares(row):
    return isinstance(row, ast.Assign | ast.AnnAssign)
