import re

import pytest

pytestmark = pytest.mark.usefixtures("catalog")


def test_every_chip_that_does_it_alone_stands_before_those_that_need_more(client):
    page = client.get("/hardware-match/").context["page"]
    counts = [float(match.needed.replace(",", "")) for match in page.matches]
    assert len(counts) > 40 and counts == sorted(counts) and counts[0] == 1
    assert [match.alone for match in page.matches] == [count == 1 for count in counts]
    assert "chips suffice alone" in page.verdict and page.figure.id == "hardware-match-0"


def test_a_chip_opens_on_its_wall_and_needs_as_many_there(client):
    matches = client.get("/hardware-match/", {"model": "llama-3-70b"}).context["page"].matches
    match = next(match for match in matches if "h100-sxm5-80gb" in match.chip.url)
    assert match.chip.url.startswith("/walls/synthesis/?")
    link = match.chip.url.replace("/walls/synthesis/", "/api/v1/solve/synthesis")
    assert client.get(link).json()["outputs"]["devices_needed"]["value"] == float(match.needed)


def test_a_target_nothing_alone_meets_says_what_the_best_takes(client):
    page = client.get("/hardware-match/", {"model": "llama-3.1-405b", "target_latency": "5 ms"}).context["page"]
    assert re.search(r"No single chip of \d+ suffices\. .* The fewest are \d+ devices of ", page.verdict)


def test_an_update_is_the_part_and_its_link_and_a_wrong_input_a_sentence(client):
    update = client.get("/hardware-match/", {"target_latency": "20 ms"}, headers={"HX-Request": "true"})
    assert update["HX-Replace-Url"] == "/hardware-match/?target_latency=20+ms"
    assert update.content.decode().lstrip().startswith('<section id="chips"')
    refused = client.get("/hardware-match/", {"target_latency": "-1 s"})
    assert refused.status_code == 422 and "must be above 0" in refused.content.decode()
