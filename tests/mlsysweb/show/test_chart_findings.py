"""The finding of a chart says what its data do."""

import pytest

from mlsysweb.answer import answer
from mlsysweb.show.charts.findings import finding, shape, uncapitalized
from mlsysweb.show.results.page import Figure, Table
from mlsysweb.show.results.present import result_page
from solvers.registry import solvers
from solvers.result import Value

pytestmark = pytest.mark.usefixtures("catalog")

BATCH, LATENCY = Value(1.0, "1", "", "Batch size"), Value(0.005, "s", "s", "Latency")


def figure(description):
    return Figure("id", "Title", description, "{}", Table((), ()))


def test_a_projector_has_the_first_sentence_of_a_finding():
    told = figure("Latency: 5.12 ms to batch size 148, then rising. Throughput: rising from 195/s.")
    assert told.finding == "Latency: 5.12 ms to batch size 148, then rising."
    assert told.further == "Throughput: rising from 195/s."
    assert figure("MFU vs. TDP: 5 mW to 23 kW.").finding == "MFU vs. TDP: 5 mW to 23 kW."
    assert figure("").finding == figure("").further == ""


def rows(*ys):
    return [(float(x), y) for x, y in enumerate(ys, start=1)]


@pytest.mark.parametrize(
    ("ys", "words"),
    [
        ([0.005] * 12, "constant at 5 ms"),
        ([0.005 * n for n in range(1, 13)], "rising from 5 ms at batch size 1 to 60 ms at 12"),
        ([0.005] * 6 + [0.01, 0.02, 0.03, 0.04, 0.05, 0.06], "5 ms to batch size 6, then rising to 60 ms at 12"),
        ([0.01, 0.02, 0.03, 0.04, 0.05, 0.06] + [0.07] * 6, "rising from 10 ms to 70 ms at batch size 7, then level"),
        ([0.09, 0.05, 0.03, 0.02, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1], "lowest at batch size 5 with 10 ms"),
        ([0.01, 0.05, 0.06, 0.08, 0.09, 0.06, 0.04, 0.03, 0.02, 0.01], "highest at batch size 5 with 90 ms"),
    ],
)
def test_the_course_of_a_line(ys, words):
    assert shape(rows(*ys), LATENCY, BATCH).startswith(words)


def test_a_bend_is_at_the_mark_beside_it():
    bent = rows(*[0.005] * 6, *(0.01 * n for n in range(1, 7)))
    assert shape(bent, LATENCY, BATCH, [6.4]).startswith("5 ms to batch size 6.4, then rising")
    assert shape(bent, LATENCY, BATCH, [9.0]).startswith("5 ms to batch size 6, then rising")


def test_an_abbreviation_keeps_its_capitals_within_a_sentence():
    assert [uncapitalized(label) for label in ("Batch size", "MFU", "A day", "p99")] == [
        "batch size",
        "MFU",
        "a day",
        "p99",
    ]


@pytest.mark.parametrize("solver", solvers().values(), ids=list(solvers()))
def test_each_chart_of_a_wall_has_a_finding_that_is_its_description(solver):
    result = answer(solver, {})
    page = result_page(solver, result, "/")
    shown = {figure.title: figure.description for figure in page.figures}
    for drawing in result.charts:
        told = finding(drawing, result)
        assert told
        assert drawing.title not in shown or not told or shown[drawing.title] == told


def test_a_chart_that_would_be_constant_is_a_sentence():
    solver = solvers()["training_memory"]
    result = answer(solver, {"zero_stage": "0"})
    page = result_page(solver, result, "/")
    (note,) = [note for note in page.notes if "constant at" in note]
    title = note.split("”")[0].strip("“")
    assert title in [drawing.title for drawing in result.charts]
    assert title not in [figure.title for figure in page.figures]


def test_the_table_of_a_curve_has_the_row_of_the_question_marked():
    solver = solvers()["roofline"]
    for text in ({}, {"batch_size": "3"}, {"batch_size": "150"}):
        page = result_page(solver, answer(solver, text), "/")
        for figure in page.figures:
            marked = [row for row in figure.table.rows if row[0].endswith("(now)")]
            assert len(marked) == 1
            assert marked[0][0] == f"{text.get('batch_size', '1')} (now)"


def test_a_table_has_no_row_without_a_value():
    """The checkpoint interval is left open, so that the wall chooses it: nothing is known of an interval of zero."""
    solver = solvers()["reliability"]
    rows = result_page(solver, answer(solver, {}), "/").figures[0].table.rows
    assert rows and not any("unknown" in row or row[0].endswith("(now)") for row in rows)
