"""The reference: a page for each operation, with an example whose real answer it shows."""

import re
from html import unescape

import pytest

from mlsysweb.api.operations.all import OPERATIONS
from solvers.registry import solvers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]

ADDRESSES = [
    f"/api/reference/{each.name}/" + (f"{case.value}/" if case else "")
    for each in OPERATIONS
    if each.name not in ("list-rows", "read-row")
    for case in [None, *(each.cases() if each.cases else ())]
]
ADDRESSES += [
    f"/api/reference/{name}/{table}/" for name in ("list-rows", "read-row") for table in ("models", "storage")
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_operation_has_a_page_whose_example_is_answered(client, address):
    response = client.get(address)
    assert response.status_code == 200
    page = response.context["page"]
    assert page.status in (200, 201, 204), page.shown
    assert "curl " in page.curl and page.path.startswith("/api/v1/")


def test_the_overview_lists_every_operation(client):
    page = client.get("/api/")
    listed = {line.link.url for group in page.context["page"].groups for line in group.lines}
    assert listed == {f"/api/reference/{each.name}/" for each in OPERATIONS}
    assert "/api/v1/openapi.json" in page.content.decode() and "/accounts/tokens/" in page.content.decode()


def test_the_parameters_of_a_solver_have_unit_range_and_default(client):
    tables = client.get("/api/reference/solve/roofline/").context["page"].tables
    rows = {row.name: row for table in tables for row in table.rows}
    assert rows["layer_overhead"].unit == "s" and rows["layer_overhead"].default == "1e-05"
    assert rows["efficiency"].range == "above 0, at most 1"
    assert "fp16" in rows["precision"].kind and set(solvers()["roofline"].inputs) <= set(rows)


def test_the_answer_is_that_of_the_request_shown(client):
    page = client.get("/api/reference/solve/roofline/").context["page"]
    address = re.search(r"'(http://testserver(.*?))'", page.curl)[2]
    assert f'"{client.get(address).json()["verdict"]}"' in page.shown or page.shortened
    assert page.shown.startswith('{\n  "solver": "roofline"')


def test_the_examples_of_scenarios_store_nothing(client, django_assert_num_queries):
    from mlsysweb.saved.scenarios.models import Scenario

    text = unescape(client.get("/api/reference/create-scenario/").content.decode())
    assert "Batch of 148" in text and Scenario.objects.count() == 0


def test_an_unknown_operation_is_not_found(client):
    assert client.get("/api/reference/nothing/").status_code == 404
    assert client.get("/api/reference/solve/nothing/").status_code == 404


def test_the_overview_begins_with_a_request_that_is_answered(client):
    page = client.get("/api/").context["page"]
    address = re.search(r"curl '(.*?)'", page.curl)[1]
    assert address in page.python
    answer = client.get(address.removeprefix("http://testserver"))
    assert answer.status_code == 200 and answer.json()["verdict"]
