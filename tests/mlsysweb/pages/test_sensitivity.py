import json

import pytest

pytestmark = pytest.mark.usefixtures("catalog")


def test_the_strongest_number_is_named_first_and_what_is_bought_is_told_apart(client):
    page = client.get("/sensitivity/roofline/").context["page"]
    assert "changes latency by −0." in page.verdict and page.elasticities[0].label in page.verdict
    kinds = {line.name: line.kind for line in page.elasticities}
    drawn = [name for trace in json.loads(page.figure.plot)["data"] for name in trace["y"]]
    assert "Memory bandwidth (accelerator)" in drawn
    assert kinds["accelerator.memory_bandwidth"] == "compute" and kinds["model.parameters"] == "overhead"


def test_any_output_of_a_wall_can_be_asked_for(client):
    page = client.get("/sensitivity/serving/", {"output-of": "kv_cache", "batch_size": "16"}).context["page"]
    assert page.output == "KV cache size" and page.wall.url == "/walls/serving/?batch_size=16"
    assert [link.words for link in page.outputs if link.current] == ["KV cache size"]


def test_a_wall_asks_for_the_part_alone(client):
    part = client.get("/sensitivity/tco/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section id="sensitivity"') and "<html" not in part


def test_the_part_of_the_sensitivity_wall_itself_is_answered(client):
    """Its breakpoints lie up to the bounds of efficiencies, and are looked for a little beyond."""
    part = client.get("/sensitivity/sensitivity/", headers={"HX-Request": "true"})
    assert part.status_code == 200 and "matters most" in part.content.decode()


def test_where_something_else_takes_over_is_told_with_its_setting(client):
    turns = client.get("/sensitivity/roofline/").context["page"].turns
    assert any("Memory capacity at " in turn and " GB" in turn for turn in turns)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"output-of": "latensy"}, "Did you mean latency?"),
        ({"batch_size": "-1"}, "must be at least 1"),
        ({"model": "nobody"}, "no model in the catalog"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_sentence(client, query, sentence):
    refused = client.get("/sensitivity/roofline/", query)
    assert refused.status_code == 422 and sentence in refused.context["page"].error


def test_there_is_no_such_wall(client):
    assert client.get("/sensitivity/nonsense/").status_code == 404
