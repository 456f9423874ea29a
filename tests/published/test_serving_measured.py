"""The silicon calibration against measured serving (aiconfigurator 0.12.0, see README.md), on one GPU of each row."""

import pytest

from solvers.calibration import SILICON, TUTORIAL, Calibration
from tests.bench.measured import computed, errors, measured

pytestmark = pytest.mark.usefixtures("catalog")


def one(gpu, calibration):
    rows = measured()
    at = (rows["gpu"] == gpu) & (rows["tensor_parallel"] == 1)
    ttft, itl = computed(rows, calibration)
    return errors(ttft[at], rows["ttft_s"][at])[0], errors(itl[at], rows["itl_s"][at])[0]


def test_silicon_is_within_15_percent_of_measured_first_tokens_and_5_percent_of_further_ones():
    first, between = one("h100_sxm", SILICON)
    assert first < 0.15 and between < 0.05


def test_the_tutorials_constants_miss_by_a_quarter():
    assert 0.2 < one("h100_sxm", TUTORIAL)[1] < 0.3


def test_the_catalogs_own_figures_of_an_a100_bring_its_further_tokens_within_8_percent():
    general = Calibration("general", "", **SILICON.values)
    assert one("a100_sxm", SILICON)[1] < 0.08 < one("a100_sxm", general)[1]
