"""Statements of a syntax tree that count towards the size of a file or a function."""

import ast

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def statements(tree):
    """Statements in `tree`, without docstrings, imports and the rows of a declaration (fields of a class and
    members of an enumeration), which say what there is and do nothing. Line breaks change nothing."""
    rows = {id(row) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for row in node.body if _declares(row)}
    docs = {id(node.body[0]) for node in ast.walk(tree) if isinstance(node, DOCUMENTED) and ast.get_docstring(node)}
    counted = (node for node in ast.walk(tree) if isinstance(node, ast.stmt) and node is not tree)
    return sum(not isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in rows | docs for node in counted)


def _declares(row):
    return isinstance(row, ast.Assign | ast.AnnAssign)
