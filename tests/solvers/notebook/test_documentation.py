"""`help` of every solver has its declarations, and its example runs."""

import doctest
import inspect
import pydoc

import pytest

import solvers.notebook.table
from solvers import roofline
from solvers.declare import Solver
from solvers.fields import Input
from solvers.registry import solvers as every_solver

every = pytest.mark.parametrize("solver", [pytest.param(s, id=n) for n, s in every_solver().items()])


@every
def test_help_names_every_input_output_and_source(solver):
    text = pydoc.render_doc(solver, renderer=pydoc.plaintext)
    assert solver.question in text and solver.about.splitlines()[0] in text
    for name in (*solver.inputs, *solver.outputs):
        assert f"\n        {name} : " in text
    assert all(source.title in " ".join(text.split()) for source in solver.sources)
    assert all(len(line) <= 400 for line in text.splitlines())


@every
def test_a_range_and_a_default_are_told_with_their_unit(solver):
    for name, io in solver.inputs.items():
        if isinstance(io, Input) and io.unit not in ("1",) and io.default:
            line = next(line for line in solver.__doc__.splitlines() if line.startswith(f"    {name} : "))
            assert line.startswith(f"    {name} : {io.unit}, default ")


@every
def test_the_example_in_its_help_runs(solver):
    (example,) = [
        test
        for test in [doctest.DocTestParser().get_doctest(solver.__doc__, {}, solver.name, None, 0)]
        if test.examples
    ]
    failures = []
    doctest.DocTestRunner(verbose=False).run(example, out=failures.append)
    assert not failures


@every
def test_the_signature_can_be_called(solver):
    parameters = inspect.signature(solver).parameters
    assert list(parameters) == list(solver.inputs)
    assert all(p.kind is p.KEYWORD_ONLY and p.annotation for p in parameters.values())
    asked = {name: p.default for name, p in parameters.items() if p.default is not p.empty}
    assert repr(solver(**asked)) == repr(solver())


def test_defaults_and_units_of_the_roofline_are_in_its_signature():
    parameters = inspect.signature(roofline).parameters
    assert (parameters["layer_overhead"].annotation, parameters["layer_overhead"].default) == ("s", "10 us")
    assert (parameters["accelerator"].annotation, parameters["precision"].default) == ("Accelerator | str", "fp16")
    assert (parameters["batch_size"].annotation, parameters["batch_size"].default) == ("number", 1)


def test_the_class_keeps_a_docstring_of_its_own():
    assert Solver.__doc__.startswith("A wall: its declaration")
    assert inspect.signature(Solver).parameters["question"]


def test_examples_of_the_library_run():
    assert doctest.testmod(solvers.notebook.table).failed == 0
