import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from solvers.search import front as bends
from solvers.search.front import dominated, front, knee, merged_fronts


@pytest.fixture(params=[(2, 1), (64, 2**18)], ids=["always parting", "as it is"], scope="module", autouse=True)
def sizes_below_which_pairs_are_compared(request):
    before = bends._FEW, bends._PAIRS
    bends._FEW, bends._PAIRS = request.param
    yield
    bends._FEW, bends._PAIRS = before


def scores(columns):
    # Few distinct values, so that ties and duplicates are frequent.
    few = st.sampled_from([0.0, 1.0, 2.0, 3.0, -1.5, np.inf, np.nan])
    return st.integers(0, 20).flatmap(lambda rows: arrays(float, (rows, columns), elements=few))


def slow_front(rows):
    """Return the front by its definition, one pair at a time."""
    kept = []
    for k, row in enumerate(rows):
        if np.isnan(row).any():
            continue
        others = [other for j, other in enumerate(rows) if j != k and not np.isnan(other).any()]
        is_beaten = any((other <= row).all() and (other < row).any() for other in others)
        is_copy = any((rows[j] == row).all() for j in range(k))
        if not is_beaten and not is_copy:
            kept.append(k)
    return kept


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
@settings(max_examples=40)
@given(data=st.data())
def test_the_front_is_what_the_definition_says_with_one_row_for_each_tie(columns, data):
    rows = data.draw(scores(columns))
    assert sorted(front(rows).tolist()) == slow_front(rows)


@pytest.mark.parametrize("columns", [2, 3, 4])
def test_the_front_of_many_random_rows_beats_the_rest_and_itself_not(columns):
    rows = np.random.default_rng(columns).random((1_000, columns))
    rows -= 0.9 * rows.mean(axis=1, keepdims=True)
    kept = front(rows)
    assert len(kept) > 20
    assert not dominated(rows[kept], rows[kept]).any()
    rest = np.setdiff1d(np.arange(len(rows)), kept)
    assert dominated(rows[rest], rows[kept]).all()


@pytest.mark.parametrize("columns", [2, 3])
def test_a_front_is_ordered_by_its_first_score(columns):
    rows = np.random.default_rng(0).random((500, columns))
    assert (np.diff(rows[front(rows)][:, 0]) >= 0).all()


@settings(max_examples=40)
@given(rows=scores(2), other=scores(2))
def test_the_front_of_fronts_is_the_front_of_all(rows, other):
    together = np.vstack((rows, other))
    merged = np.vstack((rows[front(rows)], other[front(other)]))
    assert merged[front(merged)].tolist() == together[front(together)].tolist()


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
@settings(max_examples=40)
@given(data=st.data())
def test_two_fronts_compared_with_each_other_are_the_front_of_all(columns, data):
    rows, other = data.draw(scores(columns)), data.draw(scores(columns))
    early, late = front(rows), front(other)
    kept, new = merged_fronts(rows[early], other[late])
    together = np.vstack((rows, other))
    assert sorted([*early[kept], *(late[new] + len(rows))]) == sorted(front(together).tolist())


def test_the_knee_is_furthest_below_the_chord():
    x = np.linspace(0, 1, 101)
    assert knee(np.stack((x, (1 - x) ** 2), axis=1)) == 50
    assert knee(np.stack((1000 * x, 3 + 1e-6 * (1 - np.sqrt(x)) ** 2), axis=1)) == 25


def test_a_front_of_nothing_one_or_two_has_a_knee_if_it_can():
    assert knee(np.zeros((0, 2))) == -1
    assert knee(np.array([[3.0, 4.0]])) == 0
    assert knee(np.array([[0.0, 1.0], [1.0, 0.0]])) in (0, 1)
