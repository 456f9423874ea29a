"""The chart of a class's answers."""

import json
from html import unescape

import pytest

from mlsysweb.classroom.charts import answers_figure
from mlsysweb.classroom.questions.question import Plot, PlotAxis

AXIS = PlotAxis("Answer", "t", 1.0, 1000.0, True)


def drawn(plot):
    return json.loads(unescape(str(answers_figure(plot, "load-time", 1).plot)))


def test_equal_answers_are_stacked_at_their_value():
    plot = drawn(Plot(AXIS, None, ((100.0, 0.0), (100.0, 0.0), (7.0, 0.0)), (100.0, 0.0), (("Half", 50.0),)))
    answers, computed, half = plot["data"]
    assert sorted(zip(answers["x"], answers["y"], strict=True)) == [(7.0, 1), (100.0, 1), (100.0, 2)]
    assert computed["x"] == [100.0, 100.0]
    assert (half["name"], half["x"]) == ("Half", [50.0, 50.0])


@pytest.mark.parametrize("axis", [AXIS, PlotAxis("", "1", 0.03, 1.0, True), PlotAxis("", "1", -5.0, 60.0, False)])
def test_an_axis_has_few_ticks_with_texts_of_their_own(axis):
    x = drawn(Plot(axis, None, ((1.0, 0.0),), (1.0, 0.0), ()))["layout"]["xaxis"]
    assert 2 <= len(x["tickvals"]) <= 6
    assert len(set(x["ticktext"])) == len(x["tickvals"])
    assert not any("m" in text for text in x["ticktext"])


def test_points_are_drawn_on_two_axes_with_the_computed_one():
    answers, computed = drawn(Plot(AXIS, AXIS, ((3.0, 5.0),), (4.0, 6.0), ()))["data"]
    assert (answers["x"], answers["y"]) == ([3.0], [5.0])
    assert (computed["x"], computed["y"]) == ([4.0], [6.0])
