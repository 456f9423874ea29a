import html
import re

import numpy as np
import pytest

from catalog.resolve import find
from mlsysweb.pages.system.answer import _answered
from mlsysweb.show.unit_filter import units
from solvers import shipped
from solvers.pipeline import run
from solvers.pipeline.system import whole_system
from solvers.pipeline.wall_stages import FACTORS
from solvers.specs import Accelerator
from solvers.taxonomy import WALLS

pytestmark = pytest.mark.usefixtures("catalog")


def walls(page):
    return [wall for group in page.groups for wall in group.walls]


def test_the_page_shows_every_wall_and_the_one_that_binds_first(client):
    page = client.get("/system/").context["page"]
    assert sorted(wall.number for wall in walls(page)) == [wall.number for wall in WALLS]
    assert "is the first limit" in page.binding


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


def test_a_wall_that_finds_what_it_takes_opens_with_what_it_took(client):
    page = client.get("/system/").context["page"]
    link = next(wall.link.url for wall in walls(page) if wall.link.url.startswith("/walls/privacy/"))
    opened = client.get(link.replace("/walls/privacy/", "/api/v1/solve/privacy")).json()["outputs"]
    found = results({})["privacy"].values
    assert opened["training_time"]["value"] == pytest.approx(found["training_time"].value, rel=1e-9)


def test_every_link_to_a_wall_answers(client):
    page = client.get("/system/", {"accelerator": "mi300x", "grid": "quebec"}).context["page"]
    links = {wall.link.url for wall in walls(page)} | {key.wall.url for key in page.keys}
    assert len(links) > 15
    assert [link for link in links if client.get(link).status_code != 200] == []


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ({"batch_size": "many"}, "batch_size", "needs a number such as '8'; 'many' is not one."),
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
    assert [len(factor.owners) > 1 for factor in page.factors] == [True] * 6
    assert page.figure.id == "waterfall-0"
    law = page.wall.url
    assert law.startswith("/walls/iron_law/?") and "devices=512" in law and client.get(law).status_code == 200


SYSTEMS = [
    {},
    {"devices": "1000", "pipeline_parallel": "16"},  # leaves devices over
    {"model": "mixtral-8x7b", "accelerator": "mi300x", "sequence_length": "32768"},
    {"model": "llama-3-70b", "devices": "1024", "pipeline_parallel": "4", "device_mtbf": "9000 hour"},
]


def results(asked):
    given = {f"system.{name}": value for name, value in asked.items()}
    return run(whole_system(), given, lambda kind, name: find(kind, name, kind.__name__).spec).results


@pytest.mark.parametrize("asked", SYSTEMS)
def test_the_iron_laws_time_is_the_runs_time_with_failures(asked):
    found = results(asked)
    stage, _, goodput = FACTORS["goodput"].partition(".")
    time = found["parallelism"].values["training_time"].value / found[stage].values[goodput].value
    assert stage == "reliability" and time > found["parallelism"].values["training_time"].value
    law = found["iron_law"].values
    assert law["training_time"].value == pytest.approx(time, rel=1e-9)
    assert law["run_mfu"].value == pytest.approx(found["parallelism"].values["mfu"].value, rel=1e-9)


@pytest.mark.parametrize("asked", SYSTEMS)
def test_every_wall_is_told_the_same_duration_of_the_run(asked):
    found = results(asked)
    time = found["iron_law"].values["training_time"].value
    told = {
        "tco": "duration",
        "sustainability": "duration",
        "cluster_queue": "service_time",
    }
    for stage, name in told.items():
        assert found[stage].values[name].value == pytest.approx(time, rel=1e-9), stage
    private = found["privacy"].values
    assert private["training_time"].value - private["extra_time"].value == pytest.approx(time, rel=1e-9)


@pytest.mark.parametrize("asked", SYSTEMS)
def test_the_training_runs_cost_is_that_of_its_devices_for_its_duration(asked):
    found = results(asked)
    paid, used = found["system"].values["devices"].value, found["system"].values["training_devices"].value
    bill = found["tco"].values
    assert bill["cost_per_run"].value * paid / used == pytest.approx(bill["tco"].value, rel=1e-9)


@pytest.mark.parametrize("asked", SYSTEMS)
def test_one_system_and_the_iron_law_show_one_duration_and_one_mfu(client, asked):
    keys = {key.card.name: key.card.value for key in client.get("/system/", asked).context["page"].keys}
    law = client.get("/system/iron-law/", asked).context["page"]
    assert keys["training_time"] in law.verdict
    assert f"reaches {keys['mfu']} MFU" in law.description


def test_the_queue_is_counted_in_replicas(client):
    page = client.get("/system/", {"latency_target": "20 s"}).context["page"]
    tail = next(wall for wall in walls(page) if wall.number == 7)
    needed = re.search(r"(\d+) of 8 replicas would meet the SLO", tail.verdict)
    fewer = client.get("/system/", {"latency_target": "20 s", "replicas": needed[1]}).context["page"]
    assert next(wall for wall in walls(fewer) if wall.number == 7).verdict.startswith("SLO met")
    one_less = {"latency_target": "20 s", "replicas": str(int(needed[1]) - 1)}
    assert not next(
        w for w in walls(client.get("/system/", one_less).context["page"]) if w.number == 7
    ).verdict.startswith("SLO met")
    overloaded = client.get("/system/", {"arrival_rate": "200"}).context["page"]
    least = re.search(
        r"at least (\d+) replicas instead of 8", next(w for w in walls(overloaded) if w.number == 7).verdict
    )
    enough = client.get("/system/", {"arrival_rate": "200", "replicas": least[1]}).context["page"]
    assert not next(wall for wall in walls(enough) if wall.number == 7).verdict.startswith("Overloaded")


