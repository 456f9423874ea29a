"""The physics of ML systems as pure functions of arrays: no Django, no files, no network.

`from solvers import roofline` gives a wall; call it with SI numbers or arrays, specs and names of choices. Arrays
broadcast. `solvers.read` understands text with units; `solvers.specs` has the records a wall computes with.
What belongs here computes; what stores lies in `catalog`, what shows in `mlsysweb`.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any


def __getattr__(name: str) -> Any:
    """A wall by its name, found by walking the domain folders when first asked for."""
    if name.startswith("_") or find_spec(f"{__name__}.{name}"):
        raise AttributeError(name)
    from .registry import solvers

    try:
        return solvers()[name]
    except KeyError:
        raise AttributeError(f"solvers has no wall called {name!r}; it has {', '.join(solvers())}") from None
