"""Requests that once took seconds to minutes, or hundreds of megabytes: each is refused with a sentence that says which
limit, or answered with what could be computed. No test measures time; that of a search is set to none."""

import html
import json
from urllib.parse import urlencode

import pytest

from mlsysweb.explore.find import search as finding
from mlsysweb.show import work_limits
from solvers.specs import Accelerator, columns
from tests.mlsysweb.exported import document
from tests.mlsysweb.people import save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
FORM = "application/x-www-form-urlencoded"
FIGURES = list(columns(Accelerator)) * 3


@pytest.fixture
def no_time(monkeypatch):
    """A request whose time is spent after its first box."""
    monkeypatch.setattr(work_limits, "SECONDS", 0.0)
    monkeypatch.setattr(finding, "_BOX", 0.0)
    finding._recent.clear()
    yield
    finding._recent.clear()


def space(walls, axes, *goals):
    pairs = [("walls", walls), *(pair for axis in axes for pair in zip(("axis", "values"), axis, strict=True))]
    return "?" + urlencode(pairs + [("goal", goal) for goal in goals])


@pytest.mark.parametrize(
    ("number", "steps", "words"),
    [
        (1, 1_000_000, "needs 2 to 100,000 steps; this has 1,000,000. Give fewer steps."),
        (5, 1_000_000, "needs 2 to 100,000 steps; this has 1,000,000. Give fewer steps."),
        (5, 100_000, "makes the space too large"),
        (20, 100_000, "makes the space too large"),
        (40, 1_000_000, "is one too many: 40 axes, and 20 is the most. Remove some."),
    ],
)
def test_axes_of_many_steps(client, number, steps, words):
    axes = [(f"accelerator.{figure}", f"x1 to x2 in {steps} steps") for figure in FIGURES[:number]]
    answer = client.get(f"/explore/{space('roofline', axes, 'minimize: latency')}")
    assert answer.status_code == 422 and words in html.unescape(answer.content.decode())


QUEUE = space(
    "cluster_queue",
    [
        ("servers", "1 to 10000 in 32 steps"),
        ("arrival_rate", "1/h to 1000/h in 32 steps"),
        ("service_time", "1 s to 3600 s in 32 steps"),
        ("service_cv", "0 to 3 in 32 steps"),
    ],
    "minimize: mean_wait",
)
ROOFLINE = space(
    "roofline",
    [("batch_size", "1 to 1024"), ("efficiency", "0.1 to 1 in 1024 steps")],
    *("maximize: throughput", "minimize: latency", "minimize: power", "minimize: memory_footprint"),
)


@pytest.mark.parametrize("asked", [QUEUE, ROOFLINE])
def test_a_million_configurations_are_searched_as_far_as_the_time_goes(client, no_time, asked, monkeypatch):
    monkeypatch.setattr("mlsysweb.explore.show.parquet._BATCH", 10_000)
    page = client.get(f"/explore/{asked}").context["page"]
    assert page.progress.state == "partial" and "configurations were searched" in page.progress.told
    answer = client.get(f"/explore/export/parquet/{asked}")
    assert answer.status_code == 422 and "configurations were evaluated" in answer.content.decode()


def test_goals_by_the_hundred(client):
    goals = [f"latency < {k} ms" for k in range(990)]
    answer = client.get(f"/explore/{space('roofline', [('batch_size', '1 to 9')], *goals)}")
    assert answer.status_code == 422 and "990 goals, and 20 is the most. Remove some." in answer.content.decode()


@pytest.mark.parametrize(("servers", "status"), [(10_000, 200), (10_001, 422), (10**9, 422)])
def test_a_queue_of_many_servers(client, servers, status):
    asked = {"servers": servers, "arrival_rate": "1000000", "service_time": "1 s"}
    for path in ("/walls/cluster_queue/", "/movers/cluster_queue/"):
        assert client.get(path, asked, follow=True).status_code == status
    answer = client.get("/api/v1/solve/cluster_queue", asked)
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["error"]["message"].startswith("must be at least 1 and at most 10,000")


def test_a_sweep_of_a_queue(client):
    told = {"axes": {"servers": list(range(1, 10_001, 10)), "arrival_rate": [1, 2, 3]}, "outputs": ["mean_wait"]}
    answer = client.post("/api/v1/sweep/cluster_queue", json.dumps(told), content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == "make 1,000 × 3 = 3,000 rows; 2,000 is the most."


def test_an_imported_document_of_many_entries_as_a_form_that_is_percent_encoded(client):
    """Django takes seventy times the size of such a form."""
    told = document() | {"question": {f"q{n}": "1" for n in range(200_000)}}
    answer = client.post("/s/import/", urlencode({"text": json.dumps(told)}), content_type=FORM)
    assert answer.status_code == 413
    assert "2,000,000 bytes is the most" in answer.content.decode() and "as a file" in answer.content.decode()


def test_a_large_form_of_the_right_kind_reaches_the_limit_of_its_own_view(client):
    answer = client.post("/s/import/", {"text": "[" * 4_000_001})
    assert answer.status_code == 422 and "4,000,001 bytes; 4,000,000 is the most." in answer.content.decode()


def test_a_form_larger_than_any_is_told_its_limit(client):
    answer = client.post("/s/import/", {"text": "[" * 10_000_001})
    assert answer.status_code == 413 and "10,000,000 bytes is the most" in answer.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_more_parameters_than_any_form_has(client, method):
    fields = {f"x{n}": "1" for n in range(1001)}
    answer = getattr(client, method)("/walls/roofline/" if method == "get" else "/s/save/", fields)
    assert answer.status_code == 400
    assert "more than 1,000 parameters; 1,000 is the most." in answer.content.decode()
    told = client.get("/api/v1/solve/roofline", fields)
    assert told.status_code == 400 and "1,000 is the most" in told.json()["error"]["message"]


def test_more_parameters_than_any_form_has_from_a_host_that_is_none(client):
    fields = {f"x{n}": "1" for n in range(1001)}
    answer = client.post("/s/save/", fields, headers={"host": "", "referer": "http://x/"})
    assert answer.status_code == 400


def test_tags_of_a_million_commas(client):
    link = save(client)
    fields = {"title": "x", "notes": "", "tags": "," * 1_000_000, "visibility": "link", "revision": "1", "group": ""}
    answer = client.post(f"{link}edit/", fields)
    assert answer.status_code == 422 and "tags" in answer.content.decode()


def test_words_of_a_search_by_the_dozen(client):
    save(client, title="a")
    assert client.get("/s/", {"words": "a " * 40}).status_code == 200
