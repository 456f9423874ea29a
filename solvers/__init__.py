"""The physics of ML systems as pure functions of arrays: no Django, no network, usable in a notebook.

`from solvers import roofline` imports a wall. Call it with numbers in SI or text with units, specs or slugs, and names
of choices: `roofline(accelerator="h100-sxm5-80gb", batch_size=8).latency`. Lists and arrays are columns and broadcast.
`help(roofline)` lists its inputs, `roofline.solve(...)` returns the complete answer with its verdict.

    sweep        every combination of some values, as a table
    search       the best of a design space, by goals and limits as text
    calibrate    the constants of a chip fitted to measured times
    uncertainty  how far an answer varies when inputs are ranges, and which of them matters
    pipeline     walls connected by their inputs and outputs
    data         the shipped specs: from solvers.data import h100_sxm, llama_3_8b, poland
    specs        the records a wall computes with, to describe a system

Computation belongs here; storage is in `catalog`, presentation in `mlsysweb`.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

# Public names by module, imported on first use, so that `import solvers` is fast.
_PUBLIC = {
    "sweep": "notebook.sweep",
    "TextTable": "notebook.table",
    "Solution": "notebook.solution",
    "InputError": "errors",
    "InputErrors": "errors",
    "Accelerator": "specs",
    "Model": "specs",
    "Node": "specs",
    "Fabric": "specs",
    "Fleet": "specs",
    "Grid": "specs",
    "Precision": "specs",
}


def __getattr__(name: str) -> Any:
    """Return a public name, or a wall by its name, found in the domain folders on first use."""
    if name in _PUBLIC:
        return getattr(import_module(f"{__name__}.{_PUBLIC[name]}"), name)
    if not name.startswith("_") and find_spec(f"{__name__}.{name}"):
        return import_module(f"{__name__}.{name}")
    if name.startswith("_"):
        raise AttributeError(name)
    from .registry import solvers

    try:
        return solvers()[name]
    except KeyError:
        raise AttributeError(f"solvers has no wall called {name!r}; it has {', '.join(solvers())}") from None


def __dir__() -> list[str]:
    from .registry import solvers

    return sorted({*globals(), *_PUBLIC, *solvers(), "calibrate", "data", "pipeline", "search", "specs", "uncertainty"})
