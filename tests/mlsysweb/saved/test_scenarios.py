import html
import json
import re
from urllib.parse import parse_qs, quote

import pytest
from django.http import QueryDict
from django.test import Client

from catalog.models import Accelerator
from mlsysweb.explore.ask.presets import PRESETS
from mlsysweb.explore.ask.question import DesignSpaceQuestion
from mlsysweb.saved.scenarios.models import Scenario
from solvers.node.roofline import roofline

pytestmark = pytest.mark.usefixtures("catalog")


def save(client, query="batch_size=148", **more):
    return client.post("/s/save/", {"page": f"/walls/roofline/?{query}", **more})


def figures(html):
    start = html.index('id="result"') if 'id="result"' in html else 0
    return html[start:]


def test_a_saved_answer_opens_in_another_browser_with_the_same_figures(client):
    link = save(client)["Location"]
    mine, theirs = client.get(link).content.decode(), Client().get(link).content.decode()
    live = client.get("/walls/roofline/?batch_size=148").content.decode()
    for page in (mine, theirs):
        assert "Compute-bound" in page
        assert _lines(page) == _lines(live)  # those of today's measurements are on the live page alone


def _parts(link):
    """Return the path and the query of a link; the order of names in a query does not matter."""
    path, _, query = html.unescape(link).partition("?")
    return path, parse_qs(query)


def _lines(html):
    traces = [trace for plot in _plots(html) for trace in json.loads(plot)["data"]]
    return [(trace["x"], trace["y"]) for trace in traces if trace.get("name") != "measured"]


def _plots(html):
    return re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.S)


def test_it_stays_the_same_when_the_catalog_moves_on_or_loses_the_chip(client):
    link = save(client, "accelerator=p100-sxm2")["Location"]
    before = _plots(client.get(link).content.decode())
    chip = Accelerator.objects.get(slug="p100-sxm2")
    chip.memory_bandwidth = 1e12
    chip.save()
    assert _plots(client.get(link).content.decode()) == before
    chip.nodes.all().delete()
    chip.delete()
    assert _plots(client.get(link).content.decode()) == before


def test_it_keeps_question_snapshot_result_and_version(client):
    save(client)
    kept = Scenario.objects.get().latest
    assert kept.question == {"batch_size": "148"}
    assert kept.solver_version == roofline.version
    assert {row["slug"] for row in kept.snapshot.values()} == {"llama-3-8b", "h100-sxm5-80gb"}
    assert kept.result["values"]["bottleneck"]["value"] == "compute"
    assert "Llama" in kept.scenario.title and "H100" in kept.scenario.title


def test_its_inputs_stand_by_label_with_units_and_the_defaults_are_folded(client):
    link = save(client, "batch_size=148&layer_overhead=2e-5&accelerator.memory_bandwidth=x2")["Location"]
    page = client.get(link).content.decode()
    typed, _, defaults = page[page.index('id="input-list"') :].partition('<details id="defaults">')
    assert (
        "<dt>Batch size</dt><dd>148</dd>" in typed
        and "<dd>20 µs</dd>" in typed
        and "<dt>Accelerator: memory bandwidth</dt><dd>x2</dd>" in typed
    )
    assert "<dt>Precision</dt>" in defaults and "<dt>Precision</dt>" not in typed


def test_its_inputs_stand_before_the_result_they_lead_to(client):
    page = client.get(save(client, "batch_size=148")["Location"]).content.decode()
    assert page.index("<h1") < page.index('id="input-list"') < page.index('id="result"') < page.index("All results")


def test_an_input_at_a_zero_that_stands_for_something_is_shown_as_what_it_stands_for(client):
    link = client.post("/s/save/", {"page": "/walls/serving/?batch_size=4"})["Location"]
    assert "<dt>Concurrent requests</dt><dd>fixed batch</dd>" in client.get(link).content.decode()


def test_it_belongs_to_the_browser_that_saved_it(client):
    save(client)
    assert Scenario.objects.get().session == client.session["visitor"]


def test_its_name_cannot_be_guessed(client):
    save(client)
    save(client)
    ids = [s.pk for s in Scenario.objects.all()]
    assert len(set(ids)) == 2 and all(len(i) == 12 and not set(i) & set("aeiou01l") for i in ids)


def test_what_cannot_be_answered_goes_back_to_its_page_with_the_reason(client):
    answer = save(client, "batch_size=-3")
    assert answer["Location"] == "/walls/roofline/?batch_size=-3"
    assert not Scenario.objects.exists()


def test_saving_needs_the_page_it_came_from():
    assert Client(enforce_csrf_checks=True).post("/s/save/", {"page": "/walls/roofline/"}).status_code == 403


def test_an_unknown_figure_is_kept_as_unknown(client):
    link = save(client, "accelerator=ascend-910c&precision=bf16")["Location"]
    assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        "/system/?model=llama-3-8b",
        "/system/iron-law/",
        "/geography/",
        "/spectrum/?model=llama-3-8b",
        f"/pipeline/?stages={quote('roofline,tco')}",
        "/capstone/",
        "/hardware-match/",
        f"/explore/?{PRESETS[0].question.query}",
    ],
)
def test_every_page_that_asks_can_be_kept_as_it_was_shown(client, asked):
    shown = client.get(asked).content.decode()
    saved = Client().get(client.post("/s/save/", {"page": asked})["Location"]).content.decode()
    assert _plots(saved) == _plots(shown)
    assert _parts(asked) in [_parts(link) for link in re.findall('href="([^"]*)"', saved)]
    assert Scenario.objects.get().latest.snapshot
    assert "hx-swap-oob" not in saved


def test_a_page_kept_as_shown_stays_when_the_catalog_moves_on(client):
    link = client.post("/s/save/", {"page": "/spectrum/"})["Location"]
    before = _plots(client.get(link).content.decode())
    Accelerator.objects.all().update(memory_bandwidth=1e12)
    assert _plots(client.get(link).content.decode()) == before


def test_a_version_is_written_once(client):
    save(client)
    version = Scenario.objects.get().latest
    with pytest.raises(TypeError, match="another version"):
        version.save()


def test_what_is_private_is_there_for_its_owner_alone(client):
    link = save(client)["Location"]
    Scenario.objects.update(visibility="private")
    assert client.get(link).status_code == 200
    assert Client().get(link).status_code == 404


def test_an_exploration_opens_again_with_all_its_axes_and_goals(client):
    asked = f"/explore/?{PRESETS[1].question.query}"
    link = client.post("/s/save/", {"page": asked})["Location"]
    opened = html.unescape(re.search(r'href="(/explore/[^"]*)">Open as new', Client().get(link).content.decode())[1])
    assert DesignSpaceQuestion.of(QueryDict(opened.partition("?")[2])) == PRESETS[1].question
