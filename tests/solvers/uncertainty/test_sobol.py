import numpy as np
import pytest
from scipy import stats

from solvers.uncertainty.sobol import SCRAMBLES, half_width, saltelli_design, sobol_indices

# Ishigami and Homma 1990 with a = 7, b = 0.1: the indices follow from the integrals.
A, B = 7.0, 0.1
VARIANCE = A**2 / 8 + B * np.pi**4 / 5 + B**2 * np.pi**8 / 18 + 0.5
FIRST = np.array([0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, 0.0]) / VARIANCE
BOTH = 8 * B**2 * np.pi**8 / 225 / VARIANCE
TOTAL = FIRST + np.array([BOTH, 0.0, BOTH])


def ishigami(points):
    x = np.pi * (2 * points.T - 1)
    return np.sin(x[0]) + A * np.sin(x[1]) ** 2 + B * x[2] ** 4 * np.sin(x[0])


def of(function, inputs, samples=4096, seed=0):
    return sobol_indices(function(saltelli_design(inputs, samples, seed)), inputs)


def test_the_indices_of_ishigami_are_found():
    found = of(ishigami, 3)
    assert found.first == pytest.approx(FIRST, abs=0.01)
    assert found.total == pytest.approx(TOTAL, abs=0.01)


def test_of_a_sum_each_input_has_its_share_of_the_variance_and_nothing_more():
    weights = np.array([3.0, 2.0, 1.0])
    found = of(lambda points: points @ weights, 3, 1024)
    assert found.first == pytest.approx(weights**2 / 14, abs=0.01)
    assert found.total == pytest.approx(found.first, abs=0.01)


def test_of_a_product_the_interaction_is_in_both_totals():
    # Inputs of mean m and variance v: V = (m² + v)² − m⁴, first-order m² v.
    mean, variance = 0.5, 1 / 12
    whole = (mean**2 + variance) ** 2 - mean**4
    found = of(lambda points: points[:, 0] * points[:, 1], 2)
    assert found.first == pytest.approx(mean**2 * variance / whole, abs=0.005)
    assert found.total == pytest.approx((mean**2 * variance + variance**2) / whole, abs=0.005)


def test_the_error_says_how_far_an_estimate_is_from_the_truth():
    far = [np.abs(found.first - FIRST) <= found.first_error for found in (of(ishigami, 3, 1024, k) for k in range(20))]
    assert 0.85 <= np.mean(far) <= 1.0


def test_more_samples_have_smaller_errors():
    assert np.all(of(ishigami, 3, 4096).total_error < of(ishigami, 3, 256).total_error)


def test_a_complete_sample_has_the_estimates_of_scipy():
    answers = ishigami(saltelli_design(3, 1024)).reshape(5, 1024)
    theirs = stats.sobol_indices(func={"f_A": answers[:1], "f_B": answers[1:2], "f_AB": answers[2:, None, :]}, n=1024)
    ours = sobol_indices(answers.ravel(), 3)
    assert ours.first == pytest.approx(theirs.first_order) and ours.total == pytest.approx(theirs.total_order)


def test_the_same_seed_draws_the_same_points_and_another_seed_others():
    assert np.array_equal(saltelli_design(2, 128, 5), saltelli_design(2, 128, 5))
    assert not np.array_equal(saltelli_design(2, 128, 5), saltelli_design(2, 128, 6))


def test_the_third_block_has_the_first_input_of_the_second_block():
    a, b, first, second = saltelli_design(2, 128).reshape(4, 128, 2)
    assert np.array_equal(first[:, 0], b[:, 0]) and np.array_equal(first[:, 1], a[:, 1])
    assert np.array_equal(second[:, 0], a[:, 0]) and np.array_equal(second[:, 1], b[:, 1])


def test_an_incomplete_base_point_is_left_out_and_counted():
    answers = ishigami(saltelli_design(3, 1024)).reshape(5, 1024)
    answers[4, :100] = np.nan
    found = sobol_indices(answers.ravel(), 3)
    assert found.samples == 924 and found.first[1] == pytest.approx(FIRST[1], abs=0.05)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_there_are_no_indices_where_most_points_are_incomplete(wrong):
    answers = ishigami(saltelli_design(3, 1024)).reshape(5, 1024)
    answers[2, : 1024 - 400] = wrong
    assert sobol_indices(answers.ravel(), 3) is None


def test_a_constant_has_no_indices():
    assert of(lambda points: np.ones(len(points)), 2, 128) is None


def test_the_half_width_is_that_of_students_t():
    estimates = np.arange(float(SCRAMBLES))
    known = stats.t.interval(0.95, SCRAMBLES - 1, estimates.mean(), stats.sem(estimates))
    assert half_width(estimates) == pytest.approx((known[1] - known[0]) / 2)


def test_a_design_is_shared_by_its_questions_and_cannot_be_changed():
    design = saltelli_design(2, 256, 1)
    assert saltelli_design(2, 256, 1) is design
    assert not np.array_equal(saltelli_design(2, 256, 2), design)
    with pytest.raises(ValueError, match="read-only"):
        design[0, 0] = 0.5
