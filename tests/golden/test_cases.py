import json
import math
from pathlib import Path

import pytest

from mlsysweb.answer import answer
from mlsysweb.api.document import outputs
from solvers.registry import find

pytestmark = pytest.mark.usefixtures("catalog")

CASES = json.loads((Path(__file__).parent / "cases.json").read_text())


def _name(place: int) -> str:
    return f"{CASES[place]['solver']}-{place}"


def _is_same(got: object, wanted: object) -> bool:
    if isinstance(wanted, bool | str):
        return got == wanted
    return isinstance(got, int | float) and math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-300)


@pytest.mark.parametrize("place", range(len(CASES)), ids=_name)
def test_a_golden_case_is_met_to_nine_digits(place):
    case = CASES[place]
    found = outputs(answer(find(case["solver"]), case["inputs"]))
    wrong = {
        name: (found[name], wanted) for name, wanted in case["outputs"].items() if not _is_same(found[name], wanted)
    }
    assert not wrong
