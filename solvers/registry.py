"""All solvers, found in the domain folders: one file per wall, with one solver of the file's name."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from .declare import Solver, closest_name
from .errors import InputError
from .taxonomy import DOMAINS


@cache
def solvers() -> dict[str, Solver[Any, Any]]:
    """Return all solvers by name, in the order of their first wall. Raise TypeError naming the file of an invalid
    one."""
    found = {name: _only_solver(module) for domain in DOMAINS for name, module in _modules(domain)}
    return dict(sorted(found.items(), key=lambda item: (item[1].walls or (99,), item[0])))


def find(name: str) -> Solver[Any, Any]:
    """Return the solver called `name`. Raise InputError on `solver` that suggests the closest name."""
    try:
        return solvers()[name]
    except KeyError:
        near = closest_name(name, solvers())
        hint = f" Did you mean {near}?" if near else f" There are {', '.join(solvers())}."
        raise InputError("solver", f"'{name[:60]}' is not a solver.{hint}") from None


def _modules(domain: str) -> list[tuple[str, ModuleType]]:
    try:
        package = import_module(f"{__package__}.{domain}")
    except ModuleNotFoundError as error:
        if error.name != f"{__package__}.{domain}":
            raise
        return []
    names = [info.name for info in pkgutil.iter_modules(package.__path__)]
    return [(name, import_module(f"{package.__name__}.{name}")) for name in names]


def _only_solver(module: ModuleType) -> Solver[Any, Any]:
    name = module.__name__.rpartition(".")[2]
    mine = [value for value in vars(module).values() if isinstance(value, Solver)]
    if [solver.name for solver in mine] != [name]:
        raise TypeError(f"{module.__file__} must define exactly one solver, named {name}")
    return mine[0]
