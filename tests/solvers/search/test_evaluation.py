import numpy as np

from solvers.search.evaluation import evaluate, line_along, sample
from solvers.search.run import run
from tests.solvers.search.test_run import AXES, by_hand, good, search


def test_all_of_a_small_space_are_drawn_and_each_is_what_a_loop_finds():
    asked = search()
    seen = evaluate(asked, sample(asked, 1000))
    rows = list(by_hand())
    assert seen.number.tolist() == list(range(len(rows)))
    assert seen.feasible.tolist() == [good(row) for row in rows]
    assert np.allclose(seen.objectives, [[row["time"], row["cost"]] for row in rows])


def test_an_objective_to_be_made_large_is_read_as_itself():
    seen = evaluate(search(["maximize: cost", "fits"]), np.array([0, 5]))
    assert (seen.objectives > 0).all()


def test_a_few_of_a_large_space_are_the_same_each_time_and_spread():
    asked = search()
    one, two = sample(asked, 20), sample(asked, 20)
    assert one.tolist() == two.tolist()
    assert len(one) <= 20 and one.max() < asked.space.size and len(set(one % 3)) == 3


def test_along_an_axis_only_that_axis_changes():
    asked = search()
    for k, axis in enumerate(AXES):
        labels = asked.space.labels(line_along(asked, 50, k))
        own = asked.space.labels(np.array([50]))[0]
        assert [row[axis.name] for row in labels] == list(axis.labels)
        assert all(row | {axis.name: 0} == own | {axis.name: 0} for row in labels)


def test_along_a_long_axis_are_the_nearest():
    asked = search()
    sizes = [row["size"] for row in asked.space.labels(line_along(asked, 0, 0, most=3))]
    assert sizes == [1, 2, 3]
    sizes = [row["size"] for row in asked.space.labels(line_along(asked, asked.space.size - 1, 0, most=3))]
    assert sizes == [6, 7, 8]


def test_a_relaxed_limit_frees_what_only_it_holds_back():
    limit, share = 100.0, 0.5
    outcome = run(search(["minimize: time", f"cost <= {limit} USD", "fits"], relax=share))
    freed = [r["time"] for r in by_hand() if limit < r["cost"] <= limit * (1 + share) and r["size"] <= 6]
    assert outcome.seen.freed[0, 0] == min(freed)
    assert np.isinf(outcome.seen.freed[1, 0])  # a flag has no limit to relax


def test_what_is_freed_is_the_same_however_the_space_is_cut():
    goals = ["minimize: time", "minimize: cost", "cost <= 20 USD", "fits"]
    whole, cut = (run(search(goals, relax=0.5, rows=rows)).seen.freed for rows in (10**6, 7))
    assert np.array_equal(whole, cut)


def test_without_relaxing_nothing_is_freed():
    assert np.isinf(run(search()).seen.freed).all()
