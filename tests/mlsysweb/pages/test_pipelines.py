from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from django.http import QueryDict

from catalog.resolve import find
from mlsysweb.answer import answer
from mlsysweb.pages.pipelines.answer import answer_chain
from mlsysweb.pages.pipelines.presets import PRESETS
from mlsysweb.show.results.stage_query import stage_query
from solvers.pipeline import pipeline, run
from solvers.pipeline.system import whole_system
from solvers.registry import solvers

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


def test_the_tutorials_chain_names_what_flows_and_the_defaults_used(client):
    answer = client.get("/pipeline/")
    stages, fields = answer.context["page"].stages, answer.context["form"].all_fields
    flows = [flow.source for stage in stages for flow in stage.flows]
    assert "from Scaling laws: Training tokens" in flows and "from Parallelism: Training time" in flows
    gaps = sorted(flow.source for stage in stages for flow in stage.gaps)
    assert gaps == ["NVIDIA H100 SXM5 80GB", "NVIDIA H100 SXM5 80GB"]
    assert "Accelerator = NVIDIA H100 SXM5 80GB" in answer.content.decode()
    assert "1e21" in [field.text for field in fields]


def test_what_one_stage_is_told_stays_its_own(client):
    query = {"stages": "serving,roofline", "batch_size": "4", "roofline.batch_size": "32"}
    walls = {stage.name: stage.wall for stage in client.get("/pipeline/", query).context["page"].stages}
    asked = {name: parse_qs(urlsplit(url).query)["batch_size"] for name, url in walls.items()}
    assert asked == {"serving": ["4"], "roofline": ["32"]}


CHAINS = [
    *(asked(chain) for chain in PRESETS),
    asked(PRESETS[0]) | {"accelerator": "a100-sxm4-80gb", "tensor_parallel": "2", "parallelism.model.kv_heads": "8"},
    asked(PRESETS[1]) | {"accelerator": "mi300x", "accelerator.tdp": "x2", "tco.pue": "1.1"},
    {"stages": "serving,tco,sustainability", "accelerator": "t4", "model": "gpt2-xl", "tensor_parallel": "4"},
    {"stages": "serving,tco", "links": "tco.accelerator:serving.accelerator", "serving.accelerator": "mi300x"},
    {"stages": "scaling_laws,serving", "links": "serving.model.parameters:scaling_laws.parameters"},
    {"stages": "tco,sustainability", "accelerator": "none", "tdp": "300 W", "unit_price": "9 kUSD"},
    {"stages": "serving", "serving.efficiency": "0.65", "accelerator": "a100-sxm4-80gb"},
]


@pytest.mark.parametrize("query", CHAINS, ids=lambda query: query["stages"])
def test_a_stage_opened_as_its_wall_has_the_same_answer(client, query):
    around = answer_chain(QueryDict(urlencode(query)))
    assert around.errors == {}
    chain = pipeline(*query["stages"].split(","), links=around.around.links)
    results = run(chain, around.around.text, lambda kind, name: find(kind, name, "").spec).results
    for stage in around.page.stages:
        text = dict(parse_qsl(urlsplit(stage.wall).query))
        alone, here = answer(solvers()[stage.name], text), results[stage.name]
        for name in here.outputs:
            value = here.values[name].value
            if isinstance(value, float):
                assert alone.values[name].value == pytest.approx(value, rel=1e-9, nan_ok=True), name
            else:
                assert alone.values[name].value == value, name
        assert client.get(stage.wall).status_code == 200


def test_the_tutorials_network_has_its_own_layers_and_costs_what_its_run_does():
    first = PRESETS[0]
    found = run(pipeline(*first.stages, links=first.links), first.values, lambda k, n: find(k, n, "").spec).results
    fleet, bill = found["parallelism"].values, found["tco"].values
    assert found["parallelism"].values["model"].value == "network of scaling laws"
    # The budget's 6 N D, and attention over 2,048 tokens, which it does not count.
    assert 1e21 < fleet["run_flop"].value < 1.1e21
    rate = fleet["devices"].value * fleet["peak"].value * fleet["mfu"].value
    assert fleet["training_time"].value == pytest.approx(fleet["run_flop"].value / rate)
    assert bill["cost_per_run"].value == pytest.approx(bill["tco"].value)


def test_a_size_without_a_shape_is_refused(client):
    link = "parallelism.model.parameters:scaling_laws.best_parameters_besiroglu"
    refused = client.get("/pipeline/", {"stages": "scaling_laws,parallelism", "links": link})
    assert refused.status_code == 422 and "layers, hidden size or heads are not known" in refused.content.decode()


def test_a_link_that_could_be_made_is_offered(client):
    page = client.get("/pipeline/", {"stages": "scaling_laws,parallelism"}).context["page"]
    offers = {offer.words: offer.url for offer in page.offers}
    linked = client.get(offers["Scaling laws: Parameters → Parallelism: model › parameters"]).context["page"]
    assert "from Scaling laws: Parameters" in [flow.source for stage in linked.stages for flow in stage.flows]


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


@pytest.mark.parametrize("text", [{}, {"accelerator": "mi300x", "embodied_carbon": "900 kg", "accelerator.tdp": "x2"}])
def test_a_wall_of_the_whole_system_opened_alone_has_the_same_answer(text):
    chain = whole_system()
    typed = {f"system.{name}": value for name, value in text.items()}
    done = run(chain, typed, lambda kind, name: find(kind, name, "").spec)
    results, given = done.results, chain.assigned(typed)
    for stage in chain.stages:
        alone = answer(solvers()[stage.name], stage_query(chain, stage, done.inputs[stage.name], given))
        for name in results[stage.name].outputs:
            value = results[stage.name].values[name].value
            same = pytest.approx(value, rel=1e-9, nan_ok=True) if isinstance(value, float) else value
            assert alone.values[name].value == same, f"{stage.name}.{name}"


def test_the_chain_a_visitor_sees_first_has_a_valid_layout(client):
    page = client.get("/pipeline/").content.decode()
    assert "Invalid layout" not in page and "Does not fit" not in page
