"""Which rows the parallel coordinates draw, and how opaque."""

import pytest

from mlsysweb.explore.show.table import _places_drawn
from mlsysweb.show.charts.parallel import ParallelAxis, parallel


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
