"""One system through all walls: the inputs of each wall, and that changes affect several."""

import math

import pytest

from catalog.resolve import find
from solvers.pipeline import run
from solvers.pipeline.system import whole_system
from solvers.pipeline.wall_stages import DESCRIPTION, WALL_STAGES, utilization
from solvers.taxonomy import WALLS

pytestmark = pytest.mark.usefixtures("catalog")


def results(**described):
    given = {f"{DESCRIPTION}.{name}": value for name, value in described.items()}
    return run(whole_system(), given, lambda kind, name: find(kind, name, kind.__name__).spec).results


def test_every_wall_has_one_place_and_in_order():
    assert [place.wall for place in WALL_STAGES] == [wall.number for wall in WALLS]


def test_every_strain_is_a_number_that_is_not_negative():
    found = results()
    strains = {place.wall: utilization(place, found[place.stage]) for place in WALL_STAGES}
    assert all(math.isfinite(value) and value >= 0 for value in strains.values()), strains


def test_what_the_system_says_is_what_every_wall_is_asked():
    found = results(model="llama-3-70b", tensor_parallel=4, devices=1024, pipeline_parallel=4, grid="quebec")
    for stage in ("roofline", "efficiency", "serving", "batching", "parallelism"):
        assert found[stage].values["model"].value == "Llama 3 70B"
    assert found["tco"].values["devices"].value == found["reliability"].values["devices"].value == 1024
    assert found["sustainability"].values["duration"].value == found["iron_law"].values["training_time"].value
    assert found["sustainability"].values["carbon_intensity"].value == pytest.approx(20 / 3.6e9)
    assert found["tail_latency"].values["service_time"].value == found["serving"].values["end_to_end_latency"].value


def test_another_chip_moves_latency_money_carbon_and_failures_together():
    one, other = results(), results(accelerator="a100-sxm4-80gb")
    for stage, name in (
        ("serving", "itl"),
        ("parallelism", "training_time"),
        ("tco", "tco"),
        ("sustainability", "total_carbon"),
    ):
        assert other[stage].values[name].value != one[stage].values[name].value
    assert other["reliability"].values["expected_failures"].value > one["reliability"].values["expected_failures"].value


def test_a_full_memory_is_a_strain_of_one_and_more_is_beyond_the_wall():
    place = next(place for place in WALL_STAGES if place.stage == "serving")
    assert utilization(place, results()["serving"]) < 1
    assert utilization(place, results(model="llama-3-70b")["serving"]) > 1
