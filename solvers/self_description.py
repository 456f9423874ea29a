"""How solvers and outputs describe themselves at a Python prompt. The code that does so is imported on first use."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from .errors import InputError
from .fields import Label


def notebook(module: str) -> Any:
    """Return a module of `solvers.notebook`, imported on first use. By name, because it handles units and shipped rows,
    which no wall may import."""
    return import_module(f"{__package__}.notebook.{module}")


class OfInstance:
    """An attribute with one value for the class and another, computed on access, for each instance."""

    def __init__(self, of_class: Any, of_instance: Callable[[Any], Any]) -> None:
        self.of_class, self.of_instance = of_class, of_instance

    def __get__(self, instance: Any, owner: type[Any]) -> Any:
        return self.of_class if instance is None else self.of_instance(instance)


def speak_in_words(outputs: type[Any], solver: Any) -> None:
    """Make the outputs of a solver display their units and names. Set on the class, whose author declares only fields;
    computations never use it."""

    def labels(self: Any, output: str) -> Any:
        """Return the name, or the array of names, of an output that is a code: `labels("bottleneck")`. Raise
        InputError."""
        io = solver.outputs.get(output)
        if not isinstance(io, Label):
            named = [n for n, each in solver.outputs.items() if isinstance(each, Label)]
            raise InputError(output[:60], f"has no labels; of {solver.name} these have: {', '.join(named) or 'none'}.")
        return io.names(getattr(self, output))

    methods = {
        "labels": labels,
        "__repr__": lambda self: str(notebook("display").outputs_text(solver, self)),
        "_repr_html_": lambda self: str(notebook("display").outputs_html(solver, self)),
    }
    for method, function in methods.items():
        setattr(outputs, method, function)