def test_the_serving_cost_is_that_of_the_walls_and_the_training_run_is_named(client):
    page = client.get("/system/").context["page"]
    keys = {key.card.label: key for key in page.keys}
    monthly, million = keys["Serving cost per month"], keys["Serving cost per 1M output tokens"]
    found = client.get(monthly.wall.url.replace("/walls/tco/", "/api/v1/solve/tco")).json()["outputs"]
    assert monthly.card.number == pytest.approx(found["tco"]["value"], rel=1e-9)
    assert million.card.number == pytest.approx(found["cost_per_million_tokens"]["value"], rel=1e-9)
    every = results({})
    tokens = every["tail_latency"].values["arrival_rate"].value * every["system"].values["output_length"].value
    month = 365 * 86400 / 12
    assert million.card.number == pytest.approx(monthly.card.number / (tokens * month) * 1e6, rel=1e-9)
    training = [label for label in keys if label.startswith("Training")]
    assert len(training) == 5 and not any("TCO" in label for label in keys if label not in training)


def test_an_overloaded_fleet_costs_what_it_costs_at_full_load(client):
    keys = {key.card.label: key.card for key in client.get("/system/", {"arrival_rate": "1000"}).context["page"].keys}
    more = {key.card.label: key.card for key in client.get("/system/", {"arrival_rate": "2000"}).context["page"].keys}
    assert keys["Serving cost per month"].number == more["Serving cost per month"].number


@pytest.mark.parametrize(("path", "about"), [("/system/", "Decode steps"), ("/system/iron-law/", "Training steps")])
def test_the_page_says_how_far_predictions_of_its_walls_were_off(client, path, about):
    found = client.get(path)
    told = [each for each in found.context["page"].prediction_errors if each.startswith(about)]
    assert len(told) == 1 and "half of the predictions are within" in told[0]
    assert units(told[0]) in html.unescape(found.content.decode())


def test_walls_of_one_device_do_not_contradict_a_model_that_several_share(client):
    rows = {
        wall.number: wall
        for group in client.get("/system/", {"model": "llama-3-70b", "tensor_parallel": "4"}).context["page"].groups
        for wall in group.walls
    }
    assert rows[4].kind != "infeasible"
    for number in (1, 2, 3, 5):
        assert rows[number].verdict.startswith("One device alone: ") and rows[number].kind != "infeasible"
    alone = client.get("/system/", {"tensor_parallel": "1"}).context["page"].groups[0].walls
    assert not next(wall for wall in alone if wall.number == 2).verdict.startswith("One device alone")


@pytest.mark.parametrize("chip", ["h20", "k80-gk210", "rtx-a6000", "mi300x"])
def test_a_chip_without_every_figure_is_answered_and_what_is_missing_is_unknown(client, chip):
    """None of them has an embodied carbon and an on-demand price."""
    assert client.get("/system/", {"accelerator": chip}).status_code == 200
    spec = shipped.find(Accelerator, chip)
    walls = _answered({"accelerator": chip})[0].results
    assert np.isnan(walls["sustainability"].values["total_carbon"].value) == np.isnan(spec.embodied_carbon)
    assert np.isnan(walls["reasoning"].values["cost_per_query"].value) == np.isnan(spec.cloud_price)


def test_what_cannot_run_is_named_before_any_limit_and_what_rests_on_it_is_unknown(client):
    page = client.get("/system/", {"model": "kimi-k2"}).context["page"]
    serving, training = page.groups[0].walls[:2]
    assert page.kind == serving.kind == training.kind == "infeasible"
    assert {serving.number, training.number} == {4, 14}
    assert "Does not fit" in page.binding and "first limit" not in page.binding
    assert {key.card.value for key in page.keys} == {"can't run"}
    tail = next(wall for wall in walls(page) if wall.number == 7)
    assert tail.strain == "unknown" and not tail.meter and tail.verdict.startswith("Only if it could run:")


def test_training_that_does_not_fit_leaves_the_figures_of_serving_known(client):
    page = client.get("/system/", {"sequence_length": "1000000"}).context["page"]
    keys = {key.card.name: key.card.value for key in page.keys}
    assert page.groups[0].walls[0].number == 14 and page.kind == "infeasible"
    assert keys["training_time"] == keys["total_carbon"] == "can't run" and "ms" in keys["ttft"]


def test_the_iron_law_of_a_run_that_does_not_fit_says_so_first(client):
    page = client.get("/system/iron-law/", {"model": "kimi-k2"}).context["page"]
    assert page.kind == "infeasible" and page.verdict.startswith("Out of memory")


def test_a_system_whose_weights_do_not_fit_has_no_valid_layout():
    found = results({"model": "kimi-k2"})["system"]
    assert found.state == "infeasible" and found.verdict.startswith("Does not fit.")


def test_an_overloaded_fleet_is_told_of_the_batch_that_needs_no_more_devices(client):
    asked = {"model": "llama-3-70b", "tensor_parallel": "4", "arrival_rate": "200", "replicas": "60"}

    def told(query):
        page = client.get("/system/", query).context["page"]
        rows = [row for group in page.groups for row in group.walls]
        return next(row.advice for row in rows if row.name == "Tail latency")

    assert told(asked).startswith("A larger batch needs no more devices: up to ")
    assert not told({}) and not told(asked | {"arrival_rate": "2000"})
