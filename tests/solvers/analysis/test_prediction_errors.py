import numpy as np
import pytest

from solvers.analysis.prediction_errors import prediction_errors, signed_errors


def test_errors_are_relative_to_the_measurement_and_leave_out_what_is_unknown():
    predicted = np.array([1.1, 1.0, np.nan, 5.0, 4.4])
    measured = np.array([1.0, 2.0, 4.0, np.nan, 4.0])
    found = prediction_errors(predicted, measured)
    assert (found.rows, found.median, found.bias) == (3, pytest.approx(0.1), pytest.approx(0.1))
    assert found.p90 == pytest.approx(0.42)
    assert signed_errors(predicted, measured)[1] == -0.5


def test_without_a_known_row_there_are_no_errors():
    assert prediction_errors(np.array([np.nan]), np.array([1.0])) is None
