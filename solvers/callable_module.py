"""Lets a package be called like a function: `solvers.search(...)`, beside `solvers.search.goals`."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


def make_callable(package: str, function: str) -> None:
    """Make the package `package` callable as `function`, which is `module.name` in it and imported at the first call. A
    function with the package's name would be replaced by the package at the first import from it, so the package's
    class is changed instead, as Python's data model allows for modules."""
    module, _, name = function.partition(".")

    def call(_: ModuleType, *args: Any, **named: Any) -> Any:
        return getattr(import_module(f"{package}.{module}" if module else package), name)(*args, **named)

    sys.modules[package].__class__ = type("CallablePackage", (ModuleType,), {"__call__": call})
