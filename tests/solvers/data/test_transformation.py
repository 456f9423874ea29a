import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.data.transformation import Order, transformation

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"sample_bytes": "1e15"},
]

batches = st.integers(1, 4096)
workers = st.integers(1, 512)
times = st.floats(1e-4, 10)


@given(batch=batches, hands=workers, step=times)
def test_the_slower_of_preparing_and_training_sets_the_pace(batch, hands, step):
    o = transformation(batch_size=batch, workers=hands, step_time=step)
    assert float(o.throughput) == pytest.approx(min(float(o.prepared_rate), float(o.wanted_rate)))


@given(batch=batches, hands=workers)
def test_twice_the_workers_prepare_in_half_the_time(batch, hands):
    one, two = (transformation(batch_size=batch, workers=n).transform_time for n in (hands, 2 * hands))
    assert float(one) == pytest.approx(2 * float(two))


@given(batch=batches, step=times)
def test_the_workers_it_names_keep_pace_and_one_fewer_does_not(batch, step):
    needed = int(transformation(batch_size=batch, step_time=step).workers_needed)
    assert transformation(batch_size=batch, step_time=step, workers=needed).slowdown <= 1 + 1e-12
    fewer = transformation(batch_size=batch, step_time=step, workers=max(needed - 1, 1))
    assert needed == 1 or float(fewer.transform_time) >= step * (1 - 1e-12)


@given(hands=workers, step=times)
def test_preparing_ahead_saves_the_shorter_of_the_two(hands, step):
    ahead, in_turn = (transformation(workers=hands, step_time=step, order=order) for order in Order)
    saved = float(in_turn.effective_step_time - ahead.effective_step_time)
    assert saved == pytest.approx(min(step, float(ahead.transform_time)), rel=1e-6)


@given(hands=workers, step=times, order=st.sampled_from(Order))
def test_working_and_waiting_fill_the_step(hands, step, order):
    o = transformation(workers=hands, step_time=step, order=order)
    assert float(o.accelerator_utilization * o.effective_step_time + o.wait_per_step) == pytest.approx(
        float(o.effective_step_time)
    )
