import dataclasses

import numpy as np
import pytest

from solvers import calibrate, serving
from solvers.calibrate.constants import CONSTANTS
from solvers.calibrate.fit import fit, median_error
from solvers.calibrate.prompt import timed_questions
from solvers.calibrate.table import read_table
from solvers.errors import InputErrors
from solvers.notebook.call import question
from solvers.shipped import find
from solvers.specs import Accelerator, columns

H100 = find(Accelerator, "h100-sxm5-80gb", "accelerator")
TRUE = {"measured_gemm_efficiency": 0.7, "measured_memory_efficiency": 0.9, "measured_kernel_time": 3e-6}
LINK = {"measured_collective_latency": 9e-6, "measured_link_efficiency": 0.6}
SHAPES = [(batch, prompt) for batch in (1, 4, 16, 64) for prompt in (128, 1024, 4096)]


def measured(true, noise=0.0, seed=0, shapes=SHAPES, **more):
    """Return a table of the times of a chip with the `true` constants, each off by a relative error."""
    chip = dataclasses.replace(H100, **true)
    random = np.random.default_rng(seed)
    names = ["accelerator", "model", "batch_size", "prompt_length", *more, "ttft (ms)", "itl (ms)"]
    lines = [",".join(names)]
    for batch, prompt in shapes:
        asked = {"model": "llama-3-8b", "batch_size": batch, "prompt_length": prompt, **more}
        found = serving(accelerator=chip, **asked)
        times = np.array([found.ttft, found.itl]) * 1e3 * np.exp(random.normal(0, noise, 2))
        lines.append(",".join(["h100-sxm5-80gb", *map(str, asked.values()), *(f"{each:.12g}" for each in times)]))
    return "\n".join(lines)


def test_constants_are_found_from_times_without_errors():
    found = calibrate(measured(TRUE))
    assert {each.constant.name: each.value for each in found.fitted} == pytest.approx(TRUE, rel=1e-4)
    assert median_error(found.after) < 1e-5 < median_error(found.before) and found.converged


def test_intervals_hold_the_constants_as_often_as_they_say():
    inside = [
        found[name].low <= value <= found[name].high
        for found in (calibrate(measured(TRUE, 0.03, seed)) for seed in range(12))
        for name, value in TRUE.items()
    ]
    assert 0.83 <= np.mean(inside) <= 1.0


def test_constants_of_links_and_of_8_bits_need_their_own_rows():
    found = calibrate(measured(TRUE))
    kept = {each.constant.name for each in found.constants if each.untold}
    assert kept == {"measured_gemm_efficiency_8bit", *LINK}
    assert found["measured_link_efficiency"].value == pytest.approx(H100.measured_link_efficiency)
    split = calibrate(measured(TRUE | LINK, tensor_parallel=8))
    assert {each.constant.name for each in split.fitted} == {*TRUE, *LINK}
    assert split["measured_collective_latency"].value == pytest.approx(9e-6, rel=0.01)
    assert split["measured_link_efficiency"].value == pytest.approx(0.6, rel=0.01)
    narrow = calibrate(measured(TRUE | {"measured_gemm_efficiency_8bit": 0.5}, precision="fp8"))
    assert narrow["measured_gemm_efficiency_8bit"].value == pytest.approx(0.5, rel=0.01)


def test_rows_of_one_shape_do_not_tell_constants_apart():
    same = measured(TRUE, 0.01, shapes=[(1, 128)] * 4)
    lines = same.splitlines()
    steps = "\n".join(",".join(line.split(",")[:4] + line.split(",")[5:]) for line in lines)
    found = calibrate(steps)
    twins = {each.constant.name: each.twin for each in found.constants if each.twin}
    assert "measured_kernel_time" in twins or "measured_memory_efficiency" in twins
    assert len(found.fitted) == 1


def test_shapes_of_one_kind_have_a_larger_correlation():
    one_kind = measured(TRUE, 0.01, shapes=[(1, 128), (1, 256), (1, 512)])
    narrow, wide = (calibrate(rows).correlation for rows in (one_kind, measured(TRUE, 0.01)))
    assert 1 > abs(narrow[1, 2]) > abs(wide[1, 2]) and np.diag(wide) == pytest.approx(1)


def test_an_error_left_out_is_about_that_of_a_fit_without_the_time():
    figures = timed_questions(read_table(measured(TRUE, 0.03)), lambda row: question(serving, row))
    whole = fit(figures)
    for place in (0, 7, 15):
        rest = fit([each for k, each in enumerate(figures) if k != place])
        constants = {each.constant.name: each.value for each in rest.constants}
        point = figures[place].point
        chip = dataclasses.replace(point.accelerator, **constants)
        found = serving.function(dataclasses.replace(point, accelerator=chip))
        ratio = float(getattr(found, figures[place].quantity)) / figures[place].seconds
        assert np.log(whole.left_out[place]) == pytest.approx(np.log(ratio), rel=0.15, abs=2e-3)


def test_a_share_above_one_is_fitted_as_it_is():
    found = calibrate(measured({"measured_memory_efficiency": 1.3}))
    assert found["measured_memory_efficiency"].value == pytest.approx(1.3, rel=0.01)


def test_too_few_times_are_a_sentence():
    with pytest.raises(InputErrors, match="are too few: 2 constants need at least 3 measured times; there are 2"):
        calibrate(measured(TRUE, shapes=[(1, 1024)]))


def test_rows_of_two_accelerators_are_refused_by_row():
    text = measured(TRUE) + "\na100-sxm4-80gb,llama-3-8b,1,128,20,12"
    with pytest.raises(InputErrors) as bad:
        calibrate(text)
    (error,) = bad.value.errors
    assert error.field == "row-13.accelerator" and "Fit one at a time." in error.sentence


def test_what_the_wall_refuses_is_said_by_row_and_column():
    text = measured(TRUE, shapes=[(1, 128)] * 3).replace("llama-3-8b,1,128", "llama-3-8b,0,128", 1)
    with pytest.raises(InputErrors) as bad:
        calibrate(text)
    assert [error.field for error in bad.value.errors] == ["row-1.batch_size"]


def test_the_constants_are_figures_of_a_chip():
    assert {each.name for each in CONSTANTS} <= set(columns(Accelerator))
    assert all(each.separated_by for each in CONSTANTS)
