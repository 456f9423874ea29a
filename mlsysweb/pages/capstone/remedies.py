"""Sentences about what would meet the requirements of the capstone's brief. Does not solve."""

from __future__ import annotations

from collections.abc import Mapping

from solvers.grammar import agree

from .design import DesignChange, regions
from .question import BudgetBasis, Inputs, Redundancy
from .words import inside


def is_bought(i: Inputs) -> bool:
    """Return whether the budget is one to buy with; otherwise it is one per year."""
    return int(i.budget_basis) == BudgetBasis.PURCHASE


def redundancy(i: Inputs) -> Redundancy:
    """Return what the brief wants the service to survive the loss of."""
    return Redundancy(int(i.redundancy))


def requirement_name(i: Inputs, constraint: str) -> str:
    """Return the label of a constraint of the brief."""
    if constraint == "failure":
        return f"TTFT (p99) after loss of a {redundancy(i).name.lower()}"
    if constraint == "cost" and is_bought(i):
        return "Budget to buy"
    return _NAMES[constraint]


_NAMES = {
    "fits": "Memory per device",
    "throughput": "Throughput",
    "ttft": "TTFT (p99)",
    "cost": "Budget",
    "carbon": "Carbon budget",
}


def conflict(i: Inputs, ways: Mapping[str, DesignChange]) -> str:
    """Return that no number of replicas meets all requirements, where more of them are needed for one and fewer for
    another; else an empty text."""
    now = float(i.replicas)
    needed = {name: way.value for name, way in ways.items() if way.name == "replicas"}
    lower, upper = max(needed.values(), default=now), min(needed.values(), default=now)
    if not upper < now < lower:
        return ""
    least = inside(requirement_name(i, min(needed, key=lambda name: needed[name])))
    return (
        f"No number of replicas meets all: {least} allows at most {upper:g} per region, "
        f"{inside(requirement_name(i, max(needed, key=lambda name: needed[name])))} needs {lower:g}. "
        "Change the accelerator, precision, parallelism or batch size."
    )


_INPUT_WORDS = {
    "replicas": "replicas per region",
    "tensor_parallel": "tensor-parallel devices",
    "pipeline_parallel": "pipeline stages",
    "batch_size": "requests per batch",
}


def remedy(i: Inputs, name: str, ways: Mapping[str, DesignChange]) -> str:
    """Return what would meet a constraint that is missed, and the constraints it would conflict with."""
    if name == "failure" and redundancy(i) == Redundancy.REGION and len(regions(i)) < 2:
        return "Add a second region."
    if name not in ways:
        return (
            "No single change of replicas, parallelism or batch size is enough. Try another accelerator, precision or "
            "region."
        )
    way = ways[name]
    now = float(getattr(i, way.name))
    would = f"{agree(f'{way.value:g}', f' {_INPUT_WORDS[way.name]}')} would meet it (now {now:g})"
    against = [
        inside(requirement_name(i, each))
        for each, other in ways.items()
        if each in way.breaks or (other.name == way.name and (other.value - now) * (way.value - now) < 0)
    ]
    return f"{would}, in conflict with {' and '.join(against[:2])}." if against else f"{would}."
