"""Solvers for tests: a few fields and a formula."""

import dataclasses

from solvers.declare import solver
from solvers.verdict import State, Verdict


def toy(name, takes, gives, law, *, walls=(), check=None):
    """Return a solver called `name`; `takes` and `gives` are fields by name, `law` computes outputs by name from the
    inputs."""
    inputs = dataclasses.make_dataclass("Inputs", [(n, object, f) for n, f in takes.items()], frozen=True, kw_only=True)
    outputs = dataclasses.make_dataclass(
        "Outputs", [(n, object, f) for n, f in gives.items()], frozen=True, kw_only=True
    )

    def function(i):
        return outputs(**law(i))

    function.__name__ = name
    function.__annotations__ = {"i": inputs, "return": outputs}
    more = {"check": check} if check else {}
    return solver(
        walls=walls,
        title=name.capitalize(),
        question="What?",
        version="1",
        factor="",
        verdict=lambda i, o: Verdict(State.OK, "So."),
        headline=tuple(gives),
        sources=(),
        **more,
    )(function)
