"""Which rows the parallel coordinates draw, and how opaque."""

from itertools import pairwise

import pytest

from mlsysweb.explore.show.table import _places_drawn
from mlsysweb.show.charts.parallel import TOP, WIDTH, ParallelAxis, parallel


@pytest.mark.parametrize("rows", [1, 200, 201, 399, 599, 5000])
@pytest.mark.parametrize("best", [0, 1, 50, 200, 450])
def test_at_most_200_lines_are_drawn_and_a_small_front_is_whole(rows, best):
    front = [place < best for place in range(rows)]
    places = _places_drawn(front)
    assert places and len(places) <= 200 and places == sorted(set(places))
    if best <= 200:
        assert set(range(min(best, rows))) <= set(places)


def drawn(rows):
    values = [float(k) for k in range(rows)]
    return parallel([ParallelAxis("a", "A", values), ParallelAxis("b", "B", values)], [True] * rows, [False] * rows, {})


def test_more_lines_are_fainter_and_few_are_not():
    assert drawn(10).opacity == 1 > drawn(100).opacity > drawn(200).opacity > 0.3


def test_labels_end_before_the_next_axis_and_the_chart_is_as_wide_as_they_need():
    names = ("NVIDIA A100 SXM4 80GB", "AMD Instinct MI300X")
    columns = [
        ParallelAxis(f"c{k}", "Cost per 1M tokens at the assumed throughput", [0.0, 1.0], names) for k in range(9)
    ]
    chart = parallel(columns, [True, True], [False, False], {})
    places = [upright.x for upright in chart.uprights]
    assert all(after - before > 6.5 * len(names[0]) for before, after in pairwise(places))
    assert chart.width > WIDTH and places[-1] + 6.5 * len(names[0]) < chart.width
    assert drawn(10).width == WIDTH


def test_a_long_name_is_broken_above_its_axis():
    lines = drawn(2).uprights[0].name_lines
    assert [line.words for line in lines] == ["A"]
    label = "Cost per 1M tokens at the assumed throughput"
    broken = parallel([ParallelAxis(c, label, [0.0, 1.0]) for c in "ab"], [True] * 2, [False] * 2, {})
    lines = broken.uprights[0].name_lines
    assert len(lines) == 3 and " ".join(line.words for line in lines) == label
    assert 0 < lines[0].y < lines[1].y < lines[2].y < TOP
