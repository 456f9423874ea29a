"""How far a configuration is from a limit that it misses."""

import pytest

from mlsysweb.explore.show.why import _beside_limit


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
