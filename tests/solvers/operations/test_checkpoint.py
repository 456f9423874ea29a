import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.operations.checkpoint import CheckpointBottleneck, checkpoint

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"interval": "60", "way": "synchronous", "parameters": "1e13"},
]

counts = st.integers(1, 5000)


@given(writers=counts)
def test_writers_write_together_until_the_file_system_is_full(writers):
    o = checkpoint(writers=writers, writer_bandwidth=2e9, filesystem_bandwidth=100e9)
    assert float(o.write_bandwidth) == min(writers * 2e9, 100e9)
    assert float(o.write_time * o.write_bandwidth) == pytest.approx(float(o.checkpoint_size))
    assert o.bottleneck == (CheckpointBottleneck.WRITERS if writers < 50 else CheckpointBottleneck.FILESYSTEM)
    assert float(o.saturating_writers) == 50


def test_a_checkpoint_of_adam_in_mixed_precision_is_14_bytes_a_parameter():
    assert float(checkpoint(parameters=70e9).checkpoint_size) == 980e9


@given(minutes=st.floats(1, 1000))
def test_overhead_is_time_over_interval_and_a_day_has_as_many_as_fit(minutes):
    o = checkpoint(interval=60 * minutes)
    assert float(o.overhead) == pytest.approx(float(o.write_time) / (60 * minutes))
    assert float(o.lost_per_day) == pytest.approx(float(o.overhead) * 86400)
    assert float(o.bandwidth_to_keep_up) * 60 * minutes == pytest.approx(float(o.checkpoint_size))
    assert float(o.written_per_day) == pytest.approx(float(o.checkpoint_size) * 1440 / minutes)
    fast = checkpoint(
        interval=60 * minutes, writer_bandwidth=1e15, filesystem_bandwidth=float(o.bandwidth_for_one_percent)
    )
    assert float(fast.overhead) == pytest.approx(0.01)


def test_out_of_the_way_the_run_waits_for_the_copy_alone_and_never_longer_than_for_all():
    whole, copied = checkpoint(), checkpoint(way="asynchronous")
    assert float(copied.stall_time) == pytest.approx(980e9 / 64 / 25e9)
    assert float(copied.write_time) == float(whole.write_time) == float(whole.stall_time)
    slow = checkpoint(way="asynchronous", copy_bandwidth=1e9, writers=1, filesystem_bandwidth=1e12)
    assert float(slow.stall_time) == float(slow.write_time)


def test_reading_back_is_as_much_faster_as_reading_is():
    assert float(checkpoint(read_speedup=2).load_time) == pytest.approx(float(checkpoint().write_time) / 2)


def test_columns_are_as_good_as_single_questions():
    writers = np.array([1.0, 64.0, 128.0])
    assert checkpoint(writers=writers).write_time == pytest.approx(
        [float(checkpoint(writers=w).write_time) for w in writers]
    )


@given(seconds=st.floats(1e-3, 1e5), way=st.sampled_from(["synchronous", "asynchronous"]))
def test_a_run_never_stalls_for_more_than_all_of_its_time_nor_writes_faster_than_it_can(seconds, way):
    o = checkpoint(interval=seconds, way=way)
    assert float(o.stall_share) <= 1
    assert float(o.written_per_day) <= float(o.write_bandwidth) * 86400 * (1 + 1e-12)
    assert bool(o.keeps_up) == (float(o.overhead) <= 1) == (float(o.actual_interval) == seconds)


def test_llama_3_405b_saves_to_2_tb_a_second_within_three_seconds():
    # Grattafiori et al. 2024, section 3.3.1: storage that sustains 2 TB/s for 16,384 GPUs of eight to a host.
    o = checkpoint(parameters=405e9, writers=2048, filesystem_bandwidth=2e12)
    assert float(o.write_time) == pytest.approx(405e9 * 14 / 2e12)
    assert o.bottleneck == CheckpointBottleneck.FILESYSTEM
