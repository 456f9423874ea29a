"""Each wall has a small picture of its chart, drawn from today's answer."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from catalog.models import Accelerator, CatalogVersion
from mlsysweb.answer import answer
from mlsysweb.show.charts.kinds import draw
from mlsysweb.show.charts.miniature import HEIGHT, WIDTH, miniature, svg
from mlsysweb.show.miniatures import wall_picture, wall_pictures
from solvers.registry import solvers
from solvers.taxonomy import WALLS

pytestmark = pytest.mark.usefixtures("catalog")

NAMES = set(re.findall(r"--([a-z0-9-]+):", Path("static/css/tokens.css").read_text()))
STYLED = set(re.findall(r"\.miniature \.([a-z0-9-]+) ", Path("static/css/miniature.css").read_text()))


def drawn(name, text=None, place=0):
    result = answer(solvers()[name], text or {})
    return miniature(draw(result.charts[place], result))


def test_every_wall_has_a_picture_with_one_title_and_no_text():
    pictures = wall_pictures()
    assert list(pictures) == [wall.number for wall in WALLS]
    for number, picture in pictures.items():
        root = ElementTree.fromstring(picture.svg)
        titles = [element.text for element in root if element.tag == "title"]
        assert len(titles) == 1 and titles[0], number
        assert {element.tag for element in root} <= {"title", "rect", "path", "circle"}
        assert len(root) > 1, number


def test_every_colour_of_a_picture_is_a_token_that_the_style_sheet_knows():
    used = {
        name
        for picture in wall_pictures().values()
        for names in re.findall(r'<(?:rect|path|circle) class="([^"]+)"', picture.svg)
        for name in names.split()
    }
    assert used - {"thin", "hollow"} <= STYLED <= NAMES


@pytest.mark.parametrize("solver", solvers().values(), ids=solvers())
def test_every_chart_of_every_solver_fits_its_picture(solver):
    result = answer(solver, {})
    for plot in (draw(drawing, result) for drawing in result.charts):
        if not any(trace["x"] for trace in plot["data"]):
            continue
        small = miniature(plot)
        assert small.areas or small.paths
        corners = [
            *((area.x, area.y) for area in small.areas),
            *((area.x + area.width, area.y + area.height) for area in small.areas),
            *(point for path in small.paths for point in path.points),
            *((dot.x, dot.y) for dot in small.dots),
        ]
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in corners), solver.name


def test_the_point_of_the_roofline_is_where_the_question_is():
    memory, compute = drawn("roofline").dots[0], drawn("roofline", {"batch_size": "512"}).dots[0]
    assert (memory.colour.token, compute.colour.token) == ("memory", "compute")
    assert memory.x < compute.x and memory.y > compute.y


def test_the_point_of_what_does_not_fit_is_hollow():
    assert drawn("roofline", {"model": "llama-3-70b"}).dots[0].hollow
    assert "hollow" in svg(drawn("roofline", {"model": "llama-3-70b"}), "")


def test_the_longest_bar_is_drawn_in_full_and_across_the_whole_width():
    areas = drawn("reasoning", place=3).areas
    longest = max(areas, key=lambda area: area.width)
    assert longest.colour.opacity == 1 and longest.width > 0.9 * WIDTH
    assert all(area.colour.opacity < 1 for area in areas if area is not longest)


def test_a_long_line_keeps_its_ends_and_its_peak():
    path = drawn("reliability").paths[-1]
    result = answer(solvers()["reliability"], {})
    trace = draw(result.charts[0], result)["data"][0]
    peak = max(zip(trace["y"], trace["x"], strict=True))[1]
    assert len(path.points) <= 40 < len(trace["x"])
    shares = {(x - path.points[0][0]) / (path.points[-1][0] - path.points[0][0]) for x, _ in path.points}
    highest = min(path.points, key=lambda point: point[1])[0]
    assert {0.0, 1.0} <= shares
    assert trace["x"][0] < peak < trace["x"][-1] and path.points[0][0] < highest < path.points[-1][0]


def test_compute_and_memory_show_different_sides_of_one_roofline():
    assert wall_picture(1).svg != wall_picture(2).svg


def test_a_picture_is_drawn_anew_when_the_catalog_changes():
    before = wall_picture(2)
    assert wall_picture(2) is before
    chip = Accelerator.objects.get(slug="h100-sxm5-80gb")
    chip.memory_bandwidth *= 2
    chip.save()
    CatalogVersion.change()
    assert wall_picture(2).value != before.value
