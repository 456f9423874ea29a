import numpy as np

from solvers.inputs import efficiency, layer_overhead, timing
from solvers.laws.language_pass import Timing
from solvers.picks import meant_choices

INPUTS = {
    "timing": timing().metadata["io"],
    "efficiency": efficiency(0.65).metadata["io"],
    "bandwidth_efficiency": efficiency(0.85).metadata["io"],
    "layer_overhead": layer_overhead(45e-6).metadata["io"],
}


def meant(**values):
    return meant_choices(INPUTS, values)["timing"]


def test_a_question_that_leaves_the_rooflines_constants_alone_leaves_the_choice_to_the_wall():
    assert meant() == Timing.AUTO
    assert meant(efficiency=0.65, bandwidth_efficiency=0.85, layer_overhead=45e-6) == Timing.AUTO


def test_changing_one_of_the_rooflines_constants_means_the_roofline():
    assert meant(efficiency=0.5) == Timing.ROOFLINE
    assert meant(layer_overhead=0.0) == Timing.ROOFLINE


def test_what_is_chosen_outright_counts_whatever_the_constants_are():
    assert meant(timing=Timing.KERNELS, efficiency=0.5) == Timing.KERNELS
    assert meant(timing=Timing.ROOFLINE) == Timing.ROOFLINE


def test_a_column_of_constants_means_a_column_of_choices():
    found = meant(efficiency=np.array([0.65, 0.5, 0.65]), layer_overhead=np.array([45e-6, 45e-6, 0.0]))
    assert found.tolist() == [Timing.AUTO, Timing.ROOFLINE, Timing.ROOFLINE]
