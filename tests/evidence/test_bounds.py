"""No quantity may drift away from what was measured: medians against those recorded in bounds.csv."""

import numpy as np
import pytest

from solvers.calibration import CALIBRATIONS

from .bounds import allowed, current, recorded
from .everything import everything
from .figures import Judged
from .report import errors


@pytest.fixture(scope="module")
def now():
    return {(e.quantity, e.source, e.group, e.method): e for e in current()}


def test_every_recorded_group_is_still_judged_on_as_many_rows(now):
    assert {key: rows for key, (rows, _) in recorded().items()} == {key: e.rows for key, e in now.items()}


def test_no_total_worsens_by_five_percent_and_no_part_by_ten(now):
    worse = {
        key: (was, now[key].median)
        for key, (_, was) in recorded().items()
        if key in now and now[key].median > allowed(key[2], was) + 1e-4
    }
    assert not worse


def test_the_law_beats_every_naive_baseline():
    """By itself, or where walls answer by it and the evidence asks them, as they do."""
    for judged in everything():
        by_site = judged.quantity.startswith("training step")
        if not by_site and ("kernel sum" not in judged.answers or judged.source == "Splitwise"):
            continue
        medians = {e.method: e.median for e in errors(judged) if e.group == "all"}
        ours = medians.pop("site") if by_site else medians["kernel sum"]
        for name in ("site", *(each.name for each in CALIBRATIONS)):
            medians.pop(name, None)
        assert all(ours <= median * 1.0001 for median in medians.values()), (judged.quantity, medians)


def test_an_error_is_told_as_it_is():
    judged = Judged(
        "q",
        "s",
        np.array([1.0, 2.0, 4.0, np.nan]),
        {"kernel sum": np.array([1.1, 1.0, np.nan, 5.0])},
        {"chip": np.array(["a", "b", "b", "b"])},
        np.array(["one", "two", "three", "four"]),
    )
    total, a, b = errors(judged)
    assert (total.rows, a.rows, b.rows) == (2, 1, 1)
    assert total.median == pytest.approx(0.3) and total.bias == pytest.approx(-0.2)
    assert (total.worst, total.worst_row) == (-0.5, "two")
