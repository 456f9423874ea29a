"""One share of the memory is kept free on every wall."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.fleet.parallelism import parallelism
from solvers.fleet.training_memory import training_memory
from solvers.laws.memory import MEMORY_RESERVE, usable_memory
from solvers.node.batching import batching
from solvers.node.roofline import roofline
from solvers.node.serving import serving
from solvers.operations.shootout import shootout
from solvers.shipped import find
from solvers.specs import Accelerator, Model
from tests.solvers.systems import H100, LLAMA_8B

RESERVING = (serving, batching, training_memory, parallelism, shootout)


@pytest.mark.parametrize("wall", RESERVING, ids=lambda wall: wall.name)
def test_every_wall_that_fills_a_memory_keeps_the_same_share_free(wall):
    assert wall.inputs["memory_reserve"].default == MEMORY_RESERVE


@given(reserve=st.floats(0, 0.9))
def test_serving_batching_and_training_have_the_same_memory_to_use(reserve):
    usable = float(usable_memory(H100.memory_capacity, reserve))
    assert usable == pytest.approx(float(H100.memory_capacity) * (1 - reserve))
    asked = {"model": LLAMA_8B, "accelerator": H100, "memory_reserve": reserve}
    rooms = (
        serving(**asked).memory_room,
        batching(**asked).usable_memory,
        training_memory(**asked).memory_room,
        parallelism(**asked).memory_room,
    )
    assert [float(room) for room in rooms] == pytest.approx([usable] * 4)


def test_what_takes_all_but_a_hundredth_fits_nowhere_unless_nothing_is_kept_free():
    asked = {"model": LLAMA_8B, "accelerator": H100, "precision": "fp16", "prompt_length": 1024, "output_length": 128}
    batch = float(serving(**asked, memory_reserve=0.01).largest_batch_size)
    assert serving(**asked, batch_size=batch, memory_reserve=0.01).feasible
    assert not serving(**asked, batch_size=batch).feasible


def test_a_microcontroller_keeps_nothing_free():
    small = {"model": find(Model, "mlperf-tiny-kws-dscnn"), "accelerator": find(Accelerator, "esp32-s3")}
    assert float(roofline(**small).memory_room) == float(small["accelerator"].sram_capacity)
    assert float(roofline(**small, memory_reserve=0.5).memory_room) == float(roofline(**small).memory_room)
