"""Pages over many walls asked by command and by API, with the words of their addresses."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from mlsysweb.api.pages import page_names

pytestmark = pytest.mark.usefixtures("catalog")

BOTH = {"stages": "tco,sustainability", "fleet": "research-256", "grid": "quebec"}


def solve(*words, **options):
    out = StringIO()
    call_command("solve", *words, stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("name", sorted({*page_names()} - {"system"}))
def test_every_page_over_many_walls_answers_by_command_and_by_api(name, client):
    told, answer = json.loads(solve(name, json=True)), client.get(f"/api/v1/solve/{name}")
    assert answer.status_code == 200 and answer.json() == told
    assert told["verdict"] and told["page"] == name


def test_get_post_and_command_give_the_same(client):
    told = json.loads(solve("pipelines", *(f"{name}={value}" for name, value in BOTH.items()), json=True))
    posted = client.post("/api/v1/solve/pipelines", json.dumps(BOTH), content_type="application/json")
    assert client.get("/api/v1/solve/pipelines", BOTH).json() == posted.json() == told
    assert told["figures"]["sustainability.operational_carbon"]["unit"] == "kg"


def test_a_name_of_several_values_is_repeated_or_a_list(client):
    words = ["walls=roofline", "axis=batch_size", "values=1, 8", "goal=minimize: latency", "goal=batch_size >= 8"]
    told = json.loads(solve("explore", *words, json=True))
    body = {"walls": "roofline", "axis": ["batch_size"], "values": ["1, 8"], "goal": [w[5:] for w in words[3:]]}
    posted = client.post("/api/v1/solve/explore", json.dumps(body), content_type="application/json").json()
    assert posted == told and told["figures"]["feasible"]["text"] == "1"


def test_what_is_wrong_is_a_sentence_of_its_field(client):
    wrong = client.get("/api/v1/solve/geography", {"fleet": "research-255"})
    assert wrong.status_code == 422 and wrong.json()["error"]["field"] == "fleet"
    with pytest.raises(CommandError, match="Did you mean research-256"):
        solve("geography", "fleet=research-255")
    assert client.get("/api/v1/solve/geografy").status_code == 404


def test_help_names_the_pages_and_says_how_a_fleet_is_picked(capsys):
    with pytest.raises(SystemExit):
        call_command("solve", "--help")
    told = " ".join(capsys.readouterr().out.split())
    assert "fleet=research-256" in told and "geography" in told
