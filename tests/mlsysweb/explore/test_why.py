"""How far a configuration is from a limit that it misses."""

import pytest

from mlsysweb.explore.show.verdict import _ruled_out
from mlsysweb.explore.show.why import _beside_limit
from solvers.search.run import ConstraintFailures


@pytest.mark.parametrize(
    ("value", "limit", "words"),
    [
        (122.0, 100.0, ", 22\u00a0% off"),
        (40.0, 100.0, ", 60\u00a0% off"),
        (322.0, 100.0, ", 3.22× the limit"),
        (5.0, 0.0, ""),
    ],
)
def test_a_miss_is_a_share_of_the_limit_or_a_multiple_of_it(value, limit, words):
    assert _beside_limit(value, limit) == words


@pytest.mark.parametrize(
    ("failed", "unknown", "words"),
    [
        (28, 0, "rules out 28"),
        (720, 360, "rules out 360; 360 configurations have no value for it"),
        (3, 1, "rules out 2; 1 configuration has no value for it"),
        (360, 360, "cannot be checked: 360 configurations have no value for it"),
    ],
)
def test_a_limit_rules_out_those_that_fail_it_and_not_those_without_a_value(failed, unknown, words):
    assert _ruled_out(ConstraintFailures(None, failed, 0, unknown, float("nan"))) == words
