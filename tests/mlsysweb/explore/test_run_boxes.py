"""A search on a Dask cluster of two worker processes gives the same result to the bit, and survives the loss of a
worker."""

import os
import signal

import pytest
from dask.distributed import LocalCluster
from distributed import Future

from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.question import declared_search
from mlsysweb.explore.jobs import run_boxes as spreading
from mlsysweb.explore.jobs.run_boxes import run_boxes, run_span
from mlsysweb.explore.jobs.serialize import to_bytes
from solvers.search.explore import empty_result
from solvers.search.run import run
from tests.mlsysweb.explore.questions import large

pytestmark = pytest.mark.usefixtures("catalog")


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as two:
        yield two


@pytest.fixture
def on_cluster(cluster, monkeypatch):
    monkeypatch.setenv("DASK_SCHEDULER", cluster.scheduler_address)
    monkeypatch.setattr(spreading, "_SPAN", 4)
    yield
    spreading._client(cluster.scheduler_address).close()
    spreading._client.cache_clear()


@pytest.fixture
def search():
    return declared_search(large(20_000), look_up, all_of).search


def test_on_two_workers_the_answer_is_the_same_to_the_bit(search, on_cluster):
    steps = list(run_boxes(search, empty_result(search), 0))
    assert steps[-1][1] == search.boxes > 10
    assert to_bytes(steps[-1][0]) == to_bytes(run(search).seen)


def test_it_goes_on_from_where_it_was_left(search, on_cluster):
    steps = run_boxes(search, empty_result(search), 0)
    seen, done = next(steps)
    steps.close()
    assert 0 < done < search.boxes
    *_, (seen, done) = run_boxes(search, seen, done)
    assert to_bytes(seen) == to_bytes(run(search).seen)


def test_a_lost_worker_costs_only_its_share(search, on_cluster, cluster):
    steps = run_boxes(search, empty_result(search), 0)
    next(steps)
    os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
    *_, (seen, done) = steps
    assert done == search.boxes
    assert to_bytes(seen) == to_bytes(run(search).seen)


def test_spans_that_the_scheduler_cancels_are_asked_for_again(search, on_cluster, cluster):
    client = spreading._client(cluster.scheduler_address)
    steps = run_boxes(search, empty_result(search), 0)
    next(steps)
    waiting = [Future(key, client) for key in list(client.futures) if str(key).startswith("run_span")]
    assert waiting
    client.cancel(waiting, force=True)
    *_, (seen, done) = steps
    assert done == search.boxes
    assert to_bytes(seen) == to_bytes(run(search).seen)


def test_without_a_cluster_it_is_done_here(search, monkeypatch):
    monkeypatch.delenv("DASK_SCHEDULER", raising=False)
    *_, (seen, _done) = run_boxes(search, empty_result(search), 0)
    assert to_bytes(seen) == to_bytes(run(search).seen)


def test_a_share_is_what_its_boxes_come_to(search):
    assert to_bytes(run_span(search, 0, search.boxes, empty_result(search))) == to_bytes(run(search).seen)
