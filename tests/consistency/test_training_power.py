"""The energy of a training run on the page of the whole system is that of the walls it links to."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.http import QueryDict

from mlsysweb.answer import answer
from mlsysweb.pages.system.answer import _answered, answer_page
from solvers.registry import solvers

pytestmark = pytest.mark.usefixtures("catalog")

RUN = {"model": "llama-3-70b", "devices": "640", "tokens": "2T"}


@pytest.mark.parametrize("wall", ["sustainability", "tco"])
def test_the_wall_behind_the_link_has_the_energy_of_the_run(wall):
    done, links = _answered(RUN)
    behind = answer(solvers()[wall], dict(parse_qsl(urlsplit(links[wall]).query)))
    for name in ("facility_energy", "duration", "mfu", "memory_utilization"):
        assert behind.values[name].value == pytest.approx(done.results[wall].values[name].value, rel=1e-9)


def test_the_page_says_why_walls_asked_by_mfu_alone_give_less():
    """Without the memory bandwidth utilization, which the parallelism wall finds, power is linear in MFU."""
    done, links = _answered(RUN)
    asked = dict(parse_qsl(urlsplit(links["sustainability"]).query))
    assert float(asked["memory_utilization"]) > 0
    alone = answer(solvers()["sustainability"], {**asked, "memory_utilization": "0"})
    assert alone.values["facility_energy"].value < 0.7 * done.results["sustainability"].values["facility_energy"].value
    notes = answer_page(QueryDict(urlencode(RUN))).notes
    assert any("count the power of memory traffic" in note and "memory bandwidth utilization" in note for note in notes)


def test_an_unknown_water_intensity_is_not_assumed_to_be_none():
    notes = answer_page(QueryDict(urlencode({**RUN, "grid": "us-average"}))).notes
    assert not any("assumed" in note and "water" in note for note in notes)
