import re

import pytest

pytestmark = pytest.mark.usefixtures("catalog")


def test_the_strongest_number_is_named_first_and_what_is_bought_is_told_apart(client):
    page = client.get("/sensitivity/roofline/").content.decode()
    assert "changes it by -0." in page
    rows = re.findall(r'"y":\[([^\]]*)\]', page)
    assert "Memory bandwidth (accelerator)" in "".join(rows)


def test_any_output_of_a_wall_can_be_asked_for(client):
    page = client.get("/sensitivity/serving/", {"output-of": "kv_cache", "batch_size": "16"}).content.decode()
    assert "What moves KV cache?" in page
    assert "/walls/serving/?batch_size=16" in page


def test_a_wall_asks_for_the_part_alone(client):
    part = client.get("/sensitivity/tco/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section id="sensitivity"') and "<html" not in part


def test_where_something_else_takes_over_is_told_with_its_setting(client):
    page = client.get("/sensitivity/roofline/").content.decode()
    assert re.search(r"Memory capacity at [\d.]+ GB", page)


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
    assert refused.status_code == 422 and sentence in refused.content.decode()


def test_there_is_no_such_wall(client):
    assert client.get("/sensitivity/nonsense/").status_code == 404
