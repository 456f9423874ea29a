"""Charts are valid Plotly for any question, and readable without colours."""

import json
import math
import re
from dataclasses import replace

import plotly.graph_objects as go
import pytest

from mlsysweb.answer import answer
from mlsysweb.show.charts.comparison import stacked
from mlsysweb.show.charts.kinds import KINDS, draw
from mlsysweb.show.results.present import result_page
from solvers.errors import InputErrors
from solvers.fields import Input
from solvers.registry import solvers
from solvers.result import Value

pytestmark = pytest.mark.usefixtures("catalog")

QUESTIONS = [pytest.param(s, p.values, id=f"{n}-{p.name}") for n, s in solvers().items() for p in s.presets] + [
    pytest.param(solvers()["roofline"], {"also": "mi300x,a100-sxm4-80gb,nrf52840"}, id="roofline-several"),
    pytest.param(solvers()["roofline"], {"sweep": "efficiency"}, id="roofline-sweep"),
]


@pytest.mark.parametrize(
    ("wall", "drawing", "shown"),
    [("ingestion", 0, " GB/s"), ("battery", 1, " µW"), ("privacy", 1, "\u00a0%"), ("tco", 1, "\u00a0%")],
)
def test_the_hover_title_of_a_line_has_x_as_people_write_it(wall, drawing, shown):
    result = answer(solvers()[wall], {})
    first, *others = (t for t in draw(result.charts[drawing], result)["data"] if t["mode"] == "lines")
    assert len(first["customdata"]) == len(first["x"])
    assert any(text.endswith(shown) for text in first["customdata"])
    assert all("customdata" not in line for line in others if line["x"] == first["x"])


@pytest.mark.parametrize(("solver", "text"), QUESTIONS)
def test_every_figure_is_valid_plotly_without_a_nan(solver, text):
    result = answer(solver, text)
    for drawing in result.charts:
        figure = draw(drawing, result)
        if not any(trace["x"] for trace in figure["data"]):
            assert f"“{drawing.title}”" in " ".join(result_page(solver, result, "/").notes)
            continue
        coloured = json.loads(re.sub(r'"token:[a-z0-9-]+(/[0-9]+)?"', '"#123456"', json.dumps(figure, allow_nan=False)))
        go.Figure(coloured)
        assert any(trace["x"] for trace in figure["data"])
        assert figure["layout"]["xaxis"]


@pytest.mark.parametrize("solver", solvers().values(), ids=list(solvers()))
def test_the_ends_of_a_slider_are_drawn_too(solver):
    """A slider may begin at zero, which a log axis cannot show."""
    for name, io in solver.inputs.items():
        for end in io.slider if isinstance(io, Input) else ():
            try:
                result = answer(solver, {name: repr(end)})
            except InputErrors:
                continue
            for drawing in result.charts:
                json.dumps(draw(drawing, result), allow_nan=False)


def energy_bars(name, text):
    result = answer(solvers()[name], text)
    drawing = next(d for d in result.charts if d.kind == "bars" and result.values[d.y[0]].unit == "J")
    return draw(drawing, result)


@pytest.mark.parametrize(
    ("name", "text"), [("shootout", {}), ("shootout", {"devices": "1", "duration": "1 day"}), ("battery", {})]
)
def test_bars_are_sorted_labelled_at_their_ends_and_without_an_axis(name, text):
    figure = energy_bars(name, text)
    (bars,) = figure["data"]
    assert bars["x"] == sorted(bars["x"], reverse=True) and all(bars["x"])
    assert bars["textposition"] == "outside" and all(bars["text"])
    assert figure["layout"]["xaxis"]["visible"] is False
    full, *others = bars["marker"]["color"]
    assert full not in others and len(set(others)) <= 1


def test_stacked_bars_of_energy_share_the_unit_of_the_largest_whole():
    value = Value(0.0, "J", "J", "Energy")
    figure = stacked(["one", "other"], {"a": [3.6e9, 3.6e9], "b": [0.0, 7.2e9]}, {"a": value, "b": value})
    assert [trace["y"] for trace in figure["data"]] == [pytest.approx([1, 1]), pytest.approx([0, 2])]
    assert any("MWh" in text for text in figure["layout"]["yaxis"]["ticktext"])


