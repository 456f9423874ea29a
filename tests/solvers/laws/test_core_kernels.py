from dataclasses import replace

import numpy as np
import pytest

from solvers import roofline
from solvers.calibration import IDEAL, SILICON, TUTORIAL
from solvers.laws.core_kernels import STAND_IN, core_efficiency
from solvers.registry import solvers
from solvers.shipped import find
from solvers.specs import Accelerator, Model, Precision, stack
from tests.solvers.systems import H100

M4, M7, M33 = (find(Accelerator, slug) for slug in ("stm32l4r5", "stm32h7a3", "stm32u575"))
KEYWORDS, IMAGES, SOUNDS = (
    find(Model, f"mlperf-tiny-{name}") for name in ("kws-dscnn", "ic-resnet8", "ad-autoencoder")
)


def inference(model, chip, **inputs):
    return roofline(model=model, accelerator=chip, precision=Precision.INT8, layer_overhead=0.0, **inputs)


def test_convolutions_reach_more_than_dense_layers_and_those_more_than_depthwise_convolutions():
    total = IMAGES.inference_flop
    kinds = [{"depthwise_flop": 0.0, "dense_flop": 0.0}, {"depthwise_flop": 0.0, "dense_flop": total}]
    kinds += [{"depthwise_flop": total, "dense_flop": 0.0}]
    shares = [core_efficiency(M4, replace(IMAGES, **flop)) for flop in kinds]
    assert np.asarray(shares) / shares[0] == pytest.approx([1, 0.7, 0.2])


def test_a_cortex_m4_recognizes_a_keyword_in_70_ms_and_an_m7_in_15_ms():
    """MLPerf Tiny: 74 ms (X-CUBE-AI 8.0) and 43 to 104 ms of other libraries; 14 to 15 ms."""
    assert inference(KEYWORDS, M4).compute_time == pytest.approx(0.070, rel=0.05)
    assert inference(KEYWORDS, M7).compute_time == pytest.approx(0.015, rel=0.05)


def test_a_core_that_was_not_measured_has_the_mean_of_those_that_were():
    unknown = replace(M4, measured_gemm_efficiency_8bit=np.nan)
    means = np.exp(np.mean([np.log(chip.measured_gemm_efficiency_8bit) for chip in (M4, M7, M33)]))
    assert pytest.approx(means) == STAND_IN
    assert inference(IMAGES, unknown).kernel_efficiency == pytest.approx(STAND_IN, rel=1e-3)


def test_other_formats_and_other_chips_have_one_efficiency():
    assert roofline(model=KEYWORDS, accelerator=M4, precision=Precision.FP32).kernel_efficiency == 0.5
    assert inference(KEYWORDS, H100).kernel_efficiency == 0.5


def test_an_efficiency_that_is_given_counts():
    assert inference(KEYWORDS, M4, efficiency=0.3).kernel_efficiency == 0.3
    assert inference(KEYWORDS, M4, kernel_rates="roofline").kernel_efficiency == 0.5


@pytest.mark.parametrize(("calibration", "efficiency"), [(IDEAL, 1.0), (TUTORIAL, 0.5)])
def test_the_textbooks_constants_keep_one_efficiency(calibration, efficiency):
    settings = calibration.settings(solvers()["roofline"].inputs, vars(M4))
    assert roofline(model=SOUNDS, accelerator=M4, precision="int8", **settings).kernel_efficiency == efficiency


def test_measured_constants_use_the_rates_of_the_core():
    settings = SILICON.settings(solvers()["roofline"].inputs, {"flash_capacity": M4.flash_capacity})
    found = roofline(model=SOUNDS, accelerator=M4, precision="int8", **settings)
    assert found.kernel_efficiency == pytest.approx(float(core_efficiency(M4, SOUNDS)))


def test_a_column_of_chips_answers_as_each_alone():
    chips = [M4, H100, M7]
    alone = [inference(KEYWORDS, chip).kernel_efficiency for chip in chips]
    together = inference(KEYWORDS, stack(chips)).kernel_efficiency
    assert together.tolist() == pytest.approx([float(each) for each in alone])
