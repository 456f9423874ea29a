import re
from urllib.parse import urlencode

import pytest

from mlsysweb.pages.pipelines.presets import PRESETS

pytestmark = pytest.mark.usefixtures("catalog")


def asked(chain):
    return {
        "stages": ",".join(chain.stages),
        "links": ",".join(f"{t}:{s}" for t, s in chain.links.items()),
        **chain.values,
    }


@pytest.mark.parametrize("chain", PRESETS, ids=lambda chain: chain.name)
def test_a_chain_worth_opening_first_runs_and_every_stage_opens_as_its_wall(client, chain):
    page = client.get("/pipeline/", asked(chain))
    assert page.status_code == 200
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/walls/[^"]*)"', page.content.decode())]
    assert {link.split("/")[2] for link in links} == set(chain.stages)
    assert [client.get(link).status_code for link in links] == [200] * len(links)


def test_the_tutorials_chain_names_what_flows_and_what_nobody_finds(client):
    page = client.get("/pipeline/").content.decode()
    assert "from scaling laws: tokens" in page and "from parallelism: training time" in page
    assert "(llama-3-70b stands in)" in page and page.count("(h100-sxm5-80gb stands in)") == 2
    assert 'value="1e21 FLOP"' in page


def test_what_one_stage_is_told_stays_its_own(client):
    query = {"stages": "serving,roofline", "batch_size": "4", "roofline.batch_size": "32"}
    page = client.get("/pipeline/", query).content.decode()
    assert "batch_size=32" in re.search(r'href="(/walls/roofline/[^"]*)"', page)[1]
    assert "batch_size=4" in re.search(r'href="(/walls/serving/[^"]*)"', page)[1]


def test_a_link_that_could_be_made_is_offered(client):
    page = client.get("/pipeline/", {"stages": "scaling_laws,parallelism"}).content.decode()
    offer = re.search(r'href="([^"]*)">scaling_laws.parameters → parallelism.model.parameters', page)[1]
    linked = client.get(offer.replace("&amp;", "&")).content.decode()
    assert "from scaling laws: parameters" in linked


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"stages": "serving,batching,reasoning"}, "both find itl"),
        ({"stages": "serving,serving"}, "name serving twice"),
        ({"stages": "nonsense"}, "nonsense"),
        ({"stages": "serving", "links": "serving.itl:roofline.latency"}, "links"),
        ({"stages": "scaling_laws", "compute_budget": "much"}, "compute_budget"),
        ({"stages": "scaling_laws", "batch_size": "2"}, "is taken by no stage"),
    ],
)
def test_what_does_not_go_together_is_a_sentence(client, query, sentence):
    refused = client.get("/pipeline/", query)
    assert refused.status_code == 422 and sentence in refused.content.decode()


def test_an_update_keeps_stages_and_links_in_its_link(client):
    update = client.get("/pipeline/", asked(PRESETS[0]), headers={"HX-Request": "true"})
    assert update["HX-Replace-Url"] == f"/pipeline/?{urlencode(asked(PRESETS[0]))}"
    assert update.content.decode().lstrip().startswith('<section id="chain"')
