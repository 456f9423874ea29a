import html

import pytest

from catalog.resolve import find
from solvers.pipeline import run
from solvers.pipeline.system import whole_system
from solvers.taxonomy import WALLS

pytestmark = pytest.mark.usefixtures("catalog")


def walls(page):
    return [wall for group in page.groups for wall in group.walls]


def test_the_page_shows_every_wall_and_the_one_that_binds_first(client):
    page = client.get("/system/").context["page"]
    assert sorted(wall.number for wall in walls(page)) == [wall.number for wall in WALLS]
    assert "binds first" in page.binding


def test_an_update_is_the_part_that_changed_and_the_link_to_it(client):
    update = client.get("/system/", {"batch_size": "64"}, headers={"HX-Request": "true"})
    assert update["HX-Replace-Url"] == "/system/?batch_size=64"
    assert update.content.decode().lstrip().startswith('<section id="walls"')


def test_each_wall_opens_with_the_inputs_the_system_gave_it(client):
    asked = {"model": "llama-3-70b", "tensor_parallel": "4", "batch_size": "32"}
    links = [wall.link.url for wall in walls(client.get("/system/", asked).context["page"])]
    link = next(link for link in links if link.startswith("/walls/serving/"))
    opened = client.get(link)
    assert opened.status_code == 200
    for part in ("model=llama-3-70b", "tensor_parallel=4", "batch_size=32"):
        assert part in link


def test_every_link_to_a_wall_answers(client):
    page = client.get("/system/", {"accelerator": "mi300x", "grid": "quebec"}).context["page"]
    links = {wall.link.url for wall in walls(page)} | {key.wall.url for key in page.keys}
    assert len(links) > 15
    assert [link for link in links if client.get(link).status_code != 200] == []


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ({"batch_size": "many"}, "batch_size", "needs a number such as '0.5'; 'many' is none."),
        ({"model": "resnet-50"}, "model", "Choose a transformer"),
        ({"accelerator": "gaudi3"}, "unit_price", "is needed: the catalog has no price for Intel Gaudi 3"),
        ({"devices": "0"}, "devices", "must be at least 1"),
    ],
)
def test_a_wrong_input_is_told_at_its_field_and_nothing_else_changes(client, query, field, sentence):
    refused = client.get("/system/", query, headers={"HX-Request": "true"})
    assert refused.status_code == 422 and refused["HX-Reswap"] == "none"
    whole = client.get("/system/", query)
    assert whole.status_code == 422
    for answer in (refused, whole):
        told = {each.name: each.error for each in answer.context["form"].all_fields if each.error}
        assert list(told) == [field] and sentence in told[field]
        assert html.escape(told[field]) in answer.content.decode()


def test_the_iron_law_takes_its_factors_from_the_walls_that_own_them(client):
    page = client.get("/system/iron-law/", {"devices": "512"}).context["page"]
    owners = {owner.url.split("/")[2] for factor in page.factors for owner in factor.owners}
    assert owners >= {"scaling_laws", "parallelism", "reliability", "efficiency", "roofline"}
    assert page.figure.id == "waterfall-0"
    law = page.wall.url
    assert law.startswith("/walls/iron_law/?") and "devices=512" in law and client.get(law).status_code == 200


def test_the_iron_laws_time_is_the_runs_time_with_failures(client):
    found = run(whole_system(), {}, lambda kind, name: find(kind, name, kind.__name__).spec).results
    parallel, law = found["parallelism"].values, found["iron_law"].values
    time = parallel["training_time"].value / found["reliability"].values["daly_goodput"].value
    assert law["training_time"].value == pytest.approx(time, rel=1e-9)
    # With devices left over, too: the law counts those the run uses.
    left = run(whole_system(), {"system.devices": 260}, lambda kind, name: find(kind, name, kind.__name__).spec).results
    time = left["parallelism"].values["training_time"].value / left["reliability"].values["daly_goodput"].value
    assert left["iron_law"].values["training_time"].value == pytest.approx(time, rel=1e-9)