@pytest.mark.parametrize("solver", solvers().values(), ids=list(solvers()))
def test_an_axis_of_a_share_reads_in_percent(solver):
    shares = [name for name, io in solver.inputs.items() if isinstance(io, Input) and io.unit == "1" and io.high == 1]
    for name in shares:
        result = answer(solver, {"sweep": name}) if any(f.kind == "curve" for f in solver.figures) else None
        for drawing in result.charts if result else ():
            if drawing.kind == "curve":
                drawn = draw(drawing, result)
                texts = drawn["layout"]["xaxis"]["ticktext"] if drawn["data"] else []
                assert all(text == "0" or text.endswith("%") for text in texts), name


def test_the_reference_has_a_bar_beside_the_alternatives():
    result = answer(solvers()["shootout"], {"also": "h200-sxm-141gb,gaudi3"})
    training = draw(result.charts[0], result)["data"][0]
    assert training["y"] == [result.values["accelerator"].value, *result.systems[:2]]
    assert training["x"][0] == pytest.approx(result.values["reference_cost"].value)
    notes = result_page(solvers()["shootout"], result, "/").notes
    assert any("Gaudi 3" in note and "unknown" in note for note in notes)


def test_a_line_that_is_one_point_is_told_and_not_drawn():
    solver = solvers()["sustainability"]
    result = answer(solver, {})
    line = next(d for d in result.charts if d.kind == "curve")
    (track,) = (t for t in result.series if t.x == line.x[0])
    one = {
        name: (cells if name == track.x else (cells[0], *(None for _ in cells[1:])))
        for name, cells in track.columns.items()
    }
    one |= {track.x: (result.values[track.x].value, *track.columns[track.x][1:])}
    few = replace(result, series=tuple(replace(t, columns=one) if t is track else t for t in result.series))
    shown = result_page(solver, few, "/")
    assert line.title not in [figure.title for figure in shown.figures]
    assert any(line.title in note for note in shown.notes)


def test_a_mark_at_zero_is_left_out_of_a_log_axis(client):
    assert 'data-for="plot-' in client.get("/walls/reliability/?checkpoint_time=0").content.decode()
    for text, expected in (({"checkpoint_time": "0"}, 0), ({}, 1)):
        result = answer(solvers()["reliability"], text)
        layout = draw(result.charts[0], result)["layout"]
        assert layout["xaxis"]["type"] == "log"
        marks = [each for each in layout["annotations"] if each["name"] == "mark"]
        assert len(layout["shapes"]) == len(marks) == expected


def test_a_kind_is_one_file_with_a_function_of_its_name():
    for name, function in KINDS.items():
        assert function.__module__ == f"mlsysweb.show.charts.{name}" and function.__name__ == name


def test_several_chips_have_a_roof_each_and_their_own_colour():
    result = answer(solvers()["roofline"], {"also": "mi300x,a100-sxm4-80gb"})
    figure = draw(result.charts[0], result)
    assert figure["layout"]["showlegend"]
    roofs = {
        t["name"]: t["line"]["color"] for t in figure["data"] if t.get("mode") == "lines" and t.get("showlegend", True)
    }
    assert len(roofs) == len(set(roofs.values())) == 3


def test_the_operating_points_climb_to_the_ridge():
    result = answer(solvers()["roofline"], {})
    figure = draw(result.charts[0], result)
    (climb,) = [t for t in figure["data"] if t.get("mode") == "lines+markers"]
    assert climb["x"] == sorted(climb["x"]) and climb["customdata"][0] == 1 and 128 in climb["customdata"]


def test_points_that_do_not_fit_are_crosses():
    result = answer(solvers()["roofline"], {"context_length": "8192"})
    figure = draw(result.charts[0], result)
    (climb,) = [t for t in figure["data"] if t.get("mode") == "lines+markers"]
    assert set(climb["marker"]["symbol"]) == {"circle", "x-thin-open"}


def drawn_curve(wall, **text):
    result = answer(solvers()[wall], text)
    return next(draw(drawing, result) for drawing in result.charts if drawing.kind == "curve")


