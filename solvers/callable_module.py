"""A package that is called as the function it is about: `solvers.search(...)`, beside `solvers.search.goals`."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


def make_callable(package: str, function: str) -> None:
    """Lets the package of that name be called as `function`, which is `module.name` in it and imported by the first
    call. A function of the package's own name would be hidden by the package as soon as anything imports from it, so
    the package gets a class of its own, as Python's data model has it for modules."""
    module, _, name = function.partition(".")

    def call(_: ModuleType, *args: Any, **named: Any) -> Any:
        return getattr(import_module(f"{package}.{module}" if module else package), name)(*args, **named)

    sys.modules[package].__class__ = type("CallablePackage", (ModuleType,), {"__call__": call})
