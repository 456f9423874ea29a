import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.data.ingestion import IngestionBottleneck, ingestion
from tests.solvers.sentences import says

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"demand_bandwidth": "0"},
]

bandwidths = st.floats(1e6, 1e13)


def read(demand, storage, path=1e15, **other):
    return ingestion(demand_bandwidth=demand, storage_bandwidth=storage, io_bandwidth=path, **other)


@given(demand=bandwidths, storage=bandwidths, path=bandwidths)
def test_work_and_stall_share_the_time(demand, storage, path):
    o = read(demand, storage, path)
    assert float(o.accelerator_utilization * o.slowdown) == pytest.approx(1)
    assert float(o.delivered_bandwidth) == pytest.approx(demand * float(o.accelerator_utilization))


@given(demand=bandwidths, storage=bandwidths, path=bandwidths)
def test_only_the_slower_part_is_worth_replacing(demand, storage, path):
    o, faster_storage, faster_path = (
        read(demand, storage, path),
        read(demand, storage * 2, path),
        read(demand, storage, path * 2),
    )
    spared = faster_path if o.bottleneck == IngestionBottleneck.STORAGE else faster_storage
    assert spared.supply_bandwidth == o.supply_bandwidth


@given(demand=bandwidths, storage=bandwidths)
def test_the_cache_it_names_ends_the_stall(demand, storage):
    share = float(read(demand, storage).cached_fraction_needed)
    assert float(read(demand, storage, cached_fraction=share).utilization) <= 1 + 1e-9
    assert share == 0 or float(read(demand, storage, cached_fraction=share).utilization) == pytest.approx(1, rel=1e-6)


@given(demand=bandwidths, storage=bandwidths, cached=st.floats(0, 0.99))
def test_the_storage_it_names_ends_the_stall_and_no_less_does(demand, storage, cached):
    needed = float(read(demand, storage, cached_fraction=cached).storage_bandwidth_needed)
    assert not read(demand, needed * (1 + 1e-9), cached_fraction=cached).stalled
    assert read(demand, needed * (1 - 1e-9), cached_fraction=cached).stalled


def test_data_wholly_in_memory_is_limited_by_the_path_alone():
    o = read(8e9, 1e8, 4e9, cached_fraction=1)
    assert math.isinf(o.storage_supply) and o.bottleneck == IngestionBottleneck.INTERCONNECT
    assert float(o.accelerator_utilization) == 0.5


def test_no_demand_is_no_stall():
    o = read(0.0, 1e9)
    assert (bool(o.stalled), float(o.utilization), float(o.accelerator_utilization)) == (False, 0, 1)


@pytest.mark.parametrize(
    ("storage", "path", "sentence"),
    [
        (1e9, 1e10, "would end the stall"),
        (1e9, 1.5e9, "then host I/O is the limit"),
        (1e10, 1e9, "faster storage would not help"),
        (1e10, 1e10, "No data stall"),
    ],
)
def test_the_verdict_of_a_stall_names_the_part_that_would_help(storage, path, sentence):
    told = says(ingestion, demand_bandwidth=2e9, storage_bandwidth=storage, io_bandwidth=path)
    sentences = {"would end the stall", "then host I/O is the limit", "faster storage would not help", "No data stall"}
    others = sentences - {sentence}
    assert sentence in told and not any(other in told for other in others)
