"""Methods, types, sizes, limits and conditions of requests; every error is a problem of one form."""

import json

import pytest
from django.test import Client

from mlsysweb.api.validation import LARGEST_BODY

from .conftest import ask, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]


def problem(response, status, field):
    """Return the first error of a problem, whose form is checked."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    told = response.json()
    assert told["status"] == status and told["type"] == "about:blank" and told["title"]
    assert told["error"] == told["errors"][0] and set(told["error"]) == {"field", "message"}
    assert told["error"]["message"] in told["detail"]
    assert field in [each["field"] for each in told["errors"]], told
    return told["error"]["message"]


@pytest.mark.parametrize("path", ["nothing", "solve/", "solve/roofline/", "scenarios/x/y/z"])
def test_an_address_that_does_not_exist_is_not_found(path):
    problem(ask("GET", path), 404, "path")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("solve/rooflin", "solver"),
        ("solvers/nothing", "solver"),
        ("catalog/nothing", "table"),
        ("catalog/grids/nothing", "slug"),
        ("scenarios/nothing", "id"),
        ("searches/nothing", "id"),
    ],
)
def test_a_name_that_does_not_exist_is_not_found(path, field):
    problem(ask("GET", path), 404, field)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "solve/roofline", "GET, HEAD, POST"),
        ("POST", "catalog", "GET, HEAD"),
        ("GET", "sweep/roofline", "POST"),
        ("PUT", "scenarios/x", "GET, HEAD, PATCH, DELETE"),
        ("OPTIONS", "solvers", "GET, HEAD"),
        ("TRACE", "searches", ""),
    ],
)
def test_another_method_is_refused_with_those_allowed(method, path, allowed):
    response = ask(method, path)
    problem(response, 405, "method")
    assert set(response["Allow"].split(", ")) >= set(filter(None, allowed.split(", ")))


def test_head_is_answered_as_get_is_without_content():
    head, get = ask("HEAD", "solve/roofline"), ask("GET", "solve/roofline")
    assert head.status_code == 200 and not head.content and get.content


@pytest.mark.parametrize(("accept", "status"), [("*/*", 200), ("application/*", 200), ("text/html", 406), ("", 406)])
def test_a_client_that_does_not_take_json_is_refused(accept, status):
    response = ask("GET", "solvers", Accept=accept)
    assert response.status_code == status
    if status == 406:
        problem(response, 406, "Accept")


@pytest.mark.parametrize("path", ["sweep/roofline", "solve/roofline"])
def test_a_body_of_another_type_is_refused(path):
    response = Client().post(f"/api/v1/{path}", "a=1", content_type="text/plain")
    problem(response, 415, "Content-Type")
    assert response["Accept"] == "application/json"


def test_a_question_sent_without_its_type_is_read_as_before():
    form = Client().post(
        "/api/v1/solve/roofline", '{"batch_size": 4}', content_type="application/x-www-form-urlencoded"
    )
    assert form.json()["inputs"]["batch_size"] == 4


def test_a_body_that_is_too_large_is_refused():
    text = json.dumps({"axes": {"batch_size": [1]}, "inputs": {"model": "x" * LARGEST_BODY}})
    response = Client().post("/api/v1/sweep/roofline", text, content_type="application/json")
    assert "1,000,000 is the most" in problem(response, 413, "body")


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"a": NaN}', "[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(text):
    problem(Client().post("/api/v1/sweep/roofline", text, content_type="application/json"), 422, "body")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("solve/roofline?batch_size=-3", "batch_size"),
        ("solve/roofline?nothing=3", "nothing"),
        ("solvers?page=1", "page"),
        ("catalog/grids?per_page=0", "per_page"),
        ("catalog/grids?per_page=ten", "per_page"),
        ("catalog/grids?page=9999", "page"),
        ("catalog/grids?columns=nothing", "columns.0"),
        ("catalog/grids?sort=nothing", "sort"),
        ("catalog/grids?region_type=moon", "region_type"),
        ("catalog/grids?q=%00", "q"),
        ("catalog/grids?x=year", "x"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(path, field):
    problem(ask("GET", path), 422, field)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("sweep/roofline", {}, "axes"),
        ("sweep/roofline", {"axes": {}}, "axes"),
        ("sweep/roofline", {"axes": {"batch_siz": [1]}}, "axes.batch_siz"),
        ("sweep/roofline", {"axes": {"batch_size": [0]}}, "batch_size"),
        ("sweep/roofline", {"axes": {"batch_size": list(range(1, 100)), "prompt_length": list(range(1, 100))}}, "axes"),
        ("sweep/roofline", {"axes": {"batch_size": [1]}, "inputs": {"batch_size": 2}}, "axes.batch_size"),
        ("sweep/roofline", {"axes": {"batch_size": [1]}, "outputs": ["nothing"]}, "outputs.0"),
        ("sweep/roofline", {"axes": {"batch_size": [1]}, "inputs": {"model": "gpt-9"}}, "model"),
        ("searches", {"walls": ["roofline"], "axes": {}, "goals": ["minimize: nothing"]}, "goals.0"),
        (
            "searches",
            {"walls": ["roofline"], "axes": {"batch_size": "a to b"}, "goals": ["minimize: latency"]},
            "axes.batch_size",
        ),
        ("searches", {"walls": ["nothing"], "axes": {}, "goals": ["minimize: latency"]}, "walls.0"),
        ("solve/roofline", {"nothing": None}, "nothing"),
        ("solve/roofline", {"also": 0}, "also"),
        ("solve/roofline", {"sweep": False}, "sweep"),
        ("solve/roofline", {"accelerator.nothing": None}, "accelerator.nothing"),
    ],
)
def test_a_member_of_a_body_that_is_wrong_is_named(path, body, field):
    problem(ask("POST", path, body), 422, field)


def test_a_thousand_parameters_are_too_many():
    problem(ask("GET", "solve/roofline?" + "&".join(f"a{k}=1" for k in range(1200))), 400, "query")


class TestLimits:
    """Requests are counted by token, else by session and address."""

    @pytest.fixture(autouse=True)
    def limited(self, settings, tmp_path):
        settings.THROTTLE_FILE = tmp_path / "counts.sqlite3"
        settings.FAIR_USE = {"api": {"visitor": (2, 3600)}}

    def test_one_too_many_is_refused_with_the_time_to_wait(self, token):
        assert [ask("GET", "solvers", token=token).status_code for _ in range(3)] == [200, 200, 429]
        response = ask("POST", "solve/roofline", {}, token=token)
        assert "API requests" in problem(response, 429, "limit") and int(response["Retry-After"]) > 0

    def test_another_token_of_the_same_account_has_a_limit_of_its_own(self, ada, token):
        for _ in range(3):
            ask("GET", "solvers", token=token)
        assert ask("GET", "solvers", token=token_of(ada)).status_code == 200

    def test_wrong_tokens_are_counted_by_address(self, settings):
        settings.FAIR_USE = {"api": {"address": (2, 3600)}}
        told = [ask("GET", "solvers", token=f"mlsys_{k}").status_code for k in range(3)]
        assert told == [401, 401, 429]

    def test_a_save_counts_towards_the_limit_of_saves(self, settings, token):
        settings.FAIR_USE = {"save": {"visitor": (1, 3600)}}
        told = [ask("POST", "scenarios", {"solver": "roofline"}, token).status_code for _ in range(2)]
        assert told == [201, 429]


class TestPages:
    """Pages of lists, and ETags."""

    def test_pages_of_a_table_have_every_row_once(self):
        slugs, address = [], "http://testserver/api/v1/catalog/accelerators?per_page=40&columns=tdp"
        while address:
            response = Client().get(address.removeprefix("http://testserver"))
            told = response.json()
            slugs += [row["slug"] for row in told["rows"]]
            assert ('rel="next"' in response["Link"]) == (told["next"] is not None)
            address = told["next"]
        assert len(slugs) == len(set(slugs)) == told["total"] > 80

    def test_rows_are_filtered_sorted_and_narrowed_to_columns(self):
        told = ask("GET", "catalog/accelerators?vendor=NVIDIA&columns=tdp,vendor&sort=-tdp").json()
        powers = [row["tdp"] for row in told["rows"] if row["tdp"] is not None]
        assert powers == sorted(powers, reverse=True) and len(powers) > 5
        assert {row["vendor"] for row in told["rows"]} == {"NVIDIA"}
        assert set(told["rows"][0]) == {"slug", "name", "course", "tdp", "vendor"}
        assert [column["unit"] for column in told["columns"] if column["name"] == "tdp"] == ["W"]

    @pytest.mark.parametrize(
        "path", ["solvers", "solvers/roofline", "catalog", "catalog/grids", "catalog/grids/france"]
    )
    def test_what_has_not_changed_is_not_sent_again(self, path):
        first = ask("GET", path)
        again = ask("GET", path, **{"If-None-Match": first["ETag"]})
        assert again.status_code == 304 and not again.content and again["ETag"] == first["ETag"]
        assert ask("GET", path, **{"If-None-Match": '"other"'}).status_code == 200

    def test_a_change_of_the_catalog_changes_the_etag(self):
        from catalog.models import Grid

        first = ask("GET", "catalog/grids/france")
        row = Grid.objects.get(slug="france")
        row.carbon_intensity *= 2
        row.save()
        again = ask("GET", "catalog/grids/france", **{"If-None-Match": first["ETag"]})
        assert again.status_code == 200
        assert again.json()["row"]["carbon_intensity"] == 2 * first.json()["row"]["carbon_intensity"]


class TestSweep:
    """`POST sweep/{name}`."""

    def test_each_row_is_what_solving_gives(self, client):
        axes = {"accelerator": ["a100-sxm4-80gb", "h100-sxm5-80gb"], "batch_size": [1, "64"]}
        told = ask("POST", "sweep/roofline", {"axes": axes, "inputs": {"model": "gpt2-xl"}}).json()
        names = [column["name"] for column in told["columns"]]
        assert len(told["rows"]) == 4 and told["left_out"] == []
        for row in told["rows"]:
            values = dict(zip(names, row, strict=True))
            query = {
                "accelerator": values.pop("accelerator"),
                "batch_size": values.pop("batch_size"),
                "model": "gpt2-xl",
            }
            outputs = client.get("/api/v1/solve/roofline", query).json()["outputs"]
            assert values == {name: told["value"] for name, told in outputs.items()}

    def test_a_figure_of_a_row_is_an_axis(self):
        axes = {"accelerator.memory_bandwidth": ["x1", "x2"]}
        rows = ask("POST", "sweep/roofline", {"axes": axes, "outputs": ["memory_time"]}).json()["rows"]
        assert rows[0][1] == pytest.approx(2 * rows[1][1])

    def test_combinations_that_are_invalid_are_left_out_and_named(self):
        axes = {"model": ["llama-3-8b", "mlperf-tiny-kws-dscnn"], "phase": ["decode"]}
        response = ask("POST", "sweep/roofline", {"axes": axes, "outputs": ["latency"]})
        told = response.json()
        assert len(told["rows"]) == 1 and len(told["left_out"]) == 1, told
        assert told["left_out"][0].startswith("model mlperf-tiny-kws-dscnn, phase decode: ")
