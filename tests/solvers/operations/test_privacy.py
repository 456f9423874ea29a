import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.operations.privacy import privacy

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"epsilon": "1", "subgroup_prevalence": "0.1%"},
    {"calibration": "0"},
    {"subgroup_prevalence": "1"},
    {"epsilon": "0.1", "samples_needed": "0"},
]

budgets = st.floats(0.01, 100)


@given(epsilon=budgets, k=st.floats(0, 10))
def test_time_with_privacy_is_the_time_without_and_the_price(epsilon, k):
    o = privacy(epsilon=epsilon, calibration=k, training_time=1000)
    assert float(o.slowdown) == pytest.approx(1 + k / epsilon)
    assert float(o.training_time) == pytest.approx(1000 + float(o.extra_time))


@given(epsilon=budgets, stronger=st.floats(0.1, 0.99))
def test_a_stronger_promise_never_costs_less(epsilon, stronger):
    assert float(privacy(epsilon=epsilon * stronger).slowdown) > float(privacy(epsilon=epsilon).slowdown)


def test_at_epsilon_k_a_run_takes_twice_as_long():
    o = privacy(calibration=3)
    assert float(o.epsilon_for_double) == 3
    assert float(privacy(calibration=3, epsilon=3).slowdown) == 2
    assert np.isinf(privacy(calibration=0).epsilon_for_double)


@given(share=st.floats(1e-6, 1))
def test_a_group_that_is_a_share_of_all_takes_as_many_times_the_data(share):
    o = privacy(subgroup_prevalence=share, samples_needed=100)
    assert float(o.data_multiplier) * share == pytest.approx(1)
    assert float(o.samples_in_all) * share == pytest.approx(100)


def test_the_odds_are_what_epsilon_means():
    assert float(privacy(epsilon=np.log(2)).odds_factor) == pytest.approx(2)


def said(**asked):
    o, i = privacy(**asked), privacy.accept(asked)
    point = {name: np.asarray(getattr(o, name)).item() for name in privacy.outputs}
    return privacy.verdict(i, type(o)(**point)).text


def test_the_verdict_promises_no_doubling_where_privacy_costs_no_time():
    assert "epsilon_for_double" in said()
    assert "epsilon_for_double" not in said(calibration=0)
    assert "data_multiplier" not in said(subgroup_prevalence=1)


def test_the_factor_of_two_is_called_a_calibration_wherever_it_is_met():
    assert float(privacy(epsilon=1).slowdown) == 3
    assert "calibration" in privacy.inputs["calibration"].help
    assert "calibration" in " ".join(privacy.notes(privacy.accept({}), privacy()))
