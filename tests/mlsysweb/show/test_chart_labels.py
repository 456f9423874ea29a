"""Labels of charts: in lines that keep a number with its unit, with room beside bars, in one hue with a highlight."""

import orjson
import pytest

from mlsysweb.show.charts.axes import length_axis
from mlsysweb.show.charts.bars import bar_figure
from mlsysweb.show.charts.labels import broken, without_shared_prefix
from mlsysweb.show.charts.serving_cost import CostBar, serving_cost
from mlsysweb.show.charts.tornado import tornado
from mlsysweb.show.results.page import Figure, Table
from solvers.meta.sensitivity import ElasticityRow


def test_a_number_stays_with_its_unit_where_a_label_is_broken():
    assert broken("Break-even utilization 74\u00a0%", 26) == "Break-even utilization<br>74\u00a0%"


def test_a_narrow_page_reserves_the_height_of_few_bars_after_their_number():
    def bars(figure):
        return Figure("f", "Title", "", orjson.dumps(figure).decode(), Table((), ())).bars

    assert bars(bar_figure(["One", "Two [x]"], [2.0, 1.0], ["2 s", "1 s"])) == 2
    assert bars({"data": [{"type": "scatter"}], "layout": {"yaxis": {"tickvals": [1, 2]}}}) == 0
    two_for_each = bar_figure(["One", "Two"], [2.0, 1.0], ["2 s", "1 s"])
    assert bars({**two_for_each, "data": 2 * two_for_each["data"]}) == 0


def test_bars_are_named_without_the_words_they_share():
    assert without_shared_prefix(["Bandwidth per node, fat tree", "Bandwidth per node, ring"]) == ["Fat tree", "Ring"]
    assert without_shared_prefix(["MFU, fused", "Step time, fused"]) == ["MFU, fused", "Step time, fused"]
    assert without_shared_prefix(["MFU, fused"]) == ["MFU, fused"]
    assert without_shared_prefix([]) == []


@pytest.mark.parametrize(("longest", "shortest"), [(1.0, 0.0), (0.9, -0.9), (0.0, -2.0)])
def test_bars_to_the_left_leave_room_for_their_labels_before_the_names(longest, shortest):
    low, high = length_axis(longest, shortest)["range"]
    room = (min(shortest, 0.0) - low) / (high - low)
    assert room > 0.2 if shortest < 0 else room == 0


def test_bars_of_both_directions_have_that_room():
    low, _ = bar_figure(["a", "b"], [1.0, -1.0], ["1", "−1"])["layout"]["xaxis"]["range"]
    assert low < -1.2


def elasticity(value):
    return ElasticityRow(name="a", label="A", elasticity=value, hardware=False, below=value, above=value)


@pytest.mark.parametrize("values", [(0.94,), (13.02,), (-0.94,), (-12.5, 13.02)])
def test_a_tornado_has_room_for_the_labels_of_each_side_on_a_phone(values):
    low, high = tornado([elasticity(value) for value in values])["layout"]["xaxis"]["range"]
    for value, room in ((max(0.0, *values, 0.0), high), (min(0.0, *values, 0.0), low)):
        letters = len(f"{value:+.2f}") if value else 0
        assert abs(room - value) >= (0.05 * letters) * (high - low)
        assert value or not room


def test_costs_are_in_one_hue_with_the_cheapest_in_full_and_each_bar_says_how_it_is_paid():
    cheap = CostBar("B200", (7670.0, 12000.0, None), ("$7.67k", "$12k", ""), False, cheapest=1)
    dear = CostBar("H100", (16000.0, 21500.0, 9130.0), ("$16k", "$21.5k", "$9.13k"), False)
    own, rented, spot, labels = serving_cost([cheap, dear])["data"]
    colours = {colour for trace in (own, rented, spot) for colour in trace["marker"]["color"]}
    assert {colour.partition("/")[0] for colour in colours} == {"token:compute"} and len(colours) == 2
    assert rented["marker"]["color"][0] == "token:compute" != rented["marker"]["color"][1]
    assert rented["text"] == ["$12k on demand", "$21.5k on demand"] and spot["text"] == ["", "$9.13k spot"]
    assert labels["text"][0].strip() == "$7.67k owned · $12k on demand" and labels["x"] == [12000.0, 21500.0]


def test_a_bar_that_would_flatten_all_others_is_cut_and_says_so():
    cheap = [CostBar(name, (10e3, None, None), ("$10k", "", ""), False) for name in "abc"]
    owned, labels = serving_cost([*cheap, CostBar("d", (16e6, None, None), ("$16M", "", ""), False)])["data"]
    assert owned["x"] == [10e3, 10e3, 10e3, 50e3]
    assert owned["text"][-1] == "$16M owned, bar cut" and owned["text"][0] == "$10k owned"
    assert labels["x"] == owned["x"] and labels["text"][-1].strip() == "$16M owned, bar cut"
