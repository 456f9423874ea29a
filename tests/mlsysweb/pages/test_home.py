import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from catalog.models import Accelerator
from mlsysweb.pages.home.tutorial import PARTS

pytestmark = pytest.mark.usefixtures("catalog")


def link(client, words):
    parts = client.get("/").context["page"].parts
    return next(each.url for part in parts for each in part.links if each.words == words)


def outputs(client, url):
    path, query = urlsplit(url).path, dict(parse_qsl(urlsplit(url).query))
    return client.get(f"/api/v1/solve/{path.split('/')[2]}", query).json()["outputs"]


def test_every_wall_on_the_map_has_the_tutorials_name_and_the_fields(client):
    walls = [wall for domain in client.get("/").context["page"].domains for wall in domain.walls if wall.number]
    assert [wall.number for wall in walls] == list(range(1, 23))
    assert not [wall for wall in walls if not wall.topic or wall.topic.lower() == wall.name.lower()]
    assert ("Fragility", "reliability and failures") in [(wall.name, wall.topic) for wall in walls]


def test_every_step_of_the_tutorial_opens(client):
    for words in (step.words for part in PARTS for step in part.questions):
        assert client.get(link(client, words)).status_code == 200, words


def test_the_months_bill_and_its_carbon_are_of_the_same_energy(client):
    bill, carbon = (
        outputs(client, link(client, "256 H100s for a month")),
        outputs(client, link(client, "The same month's carbon")),
    )
    assert bill["facility_energy"]["value"] == pytest.approx(carbon["facility_energy"]["value"], rel=1e-9)


def test_three_vendors_are_three(client):
    query = dict(parse_qsl(urlsplit(link(client, "Three vendors, one job")).query))
    chips = ["h100-sxm5-80gb", query.get("rival", "mi300x"), *query["also"].split(",")]
    vendors = set(Accelerator.objects.filter(slug__in=chips).values_list("vendor", flat=True))
    assert len(vendors) == len(chips) == 3


def test_the_list_of_walls_has_both_names_of_each(client):
    assert ">Fragility: reliability and failures</a>" in client.get("/").content.decode()


def test_each_wall_has_its_picture_and_a_figure_of_its_default_answer(client):
    walls = {wall.number: wall for domain in client.get("/").context["page"].domains for wall in domain.walls}
    assert client.get("/").content.decode().count('<svg class="miniature"') == 1 + len(walls) == 23
    shown = client.get("/walls/serving/").context["page"].result.headline[0]
    assert (walls[4].picture.label, walls[4].picture.value) == (shown.label, shown.value)


def test_tools_that_are_no_walls_stay_in_the_list_of_their_domain(client):
    domains = client.get("/").context["page"].domains
    assert "Collectives" in [tool.name for domain in domains if domain.id == "fleet" for tool in domain.tools]


def test_the_live_roofline_is_there_before_a_script_and_shows_what_was_asked(client):
    dots = {
        batch: re.search(r'class="plot"[^>]*>(<svg.*?</svg>)', client.get("/", {"batch_size": batch}).content.decode())[
            1
        ].count('<circle class="compute"')
        for batch in ("1", "512")
    }
    assert dots == {"1": 0, "512": 1}


def test_the_verdict_begins_with_its_first_sentence_in_large(client):
    html = client.get("/").content.decode()
    assert '<p class="verdict" data-kind="memory"><strong>Memory-bound.</strong> Moving ' in html


def test_an_update_of_the_live_roofline_carries_no_picture(client):
    assert "miniature" not in client.get("/", headers={"HX-Request": "true"}).content.decode()


def test_the_chart_names_the_model_and_the_accelerator(client):
    for live in (client.get("/"), client.get("/", {"batch_size": "8"}, headers={"HX-Request": "true"})):
        assert "Roofline: Llama 3 8B on NVIDIA H100 SXM5 80GB" in live.content.decode()
