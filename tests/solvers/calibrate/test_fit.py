import dataclasses

import numpy as np
import pytest

from solvers import calibrate, parallelism, serving
from solvers.calibrate.constants import CONSTANTS, POWER_CONSTANTS
from solvers.calibrate.fit import fit, median_error
from solvers.calibrate.prompt import measured_questions
from solvers.calibrate.table import read_table
from solvers.errors import InputErrors
from solvers.laws.power import activity, chip_power
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
    figures = measured_questions(read_table(measured(TRUE, 0.03)), question)
    whole = fit(figures)
    for place in (0, 7, 15):
        rest = fit([each for k, each in enumerate(figures) if k != place])
        constants = {each.constant.name: each.value for each in rest.constants}
        point = figures[place].point
        chip = dataclasses.replace(point.accelerator, **constants)
        found = serving.function(dataclasses.replace(point, accelerator=chip))
        ratio = float(getattr(found, figures[place].quantity)) / figures[place].value
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
    assert {each.name for each in (*CONSTANTS, *POWER_CONSTANTS)} <= set(columns(Accelerator))
    assert all(each.separated_by for each in (*CONSTANTS, *POWER_CONSTANTS))


STEPS = [
    (model, length, dp, tp)
    for model in ("llama-3-8b", "llama-2-7b")
    for length, dp, tp in ((4096, 1, 1), (8192, 8, 1), (4096, 2, 4))
]


def trained(true, noise=0.0, seed=0):
    """Return a table of the training steps of a chip with the `true` constants, each off by a relative error."""
    chip, random = dataclasses.replace(H100, **true), np.random.default_rng(seed)
    lines = ["accelerator,model,sequence length,micro-batches,DP,TP,step time (s)"]
    for model, length, data, tensor in STEPS:
        found = parallelism(
            accelerator=chip,
            model=model,
            sequence_length=length,
            microbatches=8,
            data_parallel=data,
            tensor_parallel=tensor,
            pipeline_parallel=1,
            intra_bandwidth=H100.interconnect_bandwidth,
        )
        seconds = found.step_time * np.exp(random.normal(0, noise))
        lines.append(f"h100-sxm5-80gb,{model},{length},8,{data},{tensor},{seconds:.12g}")
    return "\n".join(lines)


def test_constants_are_found_from_training_steps():
    true = {"measured_gemm_efficiency": 0.7, "measured_link_efficiency": 0.5}
    found = calibrate(trained(true))
    assert {each.name: found[each.name].value for each in CONSTANTS if each.name in true} == pytest.approx(
        true, rel=1e-3
    )
    assert median_error(found.after) < 1e-4 < median_error(found.before)
    noisy = calibrate(trained(true, 0.02))["measured_gemm_efficiency"]
    assert noisy.low < 0.7 < noisy.high and noisy.high / noisy.low < 1.6


def test_times_of_serving_and_of_training_are_fitted_together():
    serving_rows, steps = measured(TRUE, 0.01).splitlines(), trained(TRUE, 0.01).splitlines()
    header = f"{serving_rows[0]},{steps[0].split(',', 2)[2]}"
    lines = [f"{line},,,,," for line in serving_rows[1:]]
    lines += [",".join([*line.split(",")[:2], "", "", "", "", *line.split(",")[2:]]) for line in steps[1:]]
    both, alone = calibrate("\n".join([header, *lines])), calibrate(measured(TRUE, 0.01))
    assert {each.quantity for each in both.figures} == {"ttft", "itl", "step_time"}
    width = [
        np.log(fit["measured_gemm_efficiency"].high / fit["measured_gemm_efficiency"].low) for fit in (both, alone)
    ]
    assert both["measured_gemm_efficiency"].value == pytest.approx(0.7, rel=0.02) and width[0] < 1.3 * width[1]


POWER = {"measured_idle_fraction": 0.25, "measured_arithmetic_power": 1.5, "measured_memory_power": 0.5}


def drawn(true, noise=0.0, seed=0, batches=(1, 4, 16, 64, 128), models=("llama-3-8b", "llama-3.2-1b", "qwen3-14b")):
    """Return a table of the power of an H100 that decodes, by the law with the `true` constants."""
    random, lines = np.random.default_rng(seed), ["accelerator,model,batch size,prompt length,output length,power (W)"]
    for model in models:
        for batch in batches:
            found = serving(accelerator=H100, model=model, batch_size=batch, prompt_length=64, output_length=1000)
            parts = [
                (found.prefill_share, found.prefill_flop, found.prefill_moved, found.ttft),
                (1 - found.prefill_share, found.decode_flop, found.decode_moved, found.decode_step_time),
            ]
            watts = sum(
                share
                * chip_power(
                    H100.tdp,
                    true["measured_idle_fraction"],
                    activity(
                        flop / seconds / found.peak,
                        min(moved / seconds / H100.memory_bandwidth, 1.0),
                        true["measured_arithmetic_power"],
                        true["measured_memory_power"],
                    ),
                )
                for share, flop, moved, seconds in parts
            ) * np.exp(random.normal(0, noise))
            lines.append(f"h100-sxm5-80gb,{model},{batch},64,1000,{watts:.10g}")
    return "\n".join(lines)


def test_constants_of_power_are_found_with_their_intervals():
    found = calibrate(drawn(POWER))
    assert {each.constant.name: each.value for each in found.fitted} == pytest.approx(POWER, rel=1e-3)
    inside = [
        fit[name].low <= value <= fit[name].high
        for fit in (calibrate(drawn(POWER, 0.02, seed)) for seed in range(8))
        for name, value in POWER.items()
    ]
    assert np.mean(inside) > 0.8


def test_power_at_one_batch_size_does_not_tell_its_constants_apart():
    found = calibrate(drawn(POWER, 0.01, batches=(1,) * 4, models=("llama-3-8b",)))
    assert len(found.fitted) == 1 and sum(bool(each.twin) for each in found.constants) == 2


def test_power_above_what_a_device_can_draw_is_refused_by_row():
    with pytest.raises(InputErrors) as bad:
        calibrate("gpu,model,batch,power (W)\nh100-sxm5-80gb,llama-3-8b,8,5600\nh100-sxm5-80gb,llama-3-8b,8,560")
    (error,) = bad.value.errors
    assert error.field == "row-1.power" and "more than one device can draw: its TDP is 700 W" in error.sentence


def test_times_and_power_of_one_table_are_fitted_each_on_its_own():
    times, watts = measured(TRUE, 0.01).splitlines(), drawn(POWER, 0.01).splitlines()
    lines = [f"{times[0]},output length,power (W)", *(f"{line},," for line in times[1:])]
    for line in watts[1:]:
        chip, model, batch, prompt, output, power = line.split(",")
        lines.append(",".join([chip, model, batch, prompt, "", "", output, power]))
    both, alone = calibrate("\n".join(lines)), calibrate(times_text := measured(TRUE, 0.01))
    assert times_text and len(both.constants) == 9 and len(both.correlation) == len(both.fitted)
    for name in TRUE:
        assert both[name].value == pytest.approx(alone[name].value) and both[name].high == pytest.approx(
            alone[name].high
        )
    assert not both.correlation[0, -1]


def test_a_constant_that_the_rows_do_not_bound_keeps_its_value():
    steps = trained({"measured_link_efficiency": 500.0}, 0.01)
    link = calibrate(steps)["measured_link_efficiency"]
    assert link.unbounded and not link.fitted and link.value == pytest.approx(H100.measured_link_efficiency)
