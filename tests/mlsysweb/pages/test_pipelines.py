from urllib.parse import parse_qs, urlencode, urlsplit

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
    links = [stage.wall for stage in page.context["page"].stages]
    assert [link.split("/")[2] for link in links] == list(chain.stages)
    assert [client.get(link).status_code for link in links] == [200] * len(links)


def test_the_tutorials_chain_names_what_flows_and_what_nobody_finds(client):
    answer = client.get("/pipeline/")
    stages, fields = answer.context["page"].stages, answer.context["form"].all_fields
    flows = [flow.source for stage in stages for flow in stage.flows]
    assert "from scaling laws: tokens" in flows and "from parallelism: training time" in flows
    gaps = sorted(flow.source for stage in stages for flow in stage.gaps)
    assert gaps == ["h100-sxm5-80gb", "h100-sxm5-80gb", "llama-3-70b"]
    assert "(llama-3-70b stands in)" in answer.content.decode()
    assert "1e21 FLOP" in [field.text for field in fields]


def test_what_one_stage_is_told_stays_its_own(client):
    query = {"stages": "serving,roofline", "batch_size": "4", "roofline.batch_size": "32"}
    walls = {stage.name: stage.wall for stage in client.get("/pipeline/", query).context["page"].stages}
    asked = {name: parse_qs(urlsplit(url).query)["batch_size"] for name, url in walls.items()}
    assert asked == {"serving": ["4"], "roofline": ["32"]}


def test_a_link_that_could_be_made_is_offered(client):
    page = client.get("/pipeline/", {"stages": "scaling_laws,parallelism"}).context["page"]
    offers = {offer.words: offer.url for offer in page.offers}
    linked = client.get(offers["scaling_laws.parameters → parallelism.model.parameters"]).context["page"]
    assert "from scaling laws: parameters" in [flow.source for stage in linked.stages for flow in stage.flows]


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
