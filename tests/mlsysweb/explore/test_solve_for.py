"""Inverse questions: which value of an input lets a result of a wall reach a target."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from solvers.registry import solvers

pytestmark = pytest.mark.usefixtures("catalog")


def ask(client, wall, output, target, varied, **inputs):
    sent = {**inputs, "solve.output": output, "solve.target": target, "solve.input": varied}
    return client.get(reverse("explore:solve_for", args=[wall]), sent)


def found(client, *asked, **inputs):
    """Return the verdict of the search that a question leads to."""
    answered = ask(client, *asked, **inputs)
    assert answered.status_code == 302, answered.content.decode()
    return client.get(answered.url).context["page"].verdict


def solved(client, wall, output, **inputs):
    return client.get(f"/api/v1/solve/{wall}", inputs).json()["outputs"][output]["value"]


def test_the_devices_that_train_a_model_in_60_days_are_the_fewest_that_do(client):
    verdict = found(client, "parallelism", "training_time", "60 days", "data_parallel")
    size = int(verdict.split("data-parallel size ")[1].split(":")[0])
    assert f"devices {size * 32:,}" in verdict
    days = [solved(client, "parallelism", "training_time", data_parallel=n) / 86400 for n in (size - 1, size)]
    assert days[0] > 60 >= days[1]


def test_a_result_of_which_more_is_better_reaches_at_least_the_target(client):
    goals = parse_qs(urlsplit(ask(client, "scaling_laws", "parameters", "70B", "compute_budget").url).query)["goal"]
    assert goals == ["minimize: compute_budget", "parameters >= 70000000000"]
    assert "compute budget 5.8" in found(client, "scaling_laws", "parameters", "70B", "compute_budget")


def test_a_budget_buys_as_many_devices_as_it_can(client):
    verdict = found(client, "tco", "tco", "$1M", "devices")
    assert "Best: devices 635." in verdict
    assert solved(client, "tco", "tco", devices=635) <= 1e6 < solved(client, "tco", "tco", devices=640)


def test_the_bandwidth_that_a_latency_needs_is_found(client):
    verdict = found(client, "roofline", "latency", "3 ms", "accelerator.memory_bandwidth")
    bandwidth = verdict.split("Best: memory bandwidth ")[1].split(".  ")[0].split(". ")[0]
    assert solved(client, "roofline", "latency", **{"accelerator.memory_bandwidth": "6.03 TB/s"}) <= 3e-3
    assert solved(client, "roofline", "latency", **{"accelerator.memory_bandwidth": "6.00 TB/s"}) > 3e-3
    assert bandwidth.startswith("6.0") and bandwidth.endswith("TB/s")


def test_the_peak_that_a_ridge_point_needs_is_found(client):
    verdict = found(client, "roofline", "ridge_point", "200 flop/byte", "accelerator.peak")
    assert "peak FLOP/s 1.34" in verdict and "x1.3" in verdict


def test_a_budget_says_what_a_chip_may_cost(client):
    verdict = found(client, "tco", "tco", "$1M", "accelerator.unit_price")
    assert "unit price $" in verdict


def test_the_form_offers_figures_of_the_accelerator(client):
    offered = {each.name for each in client.get("/walls/roofline/").context["page"].solve_for.inputs}
    assert {f"accelerator.{name}" for name in ("memory_bandwidth", "memory_capacity", "peak")} <= offered
    assert "accelerator.unit_price" not in offered
    assert all(
        "accelerator" not in each.name for each in client.get("/walls/reliability/").context["page"].solve_for.inputs
    )


def test_a_latency_leads_to_synthesis_with_the_model(client):
    form = client.get("/walls/roofline/", {"model": "llama-3-70b", "batch_size": "4"}).context["page"].solve_for
    assert parse_qs(urlsplit(form.synthesis.url).query) == {"model": ["llama-3-70b"], "batch_size": ["4"]}
    assert client.get(form.synthesis.url).status_code == 200
    assert client.get("/walls/tco/").context["page"].solve_for.synthesis is None


@pytest.mark.parametrize(
    ("asked", "inputs", "sentence"),
    [
        (("roofline", "latency", "3 ms", "accelerator.peak"), {}, "has no effect on it: latency is the same"),
        (("tco", "tco", "$1M", "accelerator.cloud_price"), {"accelerator": "mi300x"}, "is not known for"),
        (("roofline", "latency", "3 ms", "accelerator.tdp"), {}, "is none of the inputs"),
    ],
)
def test_a_figure_that_cannot_help_gets_a_sentence(client, asked, inputs, sentence):
    answered = ask(client, *asked, **inputs)
    assert answered.status_code == 422 and sentence in answered.content.decode()


def test_the_other_inputs_stay_as_they_are(client):
    answered = ask(client, "tco", "tco", "$1M", "devices", duration="90 day", accelerator="mi300x", devices="1,000")
    query = parse_qs(urlsplit(answered.url).query)
    assert dict(zip(query["axis"], query["values"], strict=True)).items() >= {"accelerator": "mi300x"}.items()
    assert query["axis"].count("devices") == 1 and "90 day" in query["values"]


@pytest.mark.parametrize(
    ("output", "target", "varied", "sentence"),
    [
        ("tco", "", "devices", "The target"),
        ("tco", "cheap", "devices", "The target"),
        ("tco", "3 kg", "devices", "The target"),
        ("tco", "nan", "devices", "The target"),
        ("none", "$1M", "devices", "The result is none of the results"),
        ("tco", "$1M", "accelerator", "The input to change is none of the inputs"),
        ("tco", "$1M", "", "The input to change is none of the inputs"),
    ],
)
def test_what_cannot_be_solved_for_gets_a_sentence(client, output, target, varied, sentence):
    answered = ask(client, "tco", output, target, varied)
    assert answered.status_code == 422 and sentence in answered.content.decode()


def test_a_wrong_input_of_the_wall_is_named(client):
    answered = ask(client, "tco", "tco", "$1M", "devices", duration="3 kg")
    assert answered.status_code == 422 and "Duration" in answered.content.decode()


def test_an_unknown_wall_is_not_found(client):
    assert ask(client, "no-wall", "tco", "$1M", "devices").status_code == 404


@pytest.mark.parametrize("name", sorted(solvers()))
def test_the_form_of_each_wall_leads_to_a_search(client, name):
    form = client.get(f"/walls/{name}/").context["page"].solve_for
    if form is None:
        return
    now = client.get(f"/api/v1/solve/{name}").json()["outputs"][form.results[0].name]
    unit = "" if now["unit"] == "1" else now["unit"]
    target = f"{now['value'] or 1} {unit}"
    answered = client.get(
        form.action,
        {"solve.output": form.results[0].name, "solve.target": target, "solve.input": form.inputs[0].name},
    )
    assert answered.status_code == 302, answered.content.decode()
    assert client.get(answered.url).status_code == 200
