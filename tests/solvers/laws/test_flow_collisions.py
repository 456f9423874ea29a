import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.laws.flow_collisions import busiest_path


def counted(paths, flows):
    """Return the mean over all placements of the flows on the busiest path."""
    total = 0
    for placement in np.ndindex(*[paths] * flows):
        total += max(placement.count(path) for path in range(paths))
    return total / paths**flows


def exact(paths, flows):
    """Return the same from the number of placements with at most k flows on each path, for more flows than can be
    listed."""
    expected = 0.0
    for k in range(flows):
        few = np.array([1 / math.factorial(j) for j in range(k + 1)])
        power = np.array([1.0])
        for _ in range(paths):
            power = np.convolve(power, few)[: flows + 1]
        at_most = power[flows] * math.factorial(flows) / paths**flows if len(power) > flows else 0.0
        expected += 1 - at_most
    return expected


@pytest.mark.parametrize(("paths", "flows"), [(2, 2), (2, 4), (3, 3), (4, 4)])
def test_the_exact_figure_is_the_mean_over_all_placements(paths, flows):
    assert exact(paths, flows) == pytest.approx(counted(paths, flows))


@pytest.mark.parametrize("paths", [2, 4, 8, 16])
@pytest.mark.parametrize("each", [1, 2, 4])
def test_independent_paths_are_close_to_a_fixed_total(paths, each):
    found, true = float(busiest_path(paths, each)), exact(paths, paths * each)
    assert found == pytest.approx(true, rel=0.008 if paths >= 8 else 0.03)


@given(each=st.floats(1, 1000), paths=st.integers(1, 1_000_000))
def test_no_path_has_less_than_the_mean_and_one_path_has_just_that(each, paths):
    assert float(busiest_path(paths, each)) >= each * (1 - 1e-9)
    assert float(busiest_path(1, each)) == each


@given(each=st.floats(1, 100), paths=st.integers(2, 10_000))
def test_more_paths_collide_more_and_more_flows_even_out(each, paths):
    assert busiest_path(2 * paths, each) > busiest_path(paths, each)
    assert busiest_path(paths, 2 * each) / (2 * each) < busiest_path(paths, each) / each


def test_a_table_of_paths_and_flows_is_answered_as_each_alone():
    paths, each = np.array([[1], [2], [64]]), np.array([1.0, 8.0, 900.0])
    together = busiest_path(paths, each)
    alone = [[float(busiest_path(p, f)) for f in each] for p in paths[:, 0]]
    assert together == pytest.approx(np.array(alone))


def test_unknown_stays_unknown():
    assert np.isnan(busiest_path([np.nan, 4], [2.0, np.nan])).all()