def test_two_figures_of_one_kind_share_a_panel_and_two_of_different_kinds_have_one_each():
    losses, mixed = drawn_curve("scaling_laws"), drawn_curve("serving")
    assert {trace.get("yaxis", "y") for trace in losses["data"]} == {"y"} and "yaxis2" not in losses["layout"]
    assert {trace.get("yaxis", "y") for trace in mixed["data"]} == {"y", "y2"}
    first, second = mixed["layout"]["yaxis"], mixed["layout"]["yaxis2"]
    assert second["domain"][1] < first["domain"][0] and "overlaying" not in second


@pytest.mark.parametrize("solver", solvers().values(), ids=list(solvers()))
def test_axes_have_distinct_ticks_and_the_range_of_the_data_with_little_room(solver):
    result = answer(solver, {})
    for drawing in result.charts:
        figure = draw(drawing, result)
        layout = figure["layout"]
        for name in [name for name in layout if name.startswith(("xaxis", "yaxis")) and "tickvals" in layout[name]]:
            texts = layout[name]["ticktext"]
            assert len(set(texts)) == len(texts)
        if drawing.kind != "curve" or not figure["data"]:
            continue
        low, high = layout["xaxis"]["range"]
        xs = [x for trace in figure["data"] if trace["mode"] == "lines" for x in trace["x"]]
        log = layout["xaxis"]["type"] == "log"
        ends = [math.log10(x) for x in xs if x > 0] if log else xs
        assert low <= min(ends) and max(ends) <= high
        assert max(ends) - min(ends) > 0.9 * (high - low)
        assert all(each["xref"] == each["yref"] == "paper" for each in layout["annotations"])


@pytest.mark.parametrize("solver", solvers().values(), ids=list(solvers()))
def test_no_line_is_drawn_twice_or_constant(solver):
    for preset in solver.presets:
        result = answer(solver, preset.values)
        for drawing in result.charts:
            if drawing.kind == "curve" and len(result.systems) < 2:
                lines = [t for t in draw(drawing, result)["data"] if t["mode"] == "lines"]
                assert len({(tuple(t["x"]), tuple(t["y"])) for t in lines}) == len(lines)
                assert all(len(set(t["y"])) > 1 for t in lines)


def test_a_time_of_years_is_drawn_in_years():
    lived = drawn_curve("battery")
    texts = lived["layout"]["yaxis"]["ticktext"]
    assert all(re.fullmatch(r"[\d,.]+ (d|day|days|y|year|years)", text) for text in texts)
    point = next(trace for trace in lived["data"] if trace["mode"] == "markers")
    years = answer(solvers()["battery"], {}).values["lifetime"].value / (365 * 86400)
    assert point["y"] == [pytest.approx(years)]


def test_shares_of_a_whole_are_seen_as_such():
    assert drawn_curve("reliability")["layout"]["yaxis"]["type"] == "linear"


def test_a_log_axis_leaves_out_what_no_reader_can_use():
    figure = drawn_curve("cluster_queue")
    for name in [name for name in figure["layout"] if name.startswith("yaxis")]:
        axis = figure["layout"][name]
        assert axis["type"] == "linear" or axis["range"][1] - axis["range"][0] < 10


def test_a_queue_is_drawn_to_its_capacity_and_not_beyond():
    figure = drawn_curve("cluster_queue")
    assert figure["layout"]["xaxis"]["range"][1] < 10
    assert all(
        utilization < 1.2 for trace in figure["data"] if trace.get("yaxis") == "y2" for utilization in trace["y"]
    )


def test_the_load_of_a_queue_is_drawn_up_to_its_limit_and_its_wait_from_a_second(client, catalog):
    figure = client.get("/walls/cluster_queue/").context["page"].result.figures[0]
    plot = json.loads(figure.plot.replace("\\u003c", "<").replace("\\u0026", "&"))
    wait, load = plot["data"][:2]
    assert max(load["y"]) <= 1
    assert 3600 * 10 ** plot["layout"]["yaxis"]["range"][0] > 0.1
    day = 86400 if plot["layout"]["xaxis"]["range"][1] < 1 else 1
    assert 6 < plot["layout"]["xaxis"]["range"][1] * day < 6.3 and wait["x"]
