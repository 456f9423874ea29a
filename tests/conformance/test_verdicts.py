"""The verdict of each wall: a declared state, first words that name it, one short line in the field's words."""

import re

import pytest

from mlsysweb.answer import answer
from solvers.formatting import fill_slots
from solvers.notebook.call import question
from solvers.registry import solvers
from solvers.solve import row
from solvers.verdict import State, Verdict

pytestmark = pytest.mark.usefixtures("catalog")

CASES = [
    pytest.param(solver, values, id=f"{name}-{told}")
    for name, solver in solvers().items()
    for told, values in (("default", {}), *((preset.name, preset.values) for preset in solver.presets))
]
MOST, MOST_STATE = 160, 45
# Words of the portal that no textbook uses for these things.
DIALECT = re.compile(
    r"\b(arithmetic|bind(s|ing)?|dear(er)?|rival|for ever|nobody|never|feeds?|held against|written off|of making|"
    r"(what|that) (it|they) (is|are|has|have) least|in the way|turned down|to spare of|bought|waits for|"
    r"takes most|given up|going on|in all|goes on|at the meter|a piece|takes? them down|work done again)\b",
    re.IGNORECASE,
)

# The state of the default answer of each wall, and the words for it, which a reader sees first.
FIRST = {
    "roofline": ("memory", "Memory-bound."),
    "efficiency": ("compute", "46\u00a0% MFU."),
    "serving": ("memory", "Memory-bound decode."),
    "batching": ("memory", "Limited by memory."),
    "weight_streaming": ("storage", "I/O-bound."),
    "tail_latency": ("missed", "SLO missed."),
    "ingestion": ("missed", "Data stall."),
    "transformation": ("host", "Preprocessing-bound."),
    "topology": ("ok", "Full bisection."),
    "scaling_laws": ("ok", "Compute-optimal."),
    "reasoning": ("money", "6.77× the latency and 6.77× the cost."),
    "compression": ("ok", "4× smaller, up to 4× as fast."),
    "collectives": ("network", "Hierarchical all-reduce is fastest."),
    "parallelism": ("memory", "38\u00a0% MFU."),
    "training_memory": ("infeasible", "Out of memory."),
    "reliability": ("overhead", "91\u00a0% goodput."),
    "cluster_queue": ("missed", "Wait target missed."),
    "shootout": ("money", "AMD Instinct MI300X is cheaper."),
    "tco": ("money", "Spot is cheapest."),
    "sustainability": ("carbon", "Mostly operational carbon."),
    "checkpoint": ("storage", "Limited by the file system."),
    "privacy": ("overhead", "1.67× the training time."),
    "sensitivity": ("memory", "Memory-bound."),
    "synthesis": ("ok", "Target met."),
    "battery": ("compute", "Limited by inference."),
    "iron_law": ("compute", "Limited by MFU."),
    "system": ("ok", "Valid layout."),
}


@pytest.mark.parametrize("solver", solvers().values(), ids=list(solvers()))
def test_the_default_answer_of_a_wall_begins_with_its_state(solver):
    result = answer(solver, {})
    state, words = FIRST[solver.name]
    assert result.state == state
    assert fill_slots(result.verdict, result.values).startswith(f"{words} ")


@pytest.mark.parametrize(("solver", "values"), CASES)
def test_a_verdict_declares_its_state_and_begins_with_it(solver, values):
    result = answer(solver, values)
    assert result.state in tuple(State)
    state, stop, rest = fill_slots(result.verdict, result.values).partition(". ")
    assert stop and rest and len(state) <= MOST_STATE and "{" not in state, state


@pytest.mark.parametrize(("solver", "values"), CASES)
def test_a_verdict_is_one_short_line_in_the_fields_words(solver, values):
    result = answer(solver, values)
    told = fill_slots(result.verdict, result.values)
    assert len(told) <= MOST, f"{len(told)}: {told}"
    assert re.search(r"\d", told), told
    assert not DIALECT.findall(told), told


@pytest.mark.parametrize(("solver", "values"), CASES)
def test_a_result_that_is_infeasible_is_declared_so(solver, values):
    """The cards and the point of an infeasible answer are shown as hypothetical."""
    result = answer(solver, values)
    can_run = [result.values[name].value for name in ("feasible", "stable", "possible") if name in result.values]
    assert (result.state == State.INFEASIBLE) == (False in can_run) or result.solver in ("parallelism", "system")


def test_a_limit_is_neither_met_nor_missed():
    assert State.MEMORY.is_limit and not State.MISSED.is_limit and not State.OK.is_limit
    assert not State.INFEASIBLE.is_limit


def test_a_wall_returns_its_state_with_its_text():
    point = question(solvers()["roofline"], {})
    outputs = row(solvers()["roofline"], solvers()["roofline"].function(point), 0)
    told = solvers()["roofline"].verdict(point, outputs)
    assert isinstance(told, Verdict) and told.state is State.MEMORY and told.text.startswith("Memory-bound. ")


TOOLS = {
    "/system/": "binding",
    "/system/iron-law/": "verdict",
    "/capstone/": "verdict",
    "/explore/": "verdict",
    "/hardware-match/": "verdict",
    "/serving-cost/": "verdict",
    "/sensitivity/roofline/": "verdict",
}


@pytest.mark.parametrize(("url", "name"), TOOLS.items())
def test_the_verdict_of_a_tool_begins_with_its_state(client, url, name):
    page = client.get(url).context["page"]
    told = getattr(page, name)
    state, stop, rest = told.partition(". ")
    assert stop and rest and len(state) <= MOST_STATE, told
    assert not DIALECT.findall(told), told
    assert url.startswith("/sensitivity/") or page.kind in tuple(State)
