"""`solve` returns the complete answer, the same as the site's page of the question."""

import pytest

from mlsysweb.answer import answer
from mlsysweb.show.results.present import result_page
from solvers import roofline
from solvers.errors import InputErrors
from solvers.registry import solvers as every_solver

pytestmark = pytest.mark.usefixtures("catalog")

every_question = pytest.mark.parametrize(
    ("solver", "text"),
    [
        # Charts are not part of a solution.
        pytest.param(s, {name: text for name, text in p.values.items() if name != "also"}, id=f"{n}-{p.name}")
        for n, s in every_solver().items()
        for p in s.presets
    ],
)


@every_question
def test_verdict_and_notes_are_those_of_the_page(solver, text):
    page, own = result_page(solver, answer(solver, text), "/"), solver.solve(**text)
    assert own.verdict == page.verdict
    assert own.notes == page.notes[: len(own.notes)]
    assert [(step.label, step.value) for step in own.working] == [(step.label, step.value) for step in page.working]


@every_question
def test_values_are_those_of_a_call(solver, text):
    values, called = solver.solve(**text).values, solver(**text)
    for name in solver.outputs:
        value = getattr(called, name)
        assert repr(values[name]) == repr(str(value) if name in _labels(solver) else value), name


def _labels(solver):
    return {name for name, io in solver.outputs.items() if hasattr(io, "kind")}


def test_an_equation_is_latex_in_symbols_and_in_numbers():
    step = next(step for step in roofline.solve().working if step.output == "throughput")
    assert step.symbols == r"\text{Throughput} = \frac{B}{t}".replace(
        r"\text{Throughput}", r"{\text{Throughput}}"
    ).replace("{B}{t}", "{{B}}{{t}}")
    assert r"\text{1}" in step.numbers and step._repr_latex_().startswith("$$")


def test_percent_is_escaped_in_latex():
    assert r"50 \%" in "".join(step.numbers for step in roofline.solve().working)


def test_the_table_has_a_row_for_each_output():
    table = roofline.solve().table()
    assert table["name"].tolist() == list(roofline.outputs)
    assert table.rows()[0]["unit"] == "s"


def test_a_solution_is_printed_as_its_sentences():
    solution = roofline.solve(accelerator="t4", precision="fp8")
    assert str(solution).splitlines() == [solution.verdict, *solution.notes] and len(solution.notes) > 0
    assert solution["bottleneck"] == "memory" and repr(solution) == f"<roofline: {solution.verdict}>"


def test_a_column_has_no_single_answer():
    with pytest.raises(InputErrors, match=r"batch_size: is a column; solve answers one question\. Call roofline"):
        roofline.solve(batch_size=[1, 8])


def test_what_a_page_refuses_is_refused():
    with pytest.raises(InputErrors, match="phase: can't be decode"):
        roofline.solve(model="resnet-50", phase="decode")
