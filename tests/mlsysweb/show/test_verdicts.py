"""The verdict on a page: its state in words and colour, whatever release stored it."""

import dataclasses
import re

import pytest
from django.conf import settings

from mlsysweb.answer import answer
from mlsysweb.saved.scenarios.share_card import COLOURS, STATE_COLOURS
from mlsysweb.show.charts.series import is_infeasible
from mlsysweb.show.results.present import result_page
from mlsysweb.show.results.verdict_filter import verdict
from solvers.registry import solvers
from solvers.result import Result
from solvers.verdict import State

pytestmark = pytest.mark.usefixtures("catalog")


def stored(name, **values):
    return answer(solvers()[name], values).to_json()


def test_the_words_of_the_state_stand_apart_from_the_numbers():
    assert verdict("SLO missed. p99 is 1.8 s <b>") == (
        '<b class="state">SLO missed.</b> <span class="proof">p99 is 1.8\u00a0s &lt;b&gt;</span>'
    )


@pytest.mark.parametrize("text", ["One sentence.", f"{'A long sentence of an earlier release ' * 2}. And more."])
def test_a_verdict_that_begins_with_no_state_is_shown_as_it_is(text):
    assert verdict(text) == f'<span class="proof">{text}</span>'


def test_the_state_is_stored_and_opens_again():
    kept = stored("roofline")
    assert kept["state"] == "memory" and Result.from_json(kept).state is State.MEMORY


@pytest.mark.parametrize("change", [{}, {"state": "of a newer release"}])
def test_a_result_without_a_state_this_release_knows_opens_without_a_colour(change):
    kept = stored("roofline")
    del kept["state"]
    result = Result.from_json({**kept, **change})
    assert result.state == "" and "state" not in result.to_json()
    assert result_page(solvers()["roofline"], result, "/walls/roofline/").kind == ""


def test_the_point_of_an_infeasible_result_of_an_earlier_release_is_hollow_too():
    result = answer(solvers()["roofline"], {"model": "deepseek-v3"})
    assert is_infeasible(result) and is_infeasible(dataclasses.replace(result, state=""))
    assert not is_infeasible(answer(solvers()["roofline"], {}))


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("/walls/roofline/", "memory"),
        ("/walls/roofline/?batch_size=512", "compute"),
        ("/walls/tail_latency/", "missed"),
        ("/walls/ingestion/", "missed"),
        ("/walls/tail_latency/?replicas=2", "infeasible"),
        ("/walls/training_memory/", "infeasible"),
        ("/walls/topology/", "ok"),
        ("/walls/tco/", "money"),
    ],
)
def test_a_page_carries_the_state_that_colours_it(client, url, kind):
    page = client.get(url).content.decode()
    assert f'<p class="verdict" data-kind="{kind}"><b class="state">' in page
    assert ("If it could run" in page) == (kind == "infeasible")
    assert f'<dl class="cards" data-kind="{kind}">' in page


def test_no_card_of_a_wall_is_coloured_by_its_name(client):
    page = client.get("/walls/tco/").content.decode()
    assert re.findall('<div class="card"[^>]*data-kind', page) == []


@pytest.mark.parametrize("state", State)
def test_a_state_has_one_colour_on_the_page_and_on_the_preview_image(state):
    tokens = (settings.BASE_DIR / "static/css/tokens.css").read_text()
    colour = re.search(rf'\[data-kind="{state}"\][^{{]*{{ --kind: var\(--([a-z]+)\)', tokens)[1]
    assert STATE_COLOURS.get(state, state) == colour
    assert re.search(rf"--{colour}: light-dark\((#\w+)", tokens)[1] == COLOURS[colour]


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("/spectrum/", "Target met."),
        ("/spectrum/?model=llama-3-8b&target_latency=100+us", "Target missed."),
        ("/spectrum/?model=deepseek-v3&precision=fp64", "Cannot run."),
        ("/geography/", r"[\d.]+× the lowest emissions."),
        ("/explore/", r"\d+ of \d+ configurations feasible."),
    ],
)
def test_the_verdict_of_a_tool_begins_with_its_state(client, address, state):
    page = client.get(address).content.decode()
    assert re.search(rf'class="verdict"[^>]*><b class="state">{state}</b>', page)


@pytest.mark.usefixtures("catalog")
def test_a_design_space_names_rows_and_goals_as_its_pages_do(client):
    verdict = client.get("/explore/").context["page"].verdict
    assert "AMD Instinct MI300X" in verdict and "mi300x" not in verdict
    assert "The limit “purchase price ≤ $1M” rules out" in verdict
