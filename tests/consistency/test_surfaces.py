"""Page, API, command line, Python, pipeline and design space give one answer to a question about a wall."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solvers.fields import Output, Pick
from solvers.registry import solvers
from solvers.shipped import names

from . import surfaces
from .surfaces import Refused
from .systems import questions

pytestmark = pytest.mark.usefixtures("catalog")

every = pytest.mark.parametrize("name", list(solvers()))
FEW = settings(max_examples=4, suppress_health_check=list(HealthCheck))  # one function with two doors
MORE = settings(max_examples=12, suppress_health_check=list(HealthCheck))


def agree(solver, one, other):
    """Where two answers differ, by output."""
    if isinstance(one, Refused) or isinstance(other, Refused):
        return {} if one == other else {"refused": (one, other)}
    return {
        name: (one[name], other[name])
        for name, io in solver.outputs.items()
        if not (
            other[name] == pytest.approx(one[name], rel=1e-9, abs=0)
            if isinstance(io, Output) and one[name] is not None and other[name] is not None
            else one[name] == other[name]
        )
    }


@every
@FEW
@given(data=st.data())
def test_the_api_and_the_command_answer_as_the_page(name, data):
    solver = solvers()[name]
    text = data.draw(questions(solver))
    page = surfaces.page(solver, text)
    assert not agree(solver, page, surfaces.api(solver, text))
    assert not agree(solver, page, surfaces.command(solver, text))


@every
@MORE
@given(data=st.data())
def test_a_call_and_a_pipeline_in_python_answer_as_the_page(name, data):
    solver = solvers()[name]
    text = data.draw(questions(solver))
    page = surfaces.page(solver, text)
    assert not agree(solver, page, surfaces.call(solver, text))
    assert not agree(solver, page, surfaces.chain(solver, text))


@every
@MORE
@given(data=st.data())
def test_the_design_space_answers_as_the_page(name, data):
    solver = solvers()[name]
    text = data.draw(questions(solver))
    page = surfaces.page(solver, text)
    if not isinstance(page, Refused):
        assert not agree(solver, page, surfaces.design_space(solver, text))


PICKS = [(name, pick) for name, each in solvers().items() for pick, io in each.inputs.items() if isinstance(io, Pick)]


@pytest.mark.parametrize(("name", "pick"), PICKS)
def test_every_row_of_the_catalog_answers_alike(name, pick):
    """The figures of a row (link, price, power, measured constants) are used on every surface."""
    solver = solvers()[name]
    pages = {slug: surfaces.page(solver, {pick: slug}) for slug in names(solver.inputs[pick].kind)}
    answered = {slug: found for slug, found in pages.items() if not isinstance(found, Refused)}
    called = {slug: agree(solver, page, surfaces.call(solver, {pick: slug})) for slug, page in pages.items()}
    assert not {slug: differences for slug, differences in called.items() if differences}
    searched = surfaces.along(solver, pick, list(answered)) if answered else {}
    along = {slug: agree(solver, answered[slug], searched[slug]) for slug in answered}
    assert not {slug: differences for slug, differences in along.items() if differences}


def test_answers_that_differ_are_noticed():
    roofline = solvers()["roofline"]
    page = surfaces.page(roofline, {"batch_size": "8"})
    assert set(agree(roofline, page, page | {"latency": page["latency"] * (1 + 1e-8)})) == {"latency"}
    assert "throughput" in agree(roofline, page, surfaces.page(roofline, {"batch_size": "9"}))
    assert agree(roofline, page, surfaces.page(roofline, {"batch_size": "0"})) == {
        "refused": (page, Refused(["batch_size"]))
    }
