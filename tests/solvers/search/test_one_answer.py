"""A design space, a pipeline and the wall itself tell the same of one system, whatever the chip."""

import pytest

from solvers import pipeline, search, serving

CHIPS = ["h100-sxm5-80gb", "a100-sxm4-80gb", "l40s", "t4"]


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize("split", [1, 4])
def test_a_design_of_a_chip_takes_what_the_wall_says_it_takes(chip, split):
    wall = serving(accelerator=chip, batch_size=32, tensor_parallel=split)
    found = search(
        serving,
        minimize="itl",
        subject_to=["ttft <= 1000 s"],
        accelerator=[chip],
        batch_size=[32],
        tensor_parallel=[split],
        keep=1,
    )
    assert found.count == 1
    if wall.feasible:
        assert float(found.best["itl"]) == pytest.approx(wall.itl, rel=1e-9)
        assert float(found.best["ttft"]) == pytest.approx(wall.ttft, rel=1e-9)
    done = pipeline("serving").run(accelerator=chip, batch_size=32, tensor_parallel=split)
    if split == 1:  # the link of a chip reaches a pipeline only where it is given
        assert done.results["serving"].values["itl"].value == pytest.approx(wall.itl, rel=1e-9)


def test_the_rooflines_constants_mean_the_roofline_in_a_design_space_and_in_a_pipeline():
    wall = serving(efficiency=0.5, layer_overhead=1e-5, bandwidth_efficiency=1)
    constants = {"efficiency": 0.5, "layer_overhead": 1e-5, "bandwidth_efficiency": 1}
    found = search(serving, minimize="itl", batch_size=[8], **constants)
    assert float(found.best["itl"]) == pytest.approx(wall.itl, rel=1e-9)
    done = pipeline("serving").run(**constants)
    assert done.results["serving"].values["itl"].value == pytest.approx(wall.itl, rel=1e-9)
    assert wall.itl != serving().itl
