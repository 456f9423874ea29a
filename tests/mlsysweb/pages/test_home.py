import pytest

from mlsysweb.answer import answer
from mlsysweb.pages.home.tutorial import PARTS
from solvers.registry import solvers

pytestmark = pytest.mark.usefixtures("catalog")


def test_the_month_of_256_h100s_has_one_energy_whether_money_or_carbon_is_asked():
    links = {link.words: link for part in PARTS for link in part.questions}
    month, carbon = (links[words] for words in ("256 H100s for a month", "The same month's carbon"))
    bill, emitted = (answer(solvers()[link.page], link.values).values for link in (month, carbon))
    for name in ("facility_energy", "devices", "duration"):
        assert bill[name].value == pytest.approx(emitted[name].value, rel=1e-12), name
    assert bill["facility_energy"].value / 3.6e9 == pytest.approx(84.1, abs=0.1)
